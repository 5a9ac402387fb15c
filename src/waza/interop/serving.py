"""Layers around a network that is exported: from raw inputs to its inputs, and from its outputs to answers."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, UInt8

from waza.data.columns import CLIP, CategoricalColumn, NumericColumn
from waza.nn import Layer, Pass

Column = NumericColumn | CategoricalColumn
STATISTICS = ("median", "mean", "scale")


class Pixels(Layer):
    """Bytes 0..255 as floats 0..1.

    >>> Pixels().apply({}, jnp.array([[0, 255]], jnp.uint8), Pass()).tolist()
    [[0.0, 1.0]]
    """

    def apply(self, variables: dict, x: UInt8[Array, "batch ..."], run: Pass) -> Float[Array, "batch ..."]:
        """x / 255."""
        return x.astype(jnp.float32) / 255


class ColumnPlan(NamedTuple):
    """Which numbers of a row each input of a network is made of; arrays, in the order of the groups.

    Attributes:
        numbers: the places of numeric columns, which give a standardised value each.
        median, mean, scale: of these columns.
        marked: the places of columns whose missing values are marked by an input.
        category: the place, and the number of the category, of an input for each category.
        code: that number.
        others: the places of columns with an input for all other categories.
        categories: the number of categories of these.
        order: the place in the groups of each input of the network.
    """

    numbers: np.ndarray
    median: np.ndarray
    mean: np.ndarray
    scale: np.ndarray
    marked: np.ndarray
    category: np.ndarray
    code: np.ndarray
    others: np.ndarray
    categories: np.ndarray
    order: np.ndarray


class Columns(Layer):
    """The columns of a table, as numbers, as inputs of a network: what `waza.data.preparation.Preparation` computes.

    A row has a number for each column: the value of a numeric one (a date as days since 1970, a time as hours), NaN or
    infinity where it is missing; and of a categorical one the place of its category in `categories`, counted from 0,
    or -1 for another one.

    Args:
        columns: with the statistics of the training rows.

    >>> age = NumericColumn("age", median=30.0, mean=40.0, scale=10.0, marked=True)
    >>> kind = CategoricalColumn("kind", ("a", "b"), others=True)
    >>> x = jnp.array([[50.0, 1.0], [jnp.nan, -1.0]])
    >>> Columns((age, kind)).apply({}, x, Pass()).tolist()
    [[1.0, 0.0, 0.0, 1.0, 0.0], [-1.0, 1.0, 0.0, 0.0, 1.0]]
    """

    columns: tuple[Column, ...]

    def plan(self) -> ColumnPlan:
        """What each input of the network is made of."""
        groups: list[list[Any]] = [[] for _ in range(4)]  # scaled, marked, one category, all others
        order: list[tuple[int, int]] = []
        for place, column in enumerate(self.columns):
            if isinstance(column, NumericColumn):
                entries = [(0, (place, column)), *([(1, place)] if column.marked else [])]
            else:
                entries = [(2, (place, code)) for code in range(len(column.categories))]
                entries += [(3, (place, len(column.categories)))] if column.others else []
            for group, entry in entries:
                order.append((group, len(groups[group])))
                groups[group].append(entry)
        first = np.cumsum([0, *map(len, groups)])
        scaled, marked, category, others = groups
        median, mean, scale = (np.array([getattr(one, name) for _, one in scaled]) for name in STATISTICS)
        return ColumnPlan(
            _places(place for place, _ in scaled),
            median,
            mean,
            scale,
            _places(marked),
            _places(place for place, _ in category),
            np.array([code for _, code in category], float),
            _places(place for place, _ in others),
            np.array([count for _, count in others], float),
            _places(first[group] + place for group, place in order),
        )

    def apply(self, variables: dict, x: Float[Array, "batch columns"], run: Pass) -> Float[Array, "batch inputs"]:
        """The inputs, (batch, inputs) float32, computed in the precision of x."""
        plan = self.plan()
        numbers, marked, known, other = (
            x[:, places] for places in (plan.numbers, plan.marked, plan.category, plan.others)
        )
        filled = jnp.where(jnp.isfinite(numbers), numbers, plan.median)
        scaled = jnp.clip((filled - plan.mean) / plan.scale, -CLIP, CLIP)
        unknown = ~((other >= 0) & (other < plan.categories))
        parts = (scaled, ~jnp.isfinite(marked), known == plan.code, unknown)
        return jnp.concatenate([part.astype(jnp.float32) for part in parts], axis=1)[:, plan.order]


class OneHot(Layer):
    """Whole numbers as one-hot vectors.

    >>> OneHot(3).apply({}, jnp.array([2, 0]), Pass()).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """

    classes: int

    def apply(self, variables: dict, x: Int[Array, " batch"], run: Pass) -> Float[Array, "batch classes"]:
        """1 at the number, 0 elsewhere."""
        return jax.nn.one_hot(x, self.classes)


class Softmax(Layer):
    """The probabilities of logits, over the last axis.

    >>> Softmax().apply({}, jnp.zeros((1, 2)), Pass()).tolist()
    [[0.5, 0.5]]
    """

    def apply(self, variables: dict, x: Float[Array, "batch classes"], run: Pass) -> Float[Array, "batch classes"]:
        """The softmax."""
        return jax.nn.softmax(x, axis=-1)


class Affine(Layer):
    """Standardised outputs in the unit of the target: scale x + shift.

    >>> Affine(10.0, 5.0).apply({}, jnp.array([[2.0]]), Pass()).tolist()
    [[25.0]]
    """

    scale: float
    shift: float

    def apply(self, variables: dict, x: Float[Array, "batch outputs"], run: Pass) -> Float[Array, "batch outputs"]:
        """The outputs."""
        return x * jnp.float32(self.scale) + jnp.float32(self.shift)


class Choice(Layer):
    """The place of the largest output, and the outputs.

    >>> [y.tolist() for y in Choice().apply({}, jnp.array([[1.0, 3.0, 2.0]]), Pass())]
    [[1], [[1.0, 3.0, 2.0]]]
    """

    def apply(self, variables: dict, x: Float[Array, "batch actions"], run: Pass) -> Any:
        """(the place, the outputs)."""
        return jnp.argmax(x, axis=-1).astype(jnp.int32), x


class Bounded(Layer):
    """Outputs of an action's shape, within its bounds.

    Args:
        low, high: the bounds of each coordinate, in the order of the outputs; infinite where there is none.
        shape: of an action.

    >>> Bounded((-1.0,), (1.0,), (1,)).apply({}, jnp.array([[3.0]]), Pass()).tolist()
    [[1.0]]
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    shape: tuple[int, ...]

    def apply(self, variables: dict, x: Float[Array, "batch coordinates"], run: Pass) -> Float[Array, "batch ..."]:
        """The actions."""
        low, high = (jnp.asarray(bound, jnp.float32) for bound in (self.low, self.high))
        return jnp.clip(x, low, high).reshape(x.shape[0], *self.shape)


def _places(values: Any) -> np.ndarray:
    return np.array(list(values), np.int64)
