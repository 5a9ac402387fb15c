"""What to give instead: the end of a message about a value that is no recipe or function."""

import dataclasses
import difflib
import sys
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import equinox as eqx

from waza.core.names import PACKAGE, public_name
from waza.core.showing import shown

MOST_LISTED = 3
FUNCTIONS = ("nn", "optim", "models")  # packages whose functions may be fields
OF_OPTAX = "of optax; expected an optim.Optimizer: give optim.FromOptax(optax.adam, {'learning_rate': 0.001})"
Recipes = type(eqx.Module)  # the class of recipe classes


def required(fields: Mapping[str, Any]) -> list[str]:
    """The names of the fields without a default."""
    missing = dataclasses.MISSING
    return [name for name, one in fields.items() if one.default is missing and one.default_factory is missing]


def how_to_make(cls: type) -> str:
    """How a recipe of a class is made, with the fields that are needed."""
    needed = required({field.name: field for field in dataclasses.fields(cls) if field.init})
    return f"{public_name(cls)}({', '.join(f'{name}=...' for name in needed)})"


def remedy(value: Any, recipes: tuple[type, ...], callables: bool, others: Sequence[str]) -> str:
    """What is given in the place of a recipe or a function, what is expected (or one of `others`), and what to do."""
    names = [public_name(one) for one in recipes]
    expected = " or ".join([*map(_one, names), *["a function"] * callables, *others])
    if isinstance(value, Recipes):
        fits = f": give {how_to_make(value)}" if issubclass(value, recipes) else ""
        return f"{shown(value)}; expected {expected}{fits}"
    if isinstance(value, str):
        found = _by_text(value, recipes, callables)
        end = f": give {found}" if found else _examples(recipes, callables)
        return f"{shown(value)}; expected {expected}{end}"
    module = str(getattr(value if callable(value) else type(value), "__module__", "")).partition(".")[0]
    if module == "optax" and "optim.Optimizer" in names:
        return OF_OPTAX
    if isinstance(type(value), Recipes):
        own = public_name(type(value))
        wrappers = [kind for kind in _below(recipes) if isinstance(value, _kinds_of_first(kind))]
        end = f": give {public_name(wrappers[0])}({own}(...))" if wrappers else ""
        return f"{_one(own)}; expected {expected}{end}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        numbers = [kind for kind in _below(recipes) if _first(kind) is float]
        if len(numbers) == 1:
            return f"{value}; expected {expected}: give {public_name(numbers[0])}({value})"
    return f"{shown(value)}; expected {expected}{_examples(recipes, False)}"


def _one(name: str) -> str:
    """A public name with its article.

    >>> _one("nn.Layer"), _one("models.MLP"), _one("optim.SGD")
    ('an nn.Layer', 'a models.MLP', 'an optim.SGD')
    """
    return f"{'an' if name.startswith(('nn', 'optim')) else 'a'} {name}"


def _below(recipes: tuple[type, ...]) -> Iterator[Any]:
    """All public classes below some classes, these included, each once."""
    todo, seen = list(recipes), set()
    while todo:
        kind = todo.pop(0)
        if kind in seen:
            continue
        seen.add(kind)
        todo += kind.__subclasses__()
        if kind.__module__.startswith(f"{PACKAGE}.") and public_name(kind).count(".") == 1:
            yield kind


def _first(kind: Any) -> Any:
    """The annotation of a recipe's first field."""
    fields = dataclasses.fields(kind)
    return fields[0].type if fields else None


def _kinds_of_first(kind: Any) -> tuple[type, ...]:
    """The recipe classes that a recipe's first field is annotated with."""
    return tuple(one for one in _members(_first(kind)) if isinstance(one, Recipes))


def _members(annotation: Any) -> tuple[Any, ...]:
    return typing.get_args(annotation) or (annotation,)


def _by_text(text: str, recipes: tuple[type, ...], callables: bool) -> str | None:
    """The recipe or the function whose name a text is meant to be."""
    known: dict[str, Callable[[], str]] = {}
    for kind in _below(recipes):
        known[kind.__name__.lower()] = lambda kind=kind: how_to_make(kind)  # type: ignore[misc]
    for package in FUNCTIONS if callables else ():
        for name, thing in vars(sys.modules.get(f"{PACKAGE}.{package}", types)).items():
            if isinstance(thing, types.FunctionType) and thing.__module__.startswith(f"{PACKAGE}."):
                known[name.lower()] = lambda thing=thing: public_name(thing)  # type: ignore[misc]
    close = difflib.get_close_matches(text.lower().replace("_", ""), known, n=1) or difflib.get_close_matches(
        text.lower(), known, n=1
    )
    return known[close[0]]() if close else None


def _examples(recipes: tuple[type, ...], callables: bool) -> str:
    """Some recipes that would fit, and a function, as the end of a message."""
    names = [call for kind in _below(recipes) if kind not in recipes and (call := how_to_make(kind)).endswith("()")]
    names = names[: MOST_LISTED - callables] + (["nn.relu"] if callables else [])
    return f", such as {' or '.join(names)}" if names else ""
