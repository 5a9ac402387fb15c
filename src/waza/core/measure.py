"""Measure: what a learner measures, declared; Mean: a measured value as a total and its weight."""

import dataclasses
import math
from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypedDict, get_args

import jax
import jax.numpy as jnp
import numpy as np

from waza.core.construction import Fields
from waza.core.errors import Error, nearest
from waza.core.parsing import parsed

Better = Literal["higher", "lower"]


class Declared(TypedDict):
    """A measure as it stands in a file: an infinite bound is None."""

    name: str
    better: Better | None
    unit: str
    bounds: tuple[float | None, float | None]


@dataclasses.dataclass(frozen=True)
class Measure(metaclass=Fields):
    """A declared measure: tuning, early stopping, tables, charts and verdicts read it.

    Args:
        name: of the variable in the results, such as "test_accuracy".
        better: whether "higher" or "lower" values are better; None where neither is.
        unit: for display, such as "nats".
        bounds: the smallest and the largest possible value.

    >>> Measure("test_accuracy", better="higher", bounds=(0, 1)).improves(0.9, on=0.8)
    True
    """

    name: str
    better: Better | None = None
    unit: str = ""
    bounds: tuple[float, float] = (-math.inf, math.inf)

    def __post_init__(self):
        if not isinstance(self.name, str) or not self.name:
            raise Error(f"Measure(name={self.name!r}); expected a name, such as 'test_accuracy'")
        if self.better is not None and self.better not in get_args(Better):
            raise Error(f"Measure({self.name!r}, better={self.better!r}); expected 'higher', 'lower' or None")
        if len(self.bounds) != 2 or not self.bounds[0] < self.bounds[1]:
            raise Error(f"Measure({self.name!r}, bounds={self.bounds!r}); expected (low, high) with low < high")

    @property
    def sign(self) -> int:
        """1 where higher is better, -1 where lower is, and 0 where neither is.

        >>> [Measure("m", better).sign for better in ("higher", "lower", None)]
        [1, -1, 0]
        """
        return {"higher": 1, "lower": -1, None: 0}[self.better]

    @property
    def worst(self) -> float:
        """A value that every other one improves on; NaN where no direction is better."""
        return -self.sign * math.inf if self.sign else math.nan

    def improves(self, value: float, on: float) -> bool:
        """Whether a value is better than another; a value that is NaN never is, and any other is better than NaN.

        >>> loss = Measure("loss", better="lower")
        >>> loss.improves(1.0, on=2.0), loss.improves(math.nan, on=2.0), loss.improves(2.0, on=math.nan)
        (True, False, True)
        """
        if math.isnan(value) or not self.sign:
            return False
        return math.isnan(on) or self.sign * value > self.sign * on

    def bounded(self, value: float) -> float:
        """The value, or the bound that it exceeds.

        >>> Measure("accuracy", "higher", bounds=(0, 1)).bounded(1.02)
        1
        """
        low, high = self.bounds
        return min(max(value, low), high)

    def to_json(self) -> dict[str, Any]:
        """The declaration in types that JSON has: an infinite bound is None."""
        bounds = [bound if math.isfinite(bound) else None for bound in self.bounds]
        return {"name": self.name, "better": self.better, "unit": self.unit, "bounds": bounds}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Measure":
        """The declaration that `to_json` described.

        >>> loss = Measure("test_loss", "lower", "nats", (0, math.inf))
        >>> Measure.from_json(loss.to_json()) == loss
        True
        """
        found: Declared = parsed(Declared, values)
        low, high = found["bounds"]
        bounds = (-math.inf if low is None else low, math.inf if high is None else high)
        return cls(found["name"], found["better"], found["unit"], bounds)


def named(measures: Iterable[Measure], name: str) -> Measure:
    """The measure of this name.

    Raises:
        Error: no measure has it; the nearest name is suggested.

    >>> named([Measure("test_accuracy", "higher")], "test_accuracy").better
    'higher'
    """
    by_name = {measure.name: measure for measure in measures}
    if name not in by_name:
        raise Error(f"no measure is called {name!r}: {nearest(name, by_name)}")
    return by_name[name]


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class Mean:
    r"""A mean that is still a sum: $\sum_i w_i v_i$ and $\sum_i w_i$. Means of parts add up to the mean of the whole.

    A plain scalar v is `Mean(v, 1)`. A weight of 0 says that nothing was counted: the value is NaN and shows as a gap.

    Args:
        total: the weighted sum of values.
        weight: the sum of weights; integers are counted exactly.

    >>> whole = Mean(6.0, 3) + Mean(0.0, 0) + Mean(4.0, 1)
    >>> whole.total, whole.weight, float(whole.value)
    (10.0, 4, 2.5)
    """

    total: Any
    weight: Any = 1

    def __add__(self, other: "Mean") -> "Mean":
        return Mean(self.total + other.total, self.weight + other.weight)

    @property
    def value(self) -> Any:
        """The mean; NaN where nothing was counted."""
        return mean_value(self.total, self.weight)

    def __float__(self) -> float:
        return float(self.value)


def mean_value(total: Any, weight: Any) -> Any:
    """total / weight in the total's precision, NaN where the weight is 0; JAX's arrays or NumPy's."""
    xp: Any = jnp if isinstance(total, jax.Array) or isinstance(weight, jax.Array) else np
    total = xp.asarray(total)
    total = total if xp.issubdtype(total.dtype, xp.floating) else total.astype(float)
    weight = xp.asarray(weight).astype(total.dtype)
    return xp.where(weight == 0, xp.nan, total / xp.where(weight == 0, 1, weight)).astype(total.dtype)


def as_mean(value: Any) -> Mean:
    """A measured value as a Mean: a plain scalar has the weight 1.

    >>> as_mean(3.0)
    Mean(total=3.0, weight=1)
    """
    return value if isinstance(value, Mean) else Mean(value, 1)


def is_mean(node: Any) -> bool:
    """Whether this node of a tree of measures is a `Mean`."""
    return isinstance(node, Mean)


# By name a scalar or a Mean, or a dict of them by layer.
Measures = dict[str, Any]
