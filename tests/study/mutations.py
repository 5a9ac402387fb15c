"""Mutations of study files: an argument is dropped, or a value in a call is replaced by one of another kind."""

import ast
import copy
from collections.abc import Iterator

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


def mutations(source: str) -> Iterator[tuple[str, str]]:
    """The mutations of a study file, each with what it changes: the line, the value and what takes its place."""
    tree = ast.parse(source)
    for number, place in enumerate(_places(tree)):
        where = f"line {place.value.lineno}: {ast.unparse(place.value)[:40]}"
        for name, text in (("nothing", None), *VALUES.items()):
            other = copy.deepcopy(tree)
            if _places(other)[number].replace(text):
                yield f"{where} -> {name}", ast.unparse(ast.fix_missing_locations(other))


class _Place:
    """A value inside a node: an argument of a call, an element of a tuple or dict, or what a function returns."""

    def __init__(self, value: ast.expr, holder: object, at: object):
        self.value, self._holder, self._at = value, holder, at

    def replace(self, text: str | None) -> bool:
        """Put the expression there, or take the value away; False where that is no other program."""
        new = None if text is None else ast.parse(text, mode="eval").body
        if isinstance(self._holder, list):
            if new is None:
                del self._holder[self._at]
            else:
                self._holder[self._at] = new
        elif new is None:
            return False
        else:
            setattr(self._holder, self._at, new)
        return True


def _places(tree: ast.AST) -> list[_Place]:
    """The values of a file that may be replaced, in the order of the tree."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            found += [_Place(value, node.args, i) for i, value in enumerate(node.args)]
            found += [_Keyword(one, node.keywords, i) for i, one in enumerate(node.keywords)]
        elif isinstance(node, ast.Tuple | ast.List) and isinstance(node.ctx, ast.Load):
            found += [_Place(value, node.elts, i) for i, value in enumerate(node.elts)]
        elif isinstance(node, ast.Dict):
            found += [_Place(value, node.values, i) for i, value in enumerate(node.values)]
            found += [_Place(key, node.keys, i) for i, key in enumerate(node.keys) if key is not None]
        elif isinstance(node, ast.Return) and node.value is not None:
            found.append(_Place(node.value, node, "value"))
    return found


class _Keyword(_Place):
    """An argument by name."""

    def __init__(self, keyword: ast.keyword, holder: list, at: int):
        super().__init__(keyword.value, holder, at)

    def replace(self, text: str | None) -> bool:
        if text is None:
            del self._holder[self._at]
        else:
            self._holder[self._at].value = ast.parse(text, mode="eval").body
        return True
