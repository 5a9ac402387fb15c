"""A trained dialogue model: replies to dialogues, whole or token by token."""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, PyTree

from waza.core.errors import Error
from waza.data.text.dialogue.text import MOST_TURNS
from waza.data.text.growing import Growing
from waza.data.text.lines import without_controls
from waza.kinds.dialogue.options import MOST, TEMPERATURE, ReplyOptions
from waza.kinds.model import Model
from waza.kinds.option import check_given
from waza.models import VHRED, DialogueModel
from waza.models.decoding import beam, sample
from waza.models.decoding.greedy import most_probable
from waza.models.decoding.sampling import draw
from waza.nn import Pass, named_key

ROWS = 32  # dialogues that are replied to at once
ROOM = 1 << 17  # tokens of these with the padding, so that memory is bounded
SHORTEST = 4  # utterances of a dialogue, and tokens of an utterance, to which they are padded at least


class Replying(NamedTuple):
    """How replies are written: by sampling, greedily at a temperature of 0, or by a beam search.

    Args:
        temperature, top_k, nucleus: of the tokens' sampling (`waza.models.decoding.sample`).
        beam: the width of a beam search; None for sampling.
        samples: replies to each dialogue. Each draws tokens, and the latent variable of a VHRED, of its own.
        length: most tokens of a reply.
        seed: of all draws.
    """

    temperature: float = TEMPERATURE
    top_k: int | None = None
    nucleus: float = 1.0
    beam: int | None = None
    samples: int = 1
    length: int = MOST
    seed: int = 0


USUAL = Replying()


@dataclasses.dataclass(frozen=True, repr=False)
class DialogueReplies(Model):
    """A trained dialogue model with its tokenizer; its preparation is a `DialoguePreparation`."""

    def predict(self, x: Any) -> np.ndarray:
        """Nothing: a dialogue model replies.

        Raises:
            Error: always.
        """
        raise Error("a dialogue model has no predictions of rows: use reply(turns)")

    def predict_proba(self, x: Any) -> np.ndarray:
        """As `predict`."""
        return self.predict(x)

    def reply(
        self,
        turns: Sequence[str],
        temperature: float = TEMPERATURE,
        top_k: int | None = None,
        nucleus: float = 1.0,
        beam: int | None = None,
        samples: int = 1,
        length: int = MOST,
        seed: int = 0,
    ) -> list[str]:
        """The replies to a dialogue; to one without turns, first utterances.

        Args:
            turns: what was said, in order; of more than 500 turns, the last 500 are read.
            temperature: of the sampling; at 0 the most probable token is taken each time.
            top_k: how many tokens may be drawn; None: all.
            nucleus: the fewest tokens with this probability may be drawn.
            beam: the width of a beam search in place of sampling; None for none.
            samples: the number of replies.
            length: most tokens of a reply.
            seed: of the draws. The same seed and turns give the same replies.

        Raises:
            Error: an argument is out of range.
        """
        return self.replies([turns], Replying(temperature, top_k, nucleus, beam, samples, length, seed))[0]

    def replies(self, dialogues: Sequence[Sequence[str]], how: Replying = USUAL) -> list[list[str]]:
        """The replies to each dialogue. They do not depend on the dialogues that are replied to with it."""
        return [[self.preparation.decode(ids) for ids in some] for some in self.tokens(dialogues, how)]

    def tokens(self, dialogues: Sequence[Sequence[str]], how: Replying = USUAL) -> list[list[np.ndarray]]:
        """The tokens of `replies`, (n,) int32 each, without the one that ends an utterance."""
        self._check(how)
        encoded = [self._encoded_turns(turns) for turns in dialogues]
        classes: dict[tuple[int, int], list[int]] = {}
        for place, turns in enumerate(encoded):
            classes.setdefault(_padded(turns), []).append(place)
        found: dict[int, list[np.ndarray]] = {}
        for shape, places in sorted(classes.items()):
            rows = min(ROWS, 1 << (len(places) - 1).bit_length(), max(1, ROOM // (shape[0] * shape[1])))
            for first in range(0, len(places), rows):
                some = places[first : first + rows]
                given = _batch([encoded[place] for place in some], rows, shape)
                found |= zip(some, self._written(given, len(some), how), strict=True)
        return [found[place] for place in range(len(dialogues))]

    def stream(self, turns: Sequence[str], how: Replying = USUAL) -> Iterator[str]:
        """The first of the replies that `replies` gives for sampling, piece by piece."""
        self._check(how)
        encoded = self._encoded_turns(turns)
        tokens, lengths = _batch([encoded], 1, _padded(encoded))
        key = self._key(how.seed, 0)
        variables = self._variables
        known, state = self._start(variables, tokens, lengths, key)
        token, growing, begun = jnp.full(1, self.model.end, jnp.int32), Growing(self.preparation.tokenizer), False
        numbers = np.float32(how.temperature), np.float32(how.nucleus)
        for time in range(how.length):
            token, state = self._next(variables, known, state, token, key, np.int32(time), numbers, how.top_k)
            if int(token[0]) == self.model.end:
                break
            piece = without_controls(growing.more(int(token[0])))
            if piece := piece if begun else piece.lstrip():
                begun = True
                yield piece
        if rest := without_controls(growing.rest()):
            yield rest

    def check(self) -> None:
        """Reply to nothing with one token.

        Raises:
            ValueError: its network and its tokenizer do not fit each other.
        """
        if not isinstance(self.model, DialogueModel):
            raise ValueError(f"{type(self.model).__name__} is no dialogue model")
        if self.model.end != self.preparation.end:
            end = self.preparation.end
            raise ValueError(f"the model ends an utterance with token {self.model.end}, and the tokenizer with {end}")
        jax.eval_shape(self._start, self.variables, *_batch([[]], 1, (SHORTEST, SHORTEST)), jax.random.key(0))

    def _written(self, given: tuple[np.ndarray, np.ndarray], count: int, how: Replying) -> list[list[np.ndarray]]:
        """The tokens of the replies to the first `count` rows of a batch."""
        by_row: list[list[np.ndarray]] = [[] for _ in range(count)]
        numbers = np.float32(how.temperature), np.float32(how.nucleus)
        for number in range(how.samples):
            key, way = self._key(how.seed, number), (how.top_k, how.beam, how.length)
            tokens, lengths = self._replied(self._variables, *given, key, numbers, way)
            for row, (ids, length) in enumerate(zip(np.asarray(tokens), np.asarray(lengths), strict=True)):
                if row < count:
                    by_row[row].append(ids[:length])
        return by_row

    def _encoded_turns(self, turns: Sequence[str]) -> list[np.ndarray]:
        """The tokens of the turns that are read.

        Raises:
            Error: they are no list of texts.
        """
        if isinstance(turns, str) or not isinstance(turns, Iterable):
            given = "one text" if isinstance(turns, str) else f"a value of the type {type(turns).__name__}"
            raise Error(f"{given} is given for the turns of a dialogue; expected a list of texts, such as [text]")
        return [self.preparation.encode(turn) for turn in list(turns)[-MOST_TURNS:]]

    def _check(self, how: Replying) -> None:
        """Refuse an argument that is out of range, and several replies where a beam search finds one."""
        left_out = [name for name in ("top_k", "beam") if getattr(how, name) is None]
        check_given(ReplyOptions, **{name: value for name, value in how._asdict().items() if name not in left_out})
        if how.beam is not None and how.samples > 1 and not isinstance(self.model, VHRED):
            raise Error(
                f"beam={how.beam} and samples={how.samples} are given: without a latent variable a beam search finds "
                "the same reply each time; give one of them"
            )

    def _key(self, seed: int, number: int) -> Array:
        """The key of the reply of this number: the same for all dialogues, so that none depends on its place."""
        return jax.random.fold_in(jax.random.key(seed), number)

    @cached_property
    def _variables(self) -> PyTree[Array]:
        return jax.device_put(self.variables)

    def _encoded(self, variables: Any, tokens: Any, lengths: Any, key: Array) -> Any:
        """What the decoder is given, with a latent variable that is drawn where there is one."""
        encoded = self.model.encode(variables, tokens, lengths, Pass())
        if not isinstance(self.model, VHRED):
            return encoded
        keys = jnp.broadcast_to(named_key(key, "latent"), (len(tokens),))
        return self.model.drawn(variables, encoded, keys)

    @cached_property
    def _start(self) -> Any:
        def start(variables: Any, tokens: Array, lengths: Array, key: Array) -> Any:
            encoded = self._encoded(variables, tokens, lengths, key)
            return encoded, self.model.start(variables, encoded, 1)

        return jax.jit(start)

    @cached_property
    def _next(self) -> Any:
        """The next token, as `sample` draws it, and the state."""

        def following(
            variables: Any, encoded: Any, state: Any, token: Array, key: Array, time: Array, numbers: Any, top_k: Any
        ) -> Any:
            step = self.model.step(variables, encoded, state, token)
            logits, (temperature, nucleus) = step.logits.astype(jnp.float32), numbers
            now = jax.random.fold_in(named_key(key, "tokens"), time)[None]
            drawn = draw(now, logits, temperature, top_k, nucleus)
            return jnp.where(temperature > 0, drawn, most_probable(logits)).astype(jnp.int32), step.state

        return jax.jit(following, static_argnums=7)

    @cached_property
    def _replied(self) -> Any:
        """The tokens and lengths of a reply to each dialogue of a batch."""

        def replied(variables: Any, tokens: Array, lengths: Array, key: Array, numbers: Any, way: Any) -> Any:
            (temperature, nucleus), (top_k, width, most) = numbers, way
            encoded = self._encoded(variables, tokens, lengths, key)
            if width is not None:
                found = beam(self.model, variables, encoded, most, width, kept=1).best
            else:
                keys = jnp.broadcast_to(named_key(key, "tokens"), (len(tokens),))
                found = sample(self.model, variables, encoded, most, keys, temperature, top_k, nucleus)
            return found.tokens, found.lengths

        return jax.jit(replied, static_argnums=5)


def _padded(turns: Sequence[np.ndarray]) -> tuple[int, int]:
    """The numbers of utterances and of tokens to which a dialogue is padded: powers of two, by its own size alone."""
    sizes = len(turns), max(map(len, turns), default=1)
    return max(SHORTEST, 1 << (sizes[0] - 1).bit_length()), max(SHORTEST, 1 << (sizes[1] - 1).bit_length())


def _batch(
    dialogues: Sequence[Sequence[np.ndarray]], rows: int, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """The tokens of dialogues, (rows, utterances, steps), and the lengths, (rows, utterances)."""
    tokens, lengths = np.zeros((rows, *shape), np.int32), np.zeros((rows, shape[0]), np.int32)
    for row, turns in enumerate(dialogues):
        for turn, ids in enumerate(turns):
            tokens[row, turn, : len(ids)], lengths[row, turn] = ids, len(ids)
    return tokens, lengths
