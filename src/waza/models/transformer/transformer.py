"""The Transformer: an encoder-decoder model of attention alone."""

from collections.abc import Callable
from typing import Any

from jaxtyping import Array, Float, Int, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.models.encoder_decoder import Encoded, EncoderDecoder, Step
from waza.models.transformer.decoder import DecoderLayer, TransformerDecoder, TransformerState
from waza.models.transformer.embedding import PositionedEmbedding
from waza.models.transformer.encoder import EncoderLayer, TransformerEncoder
from waza.models.transformer.sublayers import FeedForward, NormPosition, Residual
from waza.nn.activations import relu
from waza.nn.attention import MultiHead, real_steps
from waza.nn.dropout import Dropout
from waza.nn.initializers import Initializer, Xavier
from waza.nn.passes import Pass


class Transformer(EncoderDecoder):
    """The Transformer: attention takes the place of recurrence, in the encoder, in the decoder, and between them.

    In training all tokens are computed together; the order of the tokens enters by sinusoidal positions alone. In
    decoding the keys and values of earlier tokens are kept, and those of the source are computed once.

    The defaults differ from the paper in the norm's position, and in the size: its base model has a width of 512, 8
    heads, a depth of 6 and 2,048 inner units.

    Variables: "encoder" with "embedding" (none where it is shared), "layers" and "norm"; "decoder" with these and
    "output". The bias of the output is its only variable in a tied model. Only a model with the norm "before" has
    "norm".

    Source: Vaswani et al., "Attention is all you need", 2017.

    Args:
        sources: the number of source tokens (types).
        targets: the number of target tokens (types), with the end's.
        width: the number of features of a token.
        heads: of each attention; a divisor of the width.
        depth: the number of layers of the encoder, and of the decoder unless `decoder_depth` is given.
        inner: the number of hidden units of the feed-forward networks.
        dropout: on the embeddings and on each sublayer's output; None for no dropout.
        attention_dropout: on the weights of attention; None for no dropout.
        norm_position: "before" each sublayer, or "after" its residual connection, as in the paper.
        tied: whether the target's embedding is also the output's weight.
        shared: whether source and target have one embedding; the vocabulary is then a joint one.
        decoder_depth: the number of layers of the decoder; None for as many as the encoder has.
        activation: of the feed-forward networks.
        initializer: initial values of all weights but the embeddings.

    >>> import jax, jax.numpy as jnp
    >>> from waza.models import Pair
    >>> model = Transformer(100, 90, width=8, heads=2, depth=1, inner=16)
    >>> variables = model.init(jax.random.key(0))
    >>> x = Pair(jnp.zeros((2, 5), int), jnp.array([5, 3]), jnp.zeros((2, 4), int))
    >>> model.apply(variables, x, Pass()).shape
    (2, 4, 90)
    """

    sources: int
    targets: int
    width: int = 256
    heads: int = 4
    depth: int = 3
    inner: int = 1024
    dropout: Dropout | None = Dropout(0.1)
    attention_dropout: Dropout | None = None
    norm_position: NormPosition = "before"
    tied: bool = True
    shared: bool = False
    decoder_depth: int | None = None
    activation: Callable = relu
    initializer: Initializer = Xavier("average")

    def __check_init__(self):
        if self.shared and self.sources != self.targets:
            raise Error(
                f"Transformer(shared=True) with {self.sources} source tokens and {self.targets} target tokens: one "
                "embedding needs one vocabulary; make them equal, or give shared=False"
            )
        for name in ("sources", "targets", "width", "heads", "depth", "inner", "decoder_depth"):
            count = getattr(self, name)
            if name == "decoder_depth" and count is None:
                continue
            if not isinstance(count, int) or isinstance(count, bool) or count < 1:
                raise Error(f"Transformer({name}={count!r}); expected a whole number of at least 1")
        self.parts()

    @property
    def end(self) -> int:
        """The last of the target's tokens."""
        return self.targets - 1

    def parts(self) -> dict[str, Any]:
        """Encoder and decoder."""
        attention = MultiHead(self.width, self.heads, None, self.attention_dropout, self.initializer)
        feed_forward = FeedForward(self.width, self.inner, self.activation, self.initializer)
        residual = Residual(self.width, self.norm_position, self.dropout)
        source, target = (
            PositionedEmbedding(count, self.width, self.dropout) for count in (self.sources, self.targets)
        )
        above = DecoderLayer(attention, attention, feed_forward, residual)
        return {
            "encoder": TransformerEncoder(source, (EncoderLayer(attention, feed_forward, residual),) * self.depth),
            "decoder": TransformerDecoder(target, (above,) * (self.decoder_depth or self.depth), self.tied),
        }

    def init(self, key: PRNGKeyArray) -> dict[str, Any]:
        """The variables of encoder and decoder; a shared embedding is the decoder's."""
        variables = super().init(key)
        if self.shared:
            del variables["encoder"]["embedding"]
        return variables

    def encode(
        self, variables: PyTree[Array], source: Int[Array, "batch steps"], lengths: Int[Array, " batch"], run: Pass
    ) -> Encoded:
        """The encoder's outputs; the summary is their keys and values for each layer of the decoder."""
        parts, encoder, decoder = self.parts(), variables["encoder"], variables["decoder"]
        if self.shared:
            encoder = encoder | {"embedding": decoder["embedding"]}
        memory = parts["encoder"].read(encoder, source, real_steps(lengths, source), run)
        return Encoded(memory, lengths, parts["decoder"].remember(decoder, memory))

    def start(self, variables: PyTree[Array], encoded: Encoded, most: int) -> TransformerState:
        """The decoder's state before the first token, with room for the keys and values of `most` tokens."""
        return self.parts()["decoder"].start(encoded.summary, most)

    def step(
        self, variables: PyTree[Array], encoded: Encoded, state: TransformerState, token: Int[Array, " batch"]
    ) -> Step:
        """The logits of the token after this one; the weights are those of the last layer, averaged over heads."""
        real = real_steps(encoded.lengths, encoded.memory)
        decoder = self.parts()["decoder"]
        return Step(*decoder.step(variables["decoder"], state, token, encoded.summary, real))

    def decode(
        self, variables: PyTree[Array], encoded: Encoded, previous: Int[Array, "batch time"], run: Pass
    ) -> Float[Array, "batch time {self.targets}"]:
        """The logits of all target tokens."""
        real = real_steps(encoded.lengths, encoded.memory)
        return self.parts()["decoder"].scan(variables["decoder"], previous, encoded.summary, real, run)
