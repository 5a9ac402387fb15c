"""Graph: an ONNX graph that is built value by value, with shapes that are known."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from waza.interop.part import Tensor

# LayerNormalization came with 17; runtimes from 2022 on, and onnxruntime-web, have all of it.
OPSET, IR_VERSION = 17, 8


class Value(NamedTuple):
    """An array in a graph.

    Attributes:
        name: in the graph.
        dtype: NumPy's name of its type.
        shape: numbers, and names of free axes.
    """

    name: str
    dtype: str
    shape: tuple[int | str, ...]

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self.shape)


class Graph:
    """Nodes, constants, inputs and outputs of an ONNX graph.

    A method that adds nodes returns the new `Value`, whose shape and type the caller gives where the operator changes
    them. Two transpositions that cancel leave no node, and elementwise operators are applied before a transposition,
    so that the images between two convolutions stay in ONNX's order of axes.
    """

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: dict[str, np.ndarray] = {}
        self._known: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self._inputs: list[Value] = []
        self._transposed: dict[str, tuple[Value, tuple[int, ...]]] = {}
        self._count = 0

    def input(self, tensor: Tensor) -> Value:
        """An input of the graph."""
        value = Value(*tensor)
        self._inputs.append(value)
        return value

    def constant(self, array: Any, dtype: str | None = None) -> Value:
        """An array that the file holds; equal ones are held once."""
        array = np.asarray(array, dtype)
        array = np.ascontiguousarray(array).reshape(array.shape)
        key = (str(array.dtype), array.shape, array.tobytes())
        if key not in self._known:
            self._known[key] = self._fresh("constant")
            self._constants[self._known[key]] = array
        return Value(self._known[key], str(array.dtype), array.shape)

    def add(
        self, operator: str, inputs: Sequence[Value | None], shape: Sequence[int | str], dtype: str, **settings: Any
    ) -> Value:
        """The only result of an operator."""
        return self.add_all(operator, inputs, [(tuple(shape), dtype)], **settings)[0]

    def add_all(
        self,
        operator: str,
        inputs: Sequence[Value | None],
        results: Sequence[tuple[tuple[int | str, ...], str] | None],
        **settings: Any,
    ) -> list[Value]:
        """The results of an operator, each given by shape and type; None for one that is not used."""
        from onnx import helper

        names = [self._fresh(operator) if one is not None else "" for one in results]
        given = [one.name if one is not None else "" for one in inputs]
        for listed in (given, names):
            while listed and not listed[-1]:
                listed.pop()
        self._nodes.append(helper.make_node(operator, given, names, **settings))
        return [
            Value(name, one[1], tuple(one[0])) for name, one in zip(names, results, strict=False) if one is not None
        ]

    def unary(self, operator: str, x: Value, **settings: Any) -> Value:
        """An operator of each element; before a transposition."""
        if x.name in self._transposed:
            source, axes = self._transposed[x.name]
            return self.transpose(self.unary(operator, source, **settings), axes)
        return self.add(operator, [x], x.shape, x.dtype, **settings)

    def binary(self, operator: str, a: Value, b: Value, dtype: str | None = None) -> Value:
        """An operator of the elements of two arrays, with NumPy's broadcasting."""
        return self.add(operator, [a, b], _broadcast(a.shape, b.shape), dtype or a.dtype)

    def transpose(self, x: Value, axes: Sequence[int]) -> Value:
        """The axes of x in another order; an order that cancels the one before gives its source."""
        axes = tuple(axes)
        if x.name in self._transposed:
            source, before = self._transposed[x.name]
            return self.transpose(source, tuple(before[axis] for axis in axes))
        if axes == tuple(range(x.rank)):
            return x
        y = self.add("Transpose", [x], [x.shape[axis] for axis in axes], x.dtype, perm=axes)
        self._transposed[y.name] = x, axes
        return y

    def reshape(self, x: Value, shape: Sequence[int | str]) -> Value:
        """The elements of x in another shape, whose free axes are those of x."""
        if tuple(shape) == x.shape:
            return x
        kept = [place < x.rank and isinstance(axis, str) and x.shape[place] == axis for place, axis in enumerate(shape)]
        moved = [axis for place, axis in enumerate(shape) if isinstance(axis, str) and not kept[place]]
        if len(moved) <= 1:  # ONNX copies an axis for 0, and computes one for -1
            sizes = [
                0 if same else -1 if isinstance(axis, str) else axis for same, axis in zip(kept, shape, strict=True)
            ]
            target = self.constant(sizes, "int64")
        else:
            each = [self.size(x, axis) if isinstance(axis, str) else self.constant([axis], "int64") for axis in shape]
            target = self.concat(each, 0)
        return self.add("Reshape", [x, target], shape, x.dtype)

    def size(self, x: Value, axis: str) -> Value:
        """The size of a free axis of x, (1,) int64."""
        place = x.shape.index(axis)
        return self.add("Shape", [x], (1,), "int64", start=place, end=place + 1)

    def concat(self, parts: Sequence[Value], axis: int) -> Value:
        """Arrays one after another along an axis."""
        if len(parts) == 1:
            return parts[0]
        axis %= parts[0].rank
        sizes = [one.shape[axis] for one in parts]
        known = [size for size in sizes if isinstance(size, int)]
        total = sum(known) if len(known) == len(sizes) else "+".join(map(str, sizes))
        shape = [*parts[0].shape[:axis], total, *parts[0].shape[axis + 1 :]]
        return self.add("Concat", parts, shape, parts[0].dtype, axis=axis)

    def slice(self, x: Value, axis: int, first: int, last: int) -> Value:
        """x[first:last] along an axis of known size."""
        axis %= x.rank
        limits = [self.constant([one], "int64") for one in (first, last, axis)]
        return self.add("Slice", [x, *limits], [*x.shape[:axis], last - first, *x.shape[axis + 1 :]], x.dtype)

    def take(self, x: Value, places: Value, axis: int) -> Value:
        """x at these places of an axis (Gather)."""
        axis %= x.rank
        shape = [*x.shape[:axis], *places.shape, *x.shape[axis + 1 :]]
        return self.add("Gather", [x, places], shape, x.dtype, axis=axis)

    def unsqueeze(self, x: Value, axis: int) -> Value:
        """x with another axis of size 1."""
        axis %= x.rank + 1
        axes = self.constant([axis], "int64")
        return self.add("Unsqueeze", [x, axes], [*x.shape[:axis], 1, *x.shape[axis:]], x.dtype)

    def squeeze(self, x: Value, axis: int) -> Value:
        """x without an axis of size 1."""
        axis %= x.rank
        axes = self.constant([axis], "int64")
        return self.add("Squeeze", [x, axes], [*x.shape[:axis], *x.shape[axis + 1 :]], x.dtype)

    def cast(self, x: Value, dtype: str) -> Value:
        """x in another type."""
        if x.dtype == dtype:
            return x
        return self.add("Cast", [x], x.shape, dtype, to=_code(dtype))

    def where(self, mask: Value, a: Value, b: Value) -> Value:
        """a where the mask is true, otherwise b."""
        return self.add("Where", [mask, a, b], _broadcast(mask.shape, _broadcast(a.shape, b.shape)), a.dtype)

    def matmul(self, a: Value, b: Value) -> Value:
        """The product of matrices, over the last two axes."""
        leading = _broadcast(a.shape[:-2], b.shape[:-2])
        return self.add("MatMul", [a, b], (*leading, a.shape[-2], b.shape[-1]), a.dtype)

    def count(self, size: Value) -> Value:
        """0, 1, 2, ... up to a size (1,), int64."""
        scalars = [self.constant(0, "int64"), self.squeeze(size, 0), self.constant(1, "int64")]
        return self.add("Range", scalars, ("count",), "int64")

    def model(self, name: str, outputs: Sequence[tuple[Tensor, Value]], metadata: dict[str, str]) -> Any:
        """The whole `onnx.ModelProto`, without nodes that no output needs.

        Args:
            name: of the graph.
            outputs: each with the value that it is.
            metadata: texts that the file holds.
        """
        from onnx import helper, numpy_helper

        last = [helper.make_node("Identity", [value.name], [tensor.name]) for tensor, value in outputs]
        nodes = _needed([*self._nodes, *last], {tensor.name for tensor, _ in outputs})
        read = {name for node in nodes for name in node.input}
        graph = helper.make_graph(
            nodes,
            name,
            [_info(value.name, value.dtype, value.shape) for value in self._inputs],
            [_info(tensor.name, tensor.dtype, tensor.shape) for tensor, _ in outputs],
            [numpy_helper.from_array(array, name) for name, array in self._constants.items() if name in read],
        )
        made = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="waza"
        )
        helper.set_model_props(made, metadata)
        return made

    def _fresh(self, word: str) -> str:
        self._count += 1
        return f"{word.lower()}.{self._count}"


def _needed(nodes: Sequence[Any], wanted: set[str]) -> list[Any]:
    """The nodes on which the wanted values depend, in their order."""
    kept, wanted = [], set(wanted)
    for node in reversed(nodes):
        if wanted & set(node.output):
            kept.append(node)
            wanted |= set(node.input)
    return kept[::-1]


def _info(name: str, dtype: str, shape: Sequence[int | str]) -> Any:
    from onnx import helper

    return helper.make_tensor_value_info(name, _code(dtype), list(shape))


def _code(dtype: str) -> int:
    """ONNX's number of a type."""
    from onnx import helper

    return int(helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))


def _broadcast(a: Sequence[int | str], b: Sequence[int | str]) -> tuple[int | str, ...]:
    """The shape of elementwise results.

    >>> _broadcast(("batch", 1, 3), (4, 1))
    ('batch', 4, 3)
    """
    longer, shorter = (tuple(a), tuple(b)) if len(a) >= len(b) else (tuple(b), tuple(a))
    shorter = (1,) * (len(longer) - len(shorter)) + shorter
    return tuple(y if x == 1 else x for x, y in zip(longer, shorter, strict=True))
