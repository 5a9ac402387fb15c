"""The sequence-to-sequence model: an encoder, a bridge and a decoder."""

from typing import Any

from jaxtyping import Array, Float, Int, PyTree

from waza.core.errors import Error
from waza.models.encoder_decoder import Encoded, EncoderDecoder, Step
from waza.models.seq2seq.bridge import Bridge, Form
from waza.models.seq2seq.decoder import DecoderRNN
from waza.models.seq2seq.encoder import EncoderRNN
from waza.nn.attention import Memory
from waza.nn.passes import Pass


class Seq2Seq(EncoderDecoder):
    r"""A recurrent encoder reads the source, a recurrent decoder writes the target.

    Without attention, all that the decoder knows of the source is in its first state. With attention it reads all of
    the encoder's outputs again for each token.

    Variables: "encoder", "bridge" and "decoder".

    Sources: Sutskever, Vinyals and Le, "Sequence to sequence learning with neural networks", 2014; with attention:
    Bahdanau, Cho and Bengio, "Neural machine translation by jointly learning to align and translate", 2015.

    Args:
        encoder: of the source.
        decoder: of the target.
        form: of the bridge from the encoder's last states to the decoder's first: "sum" or "dense".

    >>> import jax, jax.numpy as jnp
    >>> from waza.models import Pair, recurrent_translator
    >>> model = recurrent_translator(100, 90, width=8, depth=1)
    >>> variables = model.init(jax.random.key(0))
    >>> x = Pair(jnp.zeros((2, 5), int), jnp.array([5, 3]), jnp.zeros((2, 4), int))
    >>> model.apply(variables, x, Pass()).shape
    (2, 4, 90)
    """

    encoder: EncoderRNN
    decoder: DecoderRNN
    form: Form = "sum"

    def __check_init__(self):
        attention = self.decoder.attention
        if attention is not None and attention.memory != self.encoder.recurrent.outputs:
            raise Error(
                f"the attention takes a memory of {attention.memory}, and the encoder has "
                f"{self.encoder.recurrent.outputs} outputs: make these equal"
            )

    @property
    def end(self) -> int:
        """The token that begins and ends a target sentence: the last of the target's tokens."""
        return self.decoder.vocabulary - 1

    def parts(self) -> dict[str, Any]:
        """Encoder, bridge and decoder."""
        bridge = Bridge(self.encoder.recurrent, self.decoder.cells, self.form)
        return {"encoder": self.encoder, "bridge": bridge, "decoder": self.decoder}

    def encode(
        self, variables: PyTree[Array], source: Int[Array, "batch steps"], lengths: Int[Array, " batch"], run: Pass
    ) -> Encoded:
        """The encoder's outputs; the summary is the decoder's first states and the attention's memory."""
        outputs, state = self.encoder.read(variables["encoder"], source, lengths, run)
        cells = self.parts()["bridge"].apply(variables["bridge"], state, run)
        attention, memory = self.decoder.attention, None
        if attention is not None:
            memory = attention.remember(variables["decoder"]["attention"], outputs, lengths)
        return Encoded(outputs, lengths, (cells, memory))

    def start(self, variables: PyTree[Array], encoded: Encoded, most: int) -> PyTree[Array]:
        """The decoder's state before the first token."""
        return self.decoder.start(encoded.summary[0])

    def step(
        self, variables: PyTree[Array], encoded: Encoded, state: PyTree[Array], token: Int[Array, " batch"]
    ) -> Step:
        """The logits of the token after this one."""
        memory: Memory | None = encoded.summary[1]
        return Step(*self.decoder.step(variables["decoder"], state, token, memory))

    def decode(
        self, variables: PyTree[Array], encoded: Encoded, previous: Int[Array, "batch time"], run: Pass
    ) -> Float[Array, "batch time targets"]:
        """The logits of all target tokens."""
        cells, memory = encoded.summary
        return self.decoder.scan(variables["decoder"], previous, self.decoder.start(cells), memory, run)
