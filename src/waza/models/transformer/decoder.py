"""The decoder of a Transformer: all tokens of known sentences, or one token after another."""

from typing import Any, NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.models.transformer.embedding import PositionedEmbedding
from waza.models.transformer.encoder import last_norm
from waza.models.transformer.sublayers import FeedForward, Residual
from waza.nn.attention import Heads, MultiHead, causal
from waza.nn.dense import Dense
from waza.nn.initializers import Xavier
from waza.nn.layer import Layer
from waza.nn.passes import Pass
from waza.nn.token_logits import token_logits


class TransformerState(NamedTuple):
    """Where a decoder stands.

    Args:
        position: the number of tokens so far, (batch,).
        seen: the keys and values of these tokens for each layer's self-attention; zeros after them.
    """

    position: Array
    seen: tuple[Heads, ...]


class DecoderLayer(Layer):
    """Self-attention over the tokens so far, attention to the source, and a feed-forward network.

    Each has a residual connection. Variables: "attention", "source" and "feed_forward", and "attention_norm",
    "source_norm" and "feed_forward_norm" with "scale" and "shift".

    Args:
        attention: to the tokens so far.
        source: attention to the source.
        feed_forward: at each token.
        residual: the connection around all three.
    """

    attention: MultiHead
    source: MultiHead
    feed_forward: FeedForward
    residual: Residual

    def parts(self) -> dict[str, Any]:
        """The sublayers and their norms."""
        sublayers = {"attention": self.attention, "source": self.source, "feed_forward": self.feed_forward}
        return sublayers | {f"{name}_norm": self.residual for name in sublayers}

    def read(
        self,
        variables: PyTree[Array],
        x: Float[Array, "batch steps width"],
        memory: Heads,
        real: Bool[Array, "batch 1 sources"],
        run: Pass,
        state: tuple[Heads, Int[Array, " batch"]] | None = None,
    ) -> tuple[Float[Array, "batch steps width"], Heads, Float[Array, "batch heads steps sources"]]:
        """The output of each token, the keys and values of all tokens so far, and the weights of the source.

        Args:
            variables: of the layer.
            x: the tokens of a whole sentence, or one token.
            memory: the source's keys and values.
            real: False where the source is padded.
            run: the forward pass.
            state: for one token, the keys and values before it, and its position; None for a whole sentence.
        """
        norm, around = variables["attention_norm"], run.at("attention_norm")
        z = self.residual.enter(norm, x, around)
        seen = self.attention.remember(variables["attention"], z)
        mask = causal(x.shape[1])
        if state is not None:
            before, position = state
            seen = before.written(seen, position)
            mask = (jnp.arange(before.keys.shape[2]) <= position[:, None])[:, None]
        z, _ = self.attention.attend(variables["attention"], z, seen, run.at("attention"), mask)
        x = self.residual.leave(norm, x, z, around)
        norm, around = variables["source_norm"], run.at("source_norm")
        z = self.residual.enter(norm, x, around)
        z, weights = self.source.attend(variables["source"], z, memory, run.at("source"), real)
        x = self.residual.leave(norm, x, z, around)
        norm, around = variables["feed_forward_norm"], run.at("feed_forward_norm")
        z = self.residual.enter(norm, x, around)
        z = self.feed_forward.apply(variables["feed_forward"], z, run.at("feed_forward"))
        return self.residual.leave(norm, x, z, around), seen, weights


class TransformerDecoder(Layer):
    """Embeddings with positions, layers of attention, and the logits of the next token.

    With the norm before the sublayers, another one follows the last layer. A tied decoder reads and writes with one
    table.

    Variables: "embedding" with "weight"; "layers"; "norm" where there is one; "output" with "bias" (vocabulary) and,
    where it is not tied, "weight" (vocabulary, width).

    Args:
        embedding: of the target's tokens.
        layers: from the lowest.
        tied: whether the output's weight is the embedding's table.
    """

    embedding: PositionedEmbedding
    layers: tuple[DecoderLayer, ...]
    tied: bool = True

    def __check_init__(self):
        if not self.layers:
            raise Error("TransformerDecoder(layers=()); expected at least one layer")

    def parts(self) -> dict[str, Any]:
        """Embedding, layers, the last norm, and the output where it has a weight of its own."""
        parts = {"embedding": self.embedding, "layers": self.layers} | last_norm(self.layers[-1].residual)
        output = Dense(self.embedding.width, self.embedding.vocabulary, Xavier())
        return parts if self.tied else parts | {"output": output}

    def init(self, key: PRNGKeyArray) -> dict[str, Any]:
        """The variables of all parts; a tied decoder has its output's bias alone, of zeros."""
        variables = super().init(key)
        return variables | {"output": {"bias": jnp.zeros(self.embedding.vocabulary)}} if self.tied else variables

    def remember(self, variables: PyTree[Array], memory: Float[Array, "batch sources width"]) -> tuple[Heads, ...]:
        """The source's keys and values for each layer."""
        return tuple(
            layer.source.remember(own["source"], memory)
            for layer, own in zip(self.layers, variables["layers"], strict=True)
        )

    def start(self, memory: tuple[Heads, ...], most: int) -> TransformerState:
        """The state before the first of at most `most` tokens."""
        batch, heads, _, size = memory[0].keys.shape
        nothing = jnp.zeros((batch, heads, most, size), memory[0].keys.dtype)
        return TransformerState(jnp.zeros(batch, jnp.int32), tuple(Heads(nothing, nothing) for _ in self.layers))

    def step(
        self,
        variables: PyTree[Array],
        state: TransformerState,
        token: Int[Array, " batch"],
        memory: tuple[Heads, ...],
        real: Bool[Array, "batch sources"],
    ) -> tuple[Float[Array, "batch targets"], TransformerState, Float[Array, "batch sources"]]:
        """The logits after one more token, the state, and the weights of the last layer, averaged over its heads."""
        run, position, seen = Pass(), state.position, []
        x = self.embedding.at(variables["embedding"], token[:, None], position[:, None], run.at("embedding"))
        for i, layer in enumerate(self.layers):
            here = run.at("layers").at(i)
            x, own, weights = layer.read(
                variables["layers"][i], x, memory[i], real[:, None], here, (state.seen[i], position)
            )
            seen.append(own)
        logits = self._logits(variables, x, run)[:, 0]
        return logits, TransformerState(position + 1, tuple(seen)), jnp.mean(weights, axis=1)[:, 0]

    def scan(
        self,
        variables: PyTree[Array],
        previous: Int[Array, "batch time"],
        memory: tuple[Heads, ...],
        real: Bool[Array, "batch sources"],
        run: Pass,
    ) -> Float[Array, "batch time targets"]:
        """The logits after each of the previous tokens."""
        x = self.embedding.apply(variables["embedding"], previous, run.at("embedding"))
        for i, layer in enumerate(self.layers):
            x, _, _ = layer.read(variables["layers"][i], x, memory[i], real[:, None], run.at("layers").at(i))
        return self._logits(variables, x, run)

    def _logits(self, variables: PyTree[Array], x: Array, run: Pass) -> Array:
        parts = self.parts()
        if "norm" in parts:
            x = parts["norm"].apply(variables["norm"], x, run.at("norm"))
        weight = variables["embedding" if self.tied else "output"]["weight"]
        return token_logits(run.record("activation", x), weight, variables["output"]["bias"])
