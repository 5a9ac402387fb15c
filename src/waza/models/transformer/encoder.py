"""The encoder of a Transformer."""

from typing import Any

from jaxtyping import Array, Bool, Float, Int, PyTree

from waza.core.errors import Error
from waza.models.transformer.embedding import PositionedEmbedding
from waza.models.transformer.sublayers import FeedForward, Residual
from waza.nn.attention import MultiHead, without_padding
from waza.nn.layer import Layer
from waza.nn.layer_norm import LayerNorm
from waza.nn.passes import Pass


class EncoderLayer(Layer):
    """Self-attention and a feed-forward network, each with a residual connection.

    Variables: "attention" and "feed_forward", and "attention_norm" and "feed_forward_norm" with "scale" and "shift".

    Args:
        attention: over all real tokens of the source.
        feed_forward: at each token.
        residual: the connection around both.
    """

    attention: MultiHead
    feed_forward: FeedForward
    residual: Residual

    def parts(self) -> dict[str, Any]:
        """Both sublayers and their norms."""
        return {
            "attention": self.attention,
            "attention_norm": self.residual,
            "feed_forward": self.feed_forward,
            "feed_forward_norm": self.residual,
        }

    def read(
        self,
        variables: PyTree[Array],
        x: Float[Array, "batch steps width"],
        mask: Bool[Array, "batch 1 steps"],
        run: Pass,
    ) -> Float[Array, "batch steps width"]:
        """The output of each token; the mask is False at padding."""
        own, within = variables["attention"], run.at("attention")
        norm, around = variables["attention_norm"], run.at("attention_norm")
        z = self.residual.enter(norm, x, around)
        z, _ = self.attention.attend(own, z, self.attention.remember(own, z), within, mask)
        x = self.residual.leave(norm, x, z, around)
        norm, around = variables["feed_forward_norm"], run.at("feed_forward_norm")
        z = self.residual.enter(norm, x, around)
        z = self.feed_forward.apply(variables["feed_forward"], z, run.at("feed_forward"))
        return self.residual.leave(norm, x, z, around)


class TransformerEncoder(Layer):
    """Embeddings with positions, and layers of self-attention over the source.

    With the norm before the sublayers, another one follows the last layer.

    Variables: "embedding" with "weight", "layers", and "norm" where there is one.

    Args:
        embedding: of the source's tokens.
        layers: from the lowest.
    """

    embedding: PositionedEmbedding
    layers: tuple[EncoderLayer, ...]

    def __check_init__(self):
        if not self.layers:
            raise Error("TransformerEncoder(layers=()); expected at least one layer")

    def parts(self) -> dict[str, Any]:
        """Embedding, layers, and the last norm."""
        return {"embedding": self.embedding, "layers": self.layers} | last_norm(self.layers[-1].residual)

    def read(
        self, variables: PyTree[Array], source: Int[Array, "batch steps"], real: Bool[Array, "batch steps"], run: Pass
    ) -> Float[Array, "batch steps width"]:
        """The output of each token, zero at padding, which may hold any numbers."""
        parts = self.parts()
        x = parts["embedding"].apply(variables["embedding"], without_padding(source, real), run.at("embedding"))
        for i, layer in enumerate(self.layers):
            x = layer.read(variables["layers"][i], x, real[:, None], run.at("layers").at(i))
        if "norm" in parts:
            x = parts["norm"].apply(variables["norm"], x, run.at("norm"))
        return without_padding(x, real)


def last_norm(residual: Residual) -> dict[str, LayerNorm]:
    """The part "norm" after layers with such a connection: none where each layer ends with one."""
    return {"norm": LayerNorm(residual.width)} if residual.norm_position == "before" else {}
