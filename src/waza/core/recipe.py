"""Recipes: frozen descriptions of what to build; their numbers are pytree leaves."""

import dataclasses
from typing import Any, ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Real

from waza.core.construction import Checked, likely_field
from waza.core.errors import Error
from waza.core.showing import shown
from waza.core.values import NUMBERS, evaluated, is_number

LATER = "later"


class Recipe(eqx.Module, metaclass=Checked):
    """A frozen description of what to build, such as a layer or an optimiser, with its settings.

    A field annotated `float` is a *number*: a leaf that a study may vary without compiling again. An int or
    NumPy number given for it becomes a float; a tracer or a `Schedule` passes through. Every other field is
    *structure*. A recipe is a plain dataclass: it must not define `__init__`, so that `replace` can construct a copy.
    Its arguments are checked (`waza.core.construction`): their names, and their kinds by the annotations.

    >>> class Noise(Recipe):
    ...     std: float = 0.1
    >>> Noise(1).std
    1.0
    """

    def __init_subclass__(cls, **kwargs: Any):
        super().__init_subclass__(**kwargs)
        for name, annotation in cls.__dict__.get("__annotations__", {}).items():
            given = cls.__dict__.get(name, dataclasses.MISSING)
            kind = evaluated(annotation, cls)
            if kind not in NUMBERS:
                continue
            settings: dict[str, Any] = {} if given is dataclasses.MISSING else {"default": given}
            if isinstance(given, dataclasses.Field):
                settings = {"default": given.default, "metadata": dict(given.metadata)}
            setattr(cls, name, eqx.field(converter=_Number(cls.__name__, name, kind is not float), **settings))


def later(default: Any) -> Any:
    """A field added to a recipe after runs of it were stored; its default is the behaviour of those runs.

    The default must never change: `waza.engine.describe` omits the field if it has its default, so that the stored runs
    keep their fingerprints.
    """
    return eqx.field(default=default, metadata={LATER: True})


class Schedule(Recipe):
    """A number that depends on the step, such as a learning rate.

    It may be given for any `float` field; a learner resolves it with `at` before each step. Its own numbers are
    leaves, so that schedules of one class share a compiled program.

    Attributes:
        above_zero: the fields that are divided by, such as a number of steps; others of these names need not exist.
    """

    above_zero: ClassVar[tuple[str, ...]] = ("steps", "every")

    def __check_init__(self):
        for name in self.above_zero:
            value = getattr(self, name, None)
            if isinstance(value, float) and not value > 0:
                raise Error(f"{type(self).__name__}({name}={value:g}); expected a number of steps above 0")

    def __call__(self, step: Real[Array, ""] | float | int) -> Any:
        """The number at a step, counted from 0."""
        raise NotImplementedError(f"{type(self).__name__} has no __call__(step)")


def at(recipe: Any, step: Real[Array, ""] | float | int) -> Any:
    """The recipe with each schedule replaced by its number at this step.

    >>> class Halve(Schedule):
    ...     first: float
    ...     def __call__(self, step):
    ...         return self.first / 2**step
    >>> at({"rate": Halve(0.4), "momentum": 0.9}, 2)
    {'momentum': 0.9, 'rate': 0.1}
    """
    return jax.tree.map(lambda node: node(step) if _is_schedule(node) else node, recipe, is_leaf=_is_schedule)


def _is_schedule(node: Any) -> bool:
    return isinstance(node, Schedule)


@dataclasses.dataclass(frozen=True)
class _Number:
    """Converts the value of a `float` field; stores what the error message names."""

    owner: str
    field: str
    optional: bool

    def __call__(self, value: Any) -> Any:
        if isinstance(value, jax.Array | Schedule) or (value is None and self.optional):
            return value
        if is_number(value):
            return float(value)
        raise Error(f"{self.owner}.{self.field} is {shown(value)}; expected a number, such as 0.1")


def replace(recipe: Any, **changes: Any) -> Any:
    """A copy of `recipe` with some fields changed. An unknown field is an `Error`."""
    names = [field.name for field in dataclasses.fields(recipe)]
    for name in changes:
        if name not in names:
            raise Error(f"{type(recipe).__name__} has no field {name!r}: {likely_field(name, names)}")
    return dataclasses.replace(recipe, **changes)


def like(number: float | jax.Array, array: jax.Array) -> jax.Array:
    """The number in the array's dtype, so that a stacked float32 setting does not promote bfloat16."""
    return jnp.asarray(number, dtype=array.dtype)
