"""Parts of layers with random variables, and what ONNX Runtime computes of them."""

import jax
import numpy as np
import pytest

from waza.core.variables import Tracked, is_tracked
from waza.interop.exporting import TOLERANCE, largest_difference
from waza.interop.onnx.target import TARGET
from waza.interop.part import BATCH, Part, Tensor, random_inputs


def drawn(layer, seed=0):
    """Variables of the layer's shapes that are all random: biases and running statistics too."""
    rng = np.random.default_rng(seed)
    shapes = jax.eval_shape(layer.init, jax.random.key(0))

    def draw(leaf):
        if is_tracked(leaf):
            return Tracked(rng.uniform(0.5, 1.5, leaf.value.shape).astype(np.float32))
        scale = 0.5 if len(leaf.shape) > 1 else 0.2
        return (scale * rng.normal(size=leaf.shape)).astype(np.float32)

    return jax.tree.map(draw, shapes, is_leaf=is_tracked)


@pytest.fixture
def part_of():
    """A function from a layer and the shape of a row to a part; whole numbers lie below a limit."""

    def made(layer, *shape, dtype="float32", below=0, sizes=None, variables=None):
        given = (Tensor("x", dtype, (BATCH, *shape)),)
        variables = drawn(layer) if variables is None else variables
        sample = random_inputs(given, {"x": below}, sizes)
        y = jax.eval_shape(
            Part("layer", layer, variables, given, (), sample).apply, *sample(np.random.default_rng(0), 2)
        )
        out = tuple(Tensor(f"y{i}", str(one.dtype), (BATCH, *one.shape[1:])) for i, one in enumerate(y))
        named = {size: name for name, size in (sizes or {}).items()}
        out = tuple(one._replace(shape=(BATCH, *(named.get(axis, axis) for axis in one.shape[1:]))) for one in out)
        return Part("layer", layer, variables, given, out, sample)

    return made


@pytest.fixture
def agrees(part_of, tmp_path):
    """Whether ONNX Runtime computes a layer's outputs, for batches of several sizes."""

    def check(layer, *shape, **more):
        check_part(part_of(layer, *shape, **more))

    def check_part(part):
        path = tmp_path / "part.onnx"
        TARGET.write(part, path, {})
        assert largest_difference(part, TARGET.read(part, path), (2,)) <= TOLERANCE
        path.unlink()

    check.part = check_part
    return check
