"""Construction of recipes and other dataclasses: the arguments are checked before one is made."""

import dataclasses
import weakref
from collections.abc import Iterable, Mapping
from typing import Any

import equinox as eqx

from waza.core.errors import Error, nearest
from waza.core.remedies import how_to_make, required
from waza.core.values import NUMBERS, Remedied, as_annotated, check_kind, evaluated

LONGEST_OWN = 300  # characters of an error message of a class's own check; longer ones hold the value itself
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


class Fields(type):
    """The class of dataclasses whose arguments are checked: a name without a field or another kind is an `Error`."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """An instance of this class; a list becomes a tuple where its field is one.

        Raises:
            Error: an argument has no field or does not fit it, or a field without a default is not given.
        """
        fields = {field.name: field for field in dataclasses.fields(cls) if field.init}  # type: ignore[arg-type]
        given = _named(cls, fields, args, kwargs)
        kinds, wrong = _kinds(cls), None
        for name, value in given.items():
            if kinds[name] in NUMBERS and issubclass(cls, eqx.Module):  # which a converter checks
                continue
            try:
                check_kind(f"{cls.__name__}.{name}", kinds[name], value)
                given[name] = as_annotated(kinds[name], value)
            except Error as error:
                wrong = wrong or error
        if wrong is None:
            return super().__call__(**given)
        if isinstance(wrong, Remedied):
            raise wrong
        try:
            super().__call__(**given)
        except Error as own:  # the class's own check, which knows what is meant
            if len(str(own)) <= LONGEST_OWN:
                raise
        except Exception:  # its own check was not written for values of this kind
            raise wrong from None
        raise wrong


class Checked(Fields, type(eqx.Module)):  # type: ignore[misc]  # the metaclass of a Module has no public name
    """The class of recipe classes."""


_KINDS: weakref.WeakKeyDictionary[type, dict[str, Any]] = weakref.WeakKeyDictionary()


def _kinds(cls: type) -> dict[str, Any]:
    """The annotations of a class's fields, evaluated where they are texts; `Any` where a text cannot be evaluated."""
    if cls not in _KINDS:
        kinds = {}
        for field in dataclasses.fields(cls):
            kinds[field.name] = field.type
            if isinstance(field.type, str):
                owner = next(one for one in cls.__mro__ if field.name in one.__dict__.get("__annotations__", {}))
                kinds[field.name] = evaluated(field.type, owner)
        _KINDS[cls] = kinds
    return _KINDS[cls]


def _named(
    cls: type, fields: Mapping[str, dataclasses.Field], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    """The arguments by the names of their fields."""
    kind = cls.__name__
    placed = [name for name, field in fields.items() if not field.kw_only]
    if len(args) > len(placed):
        expected = f"at most {len(placed)}: {', '.join(placed)}" if placed else "fields by name"
        raise Error(f"{kind} is given {len(args)} values; expected {expected}")
    given = dict(zip(placed, args, strict=False))
    for name in kwargs:
        if name not in fields:
            raise Error(f"{kind} has no field {name!r}: {likely_field(name, fields)}")
        if name in given:
            raise Error(f"{kind} is given {name!r} twice, by place and by name: leave one out")
    given |= kwargs
    for name in required(fields):
        if name not in given:
            raise Error(f"{kind} is given no {name!r}: give {how_to_make(cls)}")
    return given


def likely_field(name: str, fields: Iterable[str]) -> str:
    """The end of an error message about an unknown field: the field that is meant, or all fields.

    >>> likely_field("lr", ["learning_rate", "momentum"])
    "did you mean 'learning_rate'?"
    """
    fields = list(fields)
    known = [one for one in ALIASES.get(name, ()) if one in fields]
    return f"did you mean {known[0]!r}?" if known else nearest(name, fields)
