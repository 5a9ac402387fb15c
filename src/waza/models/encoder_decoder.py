"""Encoder-decoder models: the interface that training and decoding share."""

from typing import Any, NamedTuple

from jaxtyping import Array, Float, Int, PyTree

from waza.nn.layer import Layer
from waza.nn.passes import Pass


class Pair(NamedTuple):
    r"""Source sequences, and the target tokens that a decoder is given in training ("teacher forcing").

    Args:
        source: the source's tokens, (batch, steps) integers; after a row's length they may be anything.
        lengths: the number of source tokens of each row, (batch,) integers, at least 1.
        previous: $y_0 \dots y_{T-1}$, (batch, time) integers: the token before each one that is predicted.
    """

    source: Array
    lengths: Array
    previous: Array


class Encoded(NamedTuple):
    """What a decoder is given of the source. Each array has the batch as its first axis.

    Args:
        memory: what attention reads, (batch, steps, size).
        lengths: the number of source tokens of each row, (batch,).
        summary: whatever else the model's decoder starts from.
    """

    memory: Array
    lengths: Array
    summary: PyTree[Array] = None


class Step(NamedTuple):
    """One decoding step.

    Args:
        logits: of the next token, (batch, targets).
        state: the decoder's state after the step.
        weights: the attention weights of the source's tokens, (batch, steps); None for a model without attention.
    """

    logits: Array
    state: PyTree[Array]
    weights: Array | None


class EncoderDecoder(Layer):
    r"""A model of $p(y \mid x) = \prod_t p(y_t \mid y_{<t}, x)$ for two sequences of tokens.

    The decoder's first input $y_0$ is the token that also ends a sentence (`end`, the last of the target's tokens).
    Training calls `apply`, which scores all target tokens of known sentences. Decoding calls `encode` once, `start`
    once, and `step` for each token. Both give the same logits.
    """

    @property
    def end(self) -> int:
        """The token that begins and ends a target sentence: the last of the target's tokens."""
        raise NotImplementedError(f"{type(self).__name__} has no end")

    def encode(
        self, variables: PyTree[Array], source: Int[Array, "batch steps"], lengths: Int[Array, " batch"], run: Pass
    ) -> Encoded:
        """What the decoder is given of the source."""
        raise NotImplementedError(f"{type(self).__name__} has no encode(variables, source, lengths, run)")

    def start(self, variables: PyTree[Array], encoded: Encoded, most: int) -> PyTree[Array]:
        """The decoder's state before the first token, each array with the batch as its first axis.

        Args:
            variables: of the model.
            encoded: the source.
            most: the largest number of steps that will follow.
        """
        raise NotImplementedError(f"{type(self).__name__} has no start(variables, encoded, most)")

    def step(
        self, variables: PyTree[Array], encoded: Encoded, state: PyTree[Array], token: Int[Array, " batch"]
    ) -> Step:
        """The logits of the token after this one, without dropout."""
        raise NotImplementedError(f"{type(self).__name__} has no step(variables, encoded, state, token)")

    def decode(
        self, variables: PyTree[Array], encoded: Encoded, previous: Int[Array, "batch time"], run: Pass
    ) -> Float[Array, "batch time targets"]:
        """The logits of all target tokens, each after the true tokens before it."""
        raise NotImplementedError(f"{type(self).__name__} has no decode(variables, encoded, previous, run)")

    def apply(self, variables: PyTree[Array], x: Any, run: Pass) -> Float[Array, "batch time targets"]:
        """The logits of all target tokens of a `Pair`."""
        encoded = self.encode(variables, x.source, x.lengths, run.at("encoder"))
        return self.decode(variables, encoded, x.previous, run.at("decoder"))
