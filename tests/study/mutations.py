"""Mutations of study files: an argument is dropped, or a value in a call is replaced by one of another kind."""

import ast
import functools
from collections.abc import Callable
from typing import Any

VALUES = {  # what takes the place of a value, as source
    "None": "None",
    "text": "'some text'",
    "list": "[1, 2]",
    "array": "__import__('numpy').zeros((200, 3))",
    "NaN": "float('nan')",
    "class": "int",
    "lambda": "(lambda *given: None)",
    "negative": "-3",
    "mapping": "{1: 2}",
    "object": "object()",
}


def mutations(source: str) -> list[tuple[str, Callable[[], str]]]:
    """The mutations of a study file: what each changes (the line, the value and what takes its place), and the file."""
    found = []
    for number, place in enumerate(_places(ast.parse(source))):
        where = f"line {place.value.lineno}: {ast.unparse(place.value)[:40]}"
        for name, text in (("nothing", None), *VALUES.items()):
            if text is not None or isinstance(place.holder, list):
                found.append((f"{where} -> {name}", functools.partial(_mutated, source, number, text)))
    return found


def _mutated(source: str, number: int, text: str | None) -> str:
    tree = ast.parse(source)
    _places(tree)[number].replace(text)
    return ast.unparse(ast.fix_missing_locations(tree))


class _Place:
    """A value inside a node: an argument of a call, an element of a tuple or dict, or what a function returns."""

    def __init__(self, value: ast.expr, holder: Any, at: Any):
        self.value, self.holder, self._at = value, holder, at

    def replace(self, text: str | None) -> None:
        """Put the expression there; without one, take the value away, which must be in a list."""
        new = None if text is None else ast.parse(text, mode="eval").body
        if new is None:
            del self.holder[self._at]
        elif not isinstance(self.holder, list):
            setattr(self.holder, self._at, new)
        elif isinstance(self.holder[self._at], ast.keyword):
            self.holder[self._at].value = new
        else:
            self.holder[self._at] = new


def _places(tree: ast.AST) -> list[_Place]:
    """The values of a file that may be replaced, in the order of the tree."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            found += [_Place(value, node.args, i) for i, value in enumerate(node.args)]
            found += [_Place(one.value, node.keywords, i) for i, one in enumerate(node.keywords)]
        elif isinstance(node, ast.Tuple | ast.List) and isinstance(node.ctx, ast.Load):
            found += [_Place(value, node.elts, i) for i, value in enumerate(node.elts)]
        elif isinstance(node, ast.Dict):
            found += [_Place(value, node.values, i) for i, value in enumerate(node.values)]
            found += [_Place(key, node.keys, i) for i, key in enumerate(node.keys) if key is not None]
        elif isinstance(node, ast.Return) and node.value is not None:
            found.append(_Place(node.value, node, "value"))
    return found
