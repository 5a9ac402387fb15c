"""A recurrent layer with an output on top."""

from collections.abc import Callable
from typing import Any, Literal, get_args

from jaxtyping import Array, Float, Int, PyTree

from waza.core.errors import Error
from waza.nn.dense import Dense
from waza.nn.initializers import Initializer, Xavier
from waza.nn.layer import Layer
from waza.nn.passes import Pass
from waza.nn.recurrent import RecurrentLayer

Read = Literal["each", "last"]


class SequenceModel(Layer):
    r"""$y_t = g(W_\text{out} z_t + c)$ on the outputs $z_t$ of a recurrent layer.

    Variables: "recurrent", those of the layer, and "output", those of a `Dense` layer.

    Args:
        recurrent: the layer that reads the sequence.
        outputs: the size of y.
        read: "each" step has an output, (batch, time, outputs), or only the "last", (batch, outputs).
        activation: g; None leaves the output as it is.
        initializer: of the output's weight.
        use_bias: whether c exists.

    >>> import jax, jax.numpy as jnp
    >>> from waza import nn
    >>> model = SequenceModel(nn.Recurrent(nn.SimpleRNN(2, 16)), 1, activation=nn.sigmoid)
    >>> variables = model.init(jax.random.key(0))
    >>> model.apply(variables, jnp.ones((5, 8, 2)), Pass()).shape
    (5, 8, 1)
    """

    recurrent: RecurrentLayer
    outputs: int
    read: Read = "each"
    activation: Callable | None = None
    initializer: Initializer = Xavier()
    use_bias: bool = True

    def __check_init__(self):
        if self.read not in get_args(Read):
            raise Error(f"SequenceModel(read={self.read!r}); expected 'each' step or the 'last'")

    def parts(self) -> dict[str, Any]:
        """The recurrent layer, and the dense layer on its outputs."""
        output = Dense(self.recurrent.outputs, self.outputs, self.initializer, self.use_bias)
        return {"recurrent": self.recurrent, "output": output}

    def start(self, batch: int) -> PyTree[Array]:
        """The state before the first step, with `batch` rows."""
        return self.recurrent.start(batch)

    def scan(
        self,
        variables: PyTree[Array],
        x: Float[Array, "batch time inputs"],
        run: Pass,
        state: PyTree[Array] | None = None,
        lengths: Int[Array, " batch"] | None = None,
    ) -> tuple[Float[Array, "batch time {self.outputs}"], PyTree[Array]]:
        """The outputs of all steps, and the state after each row's last step."""
        z, state = self.recurrent.scan(variables["recurrent"], x, run.at("recurrent"), state, lengths)
        return self._out(variables, run.record("activation", z), run), state

    def apply(self, variables: PyTree[Array], x: Float[Array, "batch time inputs"], run: Pass) -> Array:
        """The outputs of the steps that are read, from a state of zeros."""
        if self.read == "each":
            return self.scan(variables, x, run)[0]
        z, _ = self.recurrent.scan(variables["recurrent"], x, run.at("recurrent"))
        return self._out(variables, run.record("activation", z[:, -1]), run)

    def _out(self, variables: PyTree[Array], z: Array, run: Pass) -> Array:
        v = self.parts()["output"].apply(variables["output"], z, run.at("output"))
        return v if self.activation is None else self.activation(v)
