"""Construction of recipes: the arguments are checked before a recipe is made."""

import collections.abc
import dataclasses
import difflib
import functools
import sys
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import equinox as eqx

from waza.core.errors import Error, nearest
from waza.core.names import PACKAGE, public_name

LONGEST, MOST_LISTED = 60, 3
FUNCTIONS = ("nn", "optim", "models")  # packages whose functions may be fields
ALIASES = {  # names of other frameworks, and names here; those count that the recipe has
    "lr": ("learning_rate", "rate"),
    "eta": ("learning_rate", "rate"),
    "alpha": ("learning_rate", "rate", "strength"),
    "beta": ("momentum",),
    "betas": ("beta1",),
    "beta_1": ("beta1",),
    "b1": ("beta1",),
    "beta_2": ("beta2",),
    "b2": ("beta2",),
    "rho": ("decay",),
    "eps": ("epsilon",),
    "weight_decay": ("decay", "strength"),
    "lambda_": ("decay", "strength"),
    "max_norm": ("limit",),
    "in_features": ("inputs",),
    "in_channels": ("inputs",),
    "input_size": ("inputs",),
    "input_dim": ("inputs",),
    "out_features": ("outputs",),
    "out_channels": ("outputs",),
    "output_size": ("outputs",),
    "units": ("outputs", "hidden_size"),
    "filters": ("outputs",),
    "features": ("outputs", "size", "hidden_size"),
    "num_features": ("size",),
    "hidden": ("hidden_size",),
    "hidden_sizes": ("sizes",),
    "layer_sizes": ("sizes",),
    "hidden_layer_sizes": ("sizes",),
    "stride": ("strides",),
    "p": ("rate",),
    "dropout_rate": ("rate", "dropout"),
    "bias": ("use_bias",),
    "d_model": ("width", "size"),
    "embed_dim": ("size", "width"),
    "num_heads": ("heads",),
    "n_heads": ("heads",),
    "nhead": ("heads",),
    "dim_feedforward": ("inner",),
    "num_layers": ("depth",),
    "num_encoder_layers": ("depth",),
    "num_decoder_layers": ("decoder_depth",),
    "norm_first": ("norm_position",),
    "act": ("activation",),
    "activation_fn": ("activation",),
    "nonlinearity": ("activation",),
    "init": ("initializer",),
    "kernel_init": ("initializer",),
    "kernel_initializer": ("initializer",),
    "weight_init": ("initializer",),
    "opt": ("optimizer",),
    "optimiser": ("optimizer",),
    "net": ("model",),
    "network": ("model",),
    "criterion": ("loss",),
    "loss_fn": ("loss",),
    "batch": ("batch_size",),
    "transform": ("augment",),
}
OF_OPTAX = "of optax; expected an optim.Optimizer: give optim.FromOptax(optax.adam, {'learning_rate': 0.001})"


class Checked(type(eqx.Module)):  # type: ignore[misc]  # the metaclass of a Module has no public name
    """The class of recipe classes: an argument without a field or of another kind than its field is an `Error`."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """A recipe of this class; a list becomes a tuple where its field is one.

        Raises:
            Error: an argument has no field or does not fit it, or a field without a default is not given.
        """
        fields = {field.name: field for field in dataclasses.fields(cls) if field.init}
        given = _named(cls, fields, args, kwargs)
        kinds = _kinds(cls)
        for name, value in given.items():
            check_kind(f"{cls.__name__}.{name}", kinds[name], value)
            if isinstance(value, list) and any(map(_is_many, _options(kinds[name]))):
                given[name] = tuple(value)
        return super().__call__(**given)


@functools.cache
def _kinds(cls: type) -> dict[str, Any]:
    """The annotations of a recipe's fields, evaluated where they are texts; `Any` where a text cannot be evaluated."""
    kinds = {}
    for field in dataclasses.fields(cls):
        kinds[field.name] = field.type
        if isinstance(field.type, str):
            owner = next(one for one in cls.__mro__ if field.name in one.__dict__.get("__annotations__", {}))
            kinds[field.name] = evaluated(field.type, owner)
    return kinds


def evaluated(annotation: Any, owner: type) -> Any:
    """An annotation of a class, evaluated if it is a text, as under `from __future__ import annotations`.

    >>> evaluated("float | None", Error), evaluated("Unknown", Error)
    (float | None, typing.Any)
    """
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, vars(sys.modules[owner.__module__]), dict(vars(owner)))
    except Exception:  # a name that is imported for type checkers alone, or local to a function
        return Any


def _named(cls: type, fields: Mapping[str, Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments by the names of their fields."""
    kind = cls.__name__
    if len(args) > len(fields):
        raise Error(f"{kind} is given {len(args)} values; expected at most {len(fields)}: {', '.join(fields)}")
    given = dict(zip(fields, args, strict=False))
    for name in kwargs:
        if name not in fields:
            raise Error(f"{kind} has no field {name!r}: {likely_field(name, fields)}")
        if name in given:
            raise Error(f"{kind} is given {name!r} twice, by place and by name: leave one out")
    given |= kwargs
    for name in _required(fields):
        if name not in given:
            raise Error(f"{kind} is given no {name!r}: give {_call(cls)}")
    return given


def likely_field(name: str, fields: Iterable[str]) -> str:
    """The end of an error message about an unknown field: the field that is meant, or all fields.

    >>> likely_field("lr", ["learning_rate", "momentum"])
    "did you mean 'learning_rate'?"
    """
    fields = list(fields)
    known = [one for one in ALIASES.get(name, ()) if one in fields]
    return f"did you mean {known[0]!r}?" if known else nearest(name, fields)


def _required(fields: Mapping[str, Any]) -> list[str]:
    """The names of the fields without a default."""
    missing = dataclasses.MISSING
    return [name for name, one in fields.items() if one.default is missing and one.default_factory is missing]


def _call(cls: type) -> str:
    """How a recipe of a class is made, with the fields that are needed."""
    needed = _required({field.name: field for field in dataclasses.fields(cls) if field.init})
    return f"{public_name(cls)}({', '.join(f'{name}=...' for name in needed)})"


def check_kind(where: str, annotation: Any, value: Any) -> None:
    """Refuse a value of another kind than an annotation names: recipes, functions, and tuples of them or of numbers.

    Args:
        where: what is given, for the message, such as "Supervised.optimizer".
        annotation: of a field. Of other annotations than those named above, any value passes.
        value: the value.

    Raises:
        Error: it says what is given and what is expected.

    >>> check_kind("MLP.sizes", tuple[int, ...], 4)
    Traceback (most recent call last):
        ...
    waza.core.errors.Error: MLP.sizes is 4; expected a tuple, such as (4, 2)
    """
    options = _options(annotation)
    recipes = tuple(one for one in options if isinstance(one, Checked))
    callables = any(_is_callable(one) for one in options)
    tuples = [typing.get_args(one)[0] for one in options if _is_many(one)]
    if len(recipes) + callables + len(tuples) + (types.NoneType in options) < len(options):
        return
    if (value is None and types.NoneType in options) or isinstance(value, recipes):
        return
    if tuples and isinstance(value, tuple | list):
        for i, one in enumerate(value):
            check_kind(f"{where}[{i}]", tuples[0], one)
        return
    if callables and callable(value) and not isinstance(value, Checked):
        return
    if not recipes and not callables:
        raise Error(f"{where} is {shown(value)}; expected a tuple, such as {_tuple_like(tuples[0])}")
    raise Error(f"{where} is {_remedy(value, recipes, callables, types.NoneType in options)}")


def _options(annotation: Any) -> tuple[Any, ...]:
    """The members of a union, or the one annotation."""
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union:
        return typing.get_args(annotation)
    return (annotation,)


def _is_callable(annotation: Any) -> bool:
    return collections.abc.Callable in (annotation, typing.get_origin(annotation))


def _is_many(annotation: Any) -> bool:
    """Whether an annotation is a tuple of any length, of recipes, functions or whole numbers."""
    arguments = typing.get_args(annotation)
    return typing.get_origin(annotation) is tuple and len(arguments) == 2 and arguments[1] is Ellipsis


def _tuple_like(element: Any) -> str:
    examples = {int: "(4, 2)", float: "(0.5, 0.5)", str: "('a', 'b')"}
    return examples.get(element, "(nn.Dense(4, 2), nn.relu)")


def shown(value: Any) -> str:
    """A value on one short line; by its type where that is long.

    >>> shown(0.5), shown(Error), shown("a" * 100)
    ('0.5', 'the class core.errors.Error', 'an object of str')
    """
    if isinstance(value, type):
        return f"the class {public_name(value)}"
    if isinstance(value, types.FunctionType):
        return f"the function {public_name(value)}"
    text = repr(value)
    return text if len(text) <= LONGEST and "\n" not in text else f"an object of {type(value).__qualname__}"


def _remedy(value: Any, recipes: tuple[type, ...], callables: bool, optional: bool) -> str:
    """What is given in the place of a recipe or a function, what is expected, and what to do."""
    names = [public_name(one) for one in recipes]
    expected = " or ".join([*map(_one, names), *["a function"] * callables, *["None"] * optional])
    if isinstance(value, Checked):
        fits = f": give {_call(value)}" if issubclass(value, recipes) else ""
        return f"{shown(value)}; expected {expected}{fits}"
    if isinstance(value, str):
        found = _by_text(value, recipes, callables)
        end = f": give {found}" if found else _examples(recipes, callables)
        return f"{'an object of str' if len(value) > LONGEST else repr(value)}; expected {expected}{end}"
    module = str(getattr(value if callable(value) else type(value), "__module__", "")).partition(".")[0]
    if module == "optax" and "optim.Optimizer" in names:
        return OF_OPTAX
    if isinstance(type(value), Checked):
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
    return tuple(one for one in _options(_first(kind)) if isinstance(one, Checked))


def _by_text(text: str, recipes: tuple[type, ...], callables: bool) -> str | None:
    """The recipe or the function whose name a text is meant to be."""
    known: dict[str, Callable[[], str]] = {}
    for kind in _below(recipes):
        known[kind.__name__.lower()] = lambda kind=kind: _call(kind)  # type: ignore[misc]
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
    names = [call for kind in _below(recipes) if kind not in recipes and (call := _call(kind)).endswith("()")]
    names = names[: MOST_LISTED - callables] + (["nn.relu"] if callables else [])
    return f", such as {' or '.join(names)}" if names else ""
