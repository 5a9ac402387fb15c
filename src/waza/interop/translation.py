"""The encoder and one decoding step of a translator, to be exported."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, PyTree

from waza.core.errors import Error
from waza.interop.part import BATCH, Part, Tensor
from waza.interop.states import NEW, State
from waza.models import EncoderDecoder, Seq2Seq, Transformer
from waza.models.encoder_decoder import Encoded
from waza.nn import Layer, Pass
from waza.nn.attention import real_steps

STEPS, MOST = "steps", "most"  # source tokens; tokens that a Transformer's state has room for
SAMPLED = {STEPS: 5, MOST: 6}


class SourceEncoder(Layer):
    """What a decoder is given of sentences: (source, lengths) to (*context, *state), the arrays of `DecoderStep`.

    A Transformer has no state yet: each array of it begins as zeros.

    Args:
        model: a `Seq2Seq` or a `Transformer`.
    """

    model: EncoderDecoder

    def apply(self, variables: PyTree[Array], x: Any, run: Pass) -> Any:
        """(*context, *state)."""
        source, lengths = x
        encoded = self.model.encode(variables["model"], source, lengths, run)
        step = DecoderStep(self.model)
        known = step.context.leaves(step.read(encoded))
        if not step.begins:
            return known
        return *known, *step.state.leaves(self.model.start(variables["model"], encoded, 1))


class DecoderStep(Layer):
    """The logits of the next token after one token: (token, *context, *state) to (logits, [weights,] *state).

    Args:
        model: a `Seq2Seq` or a `Transformer`.
    """

    model: EncoderDecoder

    @property
    def begins(self) -> bool:
        """Whether the encoder gives the first state; otherwise it consists of zeros."""
        return isinstance(self.model, Seq2Seq)

    @property
    def attended(self) -> bool:
        """Whether a step has attention weights of the source's tokens."""
        return not isinstance(self.model, Seq2Seq) or self.model.decoder.attention is not None

    @property
    def context(self) -> State:
        """The arrays of the source that every step reads."""
        free = {1: STEPS} if isinstance(self.model, Seq2Seq) else {2: STEPS}
        found = State("source", lambda: self.read(self._encoded()), free)
        found.inputs = tuple(one._replace(shape=(BATCH, STEPS)) if one.dtype == "bool" else one for one in found.inputs)
        return found

    @property
    def state(self) -> State:
        """The arrays of the decoder's state."""
        free = {} if isinstance(self.model, Seq2Seq) else {2: MOST}
        return State("state", lambda: self.model.start(self._variables(), self._encoded(), 1), free)

    def read(self, encoded: Encoded) -> Any:
        """What the decoder reads of an encoded source: attention's memory, or each layer's keys and values."""
        if isinstance(self.model, Seq2Seq):
            return encoded.summary[1]
        return encoded.summary, real_steps(encoded.lengths, encoded.memory)

    def apply(self, variables: PyTree[Array], x: Any, run: Pass) -> Any:
        """(logits, [weights,] *state)."""
        token, leaves = x[0], x[1:]
        count = len(self.context.inputs)
        known, state = self.context.tree(leaves[:count]), self.state.tree(leaves[count:])
        if isinstance(self.model, Seq2Seq):
            logits, state, weights = self.model.decoder.step(variables["model"]["decoder"], state, token, known)
        else:
            decoder = self.model.parts()["decoder"]
            logits, state, weights = decoder.step(variables["model"]["decoder"], state, token, *known)
        return logits, *([weights] if self.attended else []), *self.state.leaves(state)

    def _variables(self) -> Any:
        return self.model.init(jax.random.key(0))

    def _encoded(self) -> Encoded:
        """Of one row with one token, of which only the shapes are used."""
        return self.model.encode(self._variables(), jnp.zeros((1, 1), int), jnp.ones(1, int), Pass())


def translation_parts(model: EncoderDecoder, variables: Any) -> tuple[Part, Part]:
    """The parts "encoder" and "step" of a translator.

    Raises:
        Error: it is neither a `Seq2Seq` nor a `Transformer`.
    """
    if not isinstance(model, Seq2Seq | Transformer):
        raise Error(f"{type(model).__name__} has no parts to be exported; expected a Seq2Seq or a Transformer")
    step, own = DecoderStep(model), {"model": variables}
    sources, targets = (
        (model.encoder.vocabulary, model.decoder.vocabulary)
        if isinstance(model, Seq2Seq)
        else (model.sources, model.targets)
    )
    given = (Tensor("source", "int32", (BATCH, STEPS)), Tensor("lengths", "int32", (BATCH,)))
    begun = step.state.inputs if step.begins else ()

    def sentences(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, ...]:
        lengths = rng.integers(1, SAMPLED[STEPS] + 1, rows)
        lengths[0] = SAMPLED[STEPS]
        return rng.integers(0, sources, (rows, SAMPLED[STEPS])).astype(np.int32), lengths.astype(np.int32)

    encoder = Part("encoder", SourceEncoder(model), own, given, (*step.context.inputs, *begun), sentences)

    def after_a_token(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, ...]:
        """A token, the encoded source, and the state after another token."""
        sizes = {BATCH: rows, **SAMPLED}
        zeros = () if step.begins else step.state.inputs
        known = encoder.compute(sentences(rng, rows))
        for one in zeros:
            known[one.name] = np.zeros([int(sizes.get(str(axis), axis)) for axis in one.shape], one.dtype)
        first, second = rng.integers(0, targets, (2, rows)).astype(np.int32)
        after = part.compute((first, *(known[one.name] for one in inputs[1:])))
        return second, *(after.get(f"{NEW}{one.name}", known.get(one.name)) for one in inputs[1:])

    inputs = (Tensor("token", "int32", (BATCH,)), *step.context.inputs, *step.state.inputs)
    weights = (Tensor("weights", "float32", (BATCH, STEPS)),) if step.attended else ()
    outputs = (Tensor("logits", "float32", (BATCH, targets)), *weights, *step.state.outputs)
    part = Part("step", step, own, inputs, outputs, after_a_token)
    return encoder, part
