"""A trained translator: translations of sentences, and the attention in one of them."""

import dataclasses
from collections.abc import Iterable
from functools import cached_property
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, PyTree

from waza.core.errors import Error
from waza.kinds.model import Model
from waza.kinds.option import check_given
from waza.kinds.translator.options import BEAM, TranslateOptions, check_sampling
from waza.models import EncoderDecoder
from waza.models.decoding import Batch, Decoded, beam, greedy, in_batches, in_order, sample
from waza.nn import Pass

ROWS = 64  # sentences that are decoded at once
LONGER, MORE = 2, 16  # a translation has at most twice the tokens of its padded source, and 16
END = "</s>"  # the token that ends a sentence, as a picture shows it


class Decoding(NamedTuple):
    """How sentences are decoded: by a beam search, greedily with a width of 1, or by sampling.

    Args:
        beam: the width of the beam search; None for sampling.
        temperature, top_k, nucleus, seed: of the sampling (`waza.models.decoding.sample`).
    """

    beam: int | None = BEAM
    temperature: float = 1.0
    top_k: int | None = None
    nucleus: float = 1.0
    seed: int = 0


class Translated(NamedTuple):
    """Translations, "" for an empty sentence, and how many had not ended when they reached the largest length."""

    texts: list[str]
    unfinished: int


class Alignment(NamedTuple):
    """The attention in a translation: row t has the weights with which the target token t was chosen, of sum 1.

    Attributes:
        source: the tokens of the sentence, with the one that ends it.
        target: those of the translation.
        weights: (target tokens, source tokens).
        text: the translation.
    """

    source: list[str]
    target: list[str]
    weights: np.ndarray
    text: str


@dataclasses.dataclass(frozen=True, repr=False)
class TranslatorModel(Model):
    """A trained translator with its vocabularies; its preparation is a `TranslatorPreparation`."""

    def translate(
        self,
        sentences: Iterable[str],
        beam: int | None = None,
        temperature: float | None = None,
        top_k: int | None = None,
        nucleus: float | None = None,
        seed: int | None = None,
    ) -> list[str]:
        """The translations of sentences, in their order; an empty one's is empty.

        They are found by a beam search. Where a temperature, `top_k` or `nucleus` is given they are sampled: what is
        drawn depends on the seed and on the place in the list, and not on the other sentences; at a temperature of 0
        the most probable token is taken each time.

        Args:
            sentences: each a text of one sentence; a line end in it counts as a space.
            beam: the width of the beam search, by default 5; 1: greedy.
            temperature: of the sampling, at least 0, by default 1.
            top_k: sample among this many tokens; None: all.
            nucleus: sample among the fewest of the most probable tokens that have this probability together.
            seed: of the sampling.

        Raises:
            Error: the sentences are no list of strings, a number is out of range, or arguments contradict each other.
        """
        chosen = {"temperature": temperature, "top_k": top_k, "nucleus": nucleus, "seed": seed}
        sampling: dict[str, Any] = {name: value for name, value in chosen.items() if value is not None}
        check_given(TranslateOptions, **sampling, **({} if beam is None else {"beam": beam}))
        check_sampling(sampling, None if beam is None else "beam")
        return self.translated(sentences, Decoding(None, **sampling) if sampling else Decoding(beam or BEAM)).texts

    def predict(self, x: Any) -> np.ndarray:
        """The translations of sentences by a beam search of the usual width, (n,) strings."""
        return np.array(self.translate(x), object)

    def predict_proba(self, x: Any) -> np.ndarray:
        """Nothing: a translator has no classes.

        Raises:
            Error: always.
        """
        raise Error("a translator has no probabilities of classes: use translate(sentences)")

    def translated(self, sentences: Any, how: Decoding) -> Translated:
        """The translations of sentences, decoded in this way."""
        if isinstance(sentences, str):
            raise Error("a string is given; expected a list of sentences, such as [sentence]")
        if not isinstance(sentences, Iterable) or getattr(sentences, "ndim", 1) != 1:
            raise Error(f"a value of the type {type(sentences).__name__} is given; expected a list of sentences")
        lines = [self._checked(one) for one in sentences]
        places = [place for place, line in enumerate(lines) if line]
        tokens = [self.preparation.encode(lines[place]) for place in places]
        rows = max(1, ROWS * BEAM // max(how.beam or 1, BEAM))  # a wide search needs no more memory than a usual one
        batches = in_batches(tokens, rows) if tokens else []
        found = in_order(batches, [self._ids(batch, how) for batch in batches]) if tokens else []
        texts = [""] * len(lines)
        unfinished = 0
        for place, (ids, most) in zip(places, found, strict=True):
            texts[place] = self.preparation.decode(ids)
            unfinished += len(ids) == most
        return Translated(texts, unfinished)

    def attention(self, sentence: str, beam: int = BEAM) -> Alignment:
        """The attention weights in the translation of a sentence.

        Raises:
            Error: the model has no attention, or the sentence is empty.
        """
        check_given(TranslateOptions, beam=beam)
        line = self._checked(sentence)
        if not line:
            raise Error("the sentence is empty: give a text to translate")
        ids = self.preparation.encode(line)
        decoded = self._decoded(in_batches([ids], ROWS)[0], Decoding(beam), attended=True)
        if decoded.weights is None:
            raise Error("this model has no attention to draw: train one without --attention none")
        count = int(decoded.lengths[0])
        written = np.asarray(decoded.tokens)[0, :count]
        vocabularies = self.preparation.vocabularies
        ended = [END] if count < decoded.tokens.shape[1] else []
        return Alignment(
            [*vocabularies.source.shown(ids[:-1]), END],
            [*vocabularies.target.shown(written), *ended],
            np.asarray(decoded.weights)[0, : count + len(ended), : len(ids)],
            self.preparation.decode(written),
        )

    def check(self) -> None:
        """Apply the model to one token.

        Raises:
            ValueError: its network and its vocabularies do not fit each other.
        """
        if not isinstance(self.model, EncoderDecoder):
            raise ValueError(f"{type(self.model).__name__} is not an encoder-decoder model")
        end = self.preparation.vocabularies.ends[1]
        if self.model.end != end:
            raise ValueError(f"the model ends a sentence with token {self.model.end}, and the vocabulary with {end}")
        ends = np.full(1, self.preparation.vocabularies.ends[0], np.int32)
        self._decoded(Batch(np.zeros(1, int), ends[None], np.ones(1, np.int32)), Decoding(1), attended=False, most=1)

    def _checked(self, sentence: Any) -> str:
        if not isinstance(sentence, str):
            raise Error(f"a value of the type {type(sentence).__name__} is among the sentences; expected strings")
        return self.preparation.sentence(sentence)

    def _ids(self, batch: Batch, how: Decoding) -> list[tuple[np.ndarray, int]]:
        """The tokens of each translation of a batch, and the largest number that they could have."""
        decoded = self._decoded(batch, how, attended=False)
        tokens, lengths = np.asarray(decoded.tokens), np.asarray(decoded.lengths)
        return [(row[:length], tokens.shape[1]) for row, length in zip(tokens, lengths, strict=True)]

    def _decoded(self, batch: Batch, how: Decoding, attended: bool, most: int | None = None) -> Decoded:
        """The translations of a batch; their attention weights only if they are asked for."""
        rows, steps = batch.source.shape
        places = np.resize(batch.places, rows)  # those of rows that fill the batch do not matter
        shape = (how.beam, how.top_k, attended, most or LONGER * steps + MORE)
        numbers = (np.float32(how.temperature), np.float32(how.nucleus), np.uint32(how.seed), places)
        decoded: Decoded = self._program(self._variables, batch.source, batch.lengths, *numbers, shape)
        return decoded

    @cached_property
    def _variables(self) -> PyTree[Array]:
        return jax.device_put(self.variables)

    @cached_property
    def _program(self) -> Any:
        """The compiled decoding, one program for each shape of a batch and each way of decoding."""

        def program(
            variables: Any,
            source: Array,
            lengths: Array,
            temperature: Array,
            nucleus: Array,
            seed: Any,
            places: Any,
            how: Any,
        ) -> Decoded:
            width, top_k, attended, most = how
            encoded = self.model.encode(variables, source, lengths, Pass())
            if width is None:
                keys = jax.vmap(jax.random.fold_in, (None, 0))(jax.random.key(seed), jnp.asarray(places))
                found = sample(self.model, variables, encoded, most, keys, temperature, top_k, nucleus)
            elif width == 1:
                found = greedy(self.model, variables, encoded, most)
            else:
                found = beam(self.model, variables, encoded, most, width, kept=1).best
            return found if attended else found._replace(weights=None)

        return jax.jit(program, static_argnums=7)
