"""Part: a function of a trained model that leaves for another format, with named inputs and outputs."""

import contextlib
import dataclasses
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Array

from waza.nn import Layer, Pass

BATCH = "batch"


class Tensor(NamedTuple):
    """An input or output of a part.

    Attributes:
        name: by which it is given or returned.
        dtype: NumPy's name of its type, such as "float32".
        shape: numbers, and names of dimensions that are free, such as ("batch", 28, 28, 1).
    """

    name: str
    dtype: str
    shape: tuple[int | str, ...]

    def __str__(self) -> str:
        """Such as "images (batch, 28, 28, 1) uint8"."""
        axes = ", ".join(map(str, self.shape))
        return f"{self.name} ({axes}{',' if len(self.shape) == 1 else ''}) {self.dtype}"


@dataclasses.dataclass(frozen=True, eq=False)
class Part:
    """A layer with its variables, from named inputs to named outputs: `layer.apply(variables, x, Pass())`.

    x is the array of the only input, or the tuple of several, in the order of `inputs`; the layer returns an array, or
    a tuple of several, in the order of `outputs`.

    Args:
        name: of the part and its file, such as "model", "encoder" or "step".
        layer: what is computed. Its `apply` can be traced by JAX.
        variables: of the layer.
        inputs, outputs: names, types and shapes; the first axis of each is "batch".
        sample: typical inputs of a number of rows, by a generator, in the order of `inputs`. An export is checked with
            them.
    """

    name: str
    layer: Layer
    variables: Any = dataclasses.field(repr=False)
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    sample: Callable[[np.random.Generator, int], tuple[np.ndarray, ...]]

    def apply(self, *inputs: Any) -> tuple[Array, ...]:
        """The outputs for the inputs, with the variables as constants; traced in the part's `precision`."""
        return self.with_variables(jax.device_put(self.variables), *inputs)

    def with_variables(self, variables: Any, *inputs: Any) -> tuple[Array, ...]:
        """The outputs for variables, JAX arrays, and inputs."""
        x: Any = inputs[0] if len(inputs) == 1 else inputs
        y: Any = self.layer.apply(variables, x, Pass())
        return y if isinstance(y, tuple) else (y,)

    @property
    def wide(self) -> bool:
        """Whether an input has a type of 64 bits, which JAX takes only where it is told to."""
        return any(np.dtype(one.dtype).itemsize == 8 for one in self.inputs)

    @property
    def precision(self) -> contextlib.AbstractContextManager[Any]:
        """The context in which the part is traced: that of `jax.enable_x64(True)` for a `wide` one."""
        return jax.enable_x64(True) if self.wide else contextlib.nullcontext()

    def compute(self, inputs: tuple[np.ndarray, ...]) -> dict[str, np.ndarray]:
        """The outputs by name, computed by waza."""
        with self.precision:
            found = self._compiled(self._placed, *inputs)
            return {one.name: np.asarray(y) for one, y in zip(self.outputs, found, strict=True)}

    @cached_property
    def _compiled(self) -> Any:
        return jax.jit(self.with_variables)

    @cached_property
    def _placed(self) -> Any:
        return jax.device_put(self.variables)


class Exportable(NamedTuple):
    """What a trained model gives to be exported.

    Attributes:
        parts: one, or several such as an encoder and a decoder.
        facts: what a user of the files needs to know, as plain values: classes, columns, tokens.
    """

    parts: tuple[Part, ...]
    facts: Mapping[str, Any]


def random_inputs(
    inputs: tuple[Tensor, ...],
    below: Mapping[str, int] | None = None,
    sizes: Mapping[str, int] | None = None,
) -> Callable[[np.random.Generator, int], tuple[np.ndarray, ...]]:
    """A `Part.sample`: standard normal floats, bytes, true values, and whole numbers from 0.

    Args:
        inputs: what is drawn.
        below: the limit of whole numbers, by name.
        sizes: of the free dimensions other than "batch".

    >>> draw = random_inputs((Tensor("tokens", "int32", ("batch", "steps")),), {"tokens": 9}, {"steps": 4})
    >>> draw(np.random.default_rng(0), 2)[0].shape
    (2, 4)
    """

    def sample(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, ...]:
        known: dict[Any, Any] = {BATCH: rows, **(sizes or {})}
        return tuple(_drawn(rng, one, [known.get(axis, axis) for axis in one.shape], below or {}) for one in inputs)

    return sample


def _drawn(rng: np.random.Generator, one: Tensor, shape: list[Any], below: Mapping[str, int]) -> np.ndarray:
    dtype = np.dtype(one.dtype)
    if dtype.kind == "f":
        return rng.normal(size=shape).astype(dtype)
    if dtype.kind == "b":
        return np.ones(shape, bool)
    return rng.integers(0, below.get(one.name, 256), shape).astype(dtype)
