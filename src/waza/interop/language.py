"""One step of a language model, to be exported."""

from typing import Any

from jaxtyping import Array, PyTree

from waza.interop.part import BATCH, Part, Tensor, random_inputs
from waza.interop.states import State
from waza.models import LanguageModel
from waza.nn import Layer, Pass


class LanguageStep(Layer):
    """The logits of the next token after one token, and the state: (token, *state) to (logits, *state).

    Args:
        model: the language model.
    """

    model: LanguageModel

    @property
    def state(self) -> State:
        """The state's arrays."""
        return State("state", lambda: self.model.start(1))

    def apply(self, variables: PyTree[Array], x: Any, run: Pass) -> Any:
        """(logits, *state)."""
        token, *leaves = x
        logits, state = self.model.scan(variables["model"], token[:, None], run, self.state.tree(leaves))
        return logits[:, 0], *self.state.leaves(state)


def language_step(model: LanguageModel, variables: Any) -> Part:
    """The part "step" of a language model."""
    layer = LanguageStep(model)
    inputs = (Tensor("token", "int32", (BATCH,)), *layer.state.inputs)
    outputs = (Tensor("logits", "float32", (BATCH, model.vocabulary)), *layer.state.outputs)
    return Part(
        "step", layer, {"model": variables}, inputs, outputs, random_inputs(inputs, {"token": model.vocabulary})
    )
