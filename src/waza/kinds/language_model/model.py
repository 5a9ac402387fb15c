"""A trained language model: the probability of a text, and tokens that continue one."""

import dataclasses
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, PyTree

from waza.core.errors import Error
from waza.data.text.preparation import Texts
from waza.kinds.language_model.texts import unknown_share
from waza.kinds.model import Model
from waza.models import LanguageModel
from waza.nn import CrossEntropy, Pass

LENGTH, TEMPERATURE = 500, 0.8
CHUNK = 16  # tokens per call: few enough to appear at once, enough that the calls cost little
AT_ONCE, LOGITS_AT_ONCE = 1024, 2**22


@dataclasses.dataclass(frozen=True, repr=False)
class TextModel(Model):
    """A trained language model with its tokenizer; its preparation is a `TextPreparation`."""

    def predict(self, x: Any) -> np.ndarray:
        """Nothing: a language model generates text.

        Raises:
            Error: always.
        """
        raise Error("a language model has no predictions of rows: use generate(prompt) or perplexity(text)")

    def predict_proba(self, x: Any) -> np.ndarray:
        """As `predict`."""
        return self.predict(x)

    def generate(self, prompt: str, length: int = LENGTH, temperature: float = TEMPERATURE, seed: int = 0) -> str:
        """A text that continues the prompt; see `waza.kinds.language_model.generation.generate`."""
        from waza.kinds.language_model.generation import generate

        return "".join(generate(self, prompt, length, temperature, seed))

    def perplexity(self, text: str) -> float:
        r"""The perplexity $e^\text{loss}$ of a text.

        Raises:
            Error: the text has fewer than two tokens.
        """
        return float(self.answers(Texts(("the text",), (text,)))["perplexity"][0])

    def answers(self, given: Any) -> dict[str, Any]:
        r"""A row for each text: its mean loss in nats, its perplexity $e^\text{loss}$, and its tokens.

        Each token but the first is predicted from all before it: the state is carried through the whole text.
        """
        tokens = self.preparation.apply(given)
        losses = [self.loss(ids) for ids in tokens]
        return {
            "file": list(given.names),
            "perplexity": np.exp(losses).tolist(),
            "loss": losses,
            "tokens": [len(ids) for ids in tokens],
            "unknown": [unknown_share(ids) for ids in tokens],
        }

    def loss(self, ids: np.ndarray) -> float:
        r"""The mean of $-\log p(w_{t+1} \mid w_1 \dots w_t)$ over a text's tokens (n,), n of at least 2."""
        size = max(1, min(AT_ONCE, LOGITS_AT_ONCE // self.preparation.outputs))
        x, y = ids[:-1], ids[1:]
        variables, state, total = jax.device_put(self.variables), self._start, 0.0
        for first in range(0, len(x), size):
            piece = [np.resize(part[first : first + size], size) for part in (x, y)]
            loss, state = self._piece(variables, state, *piece, np.int32(len(x) - first))
            total += float(loss)
        return total / len(x)

    def tokens(self, prompt: np.ndarray, temperature: float, seed: int) -> Iterator[np.ndarray]:
        """Tokens that continue a prompt (n,), n of at least 1: an endless iterator of chunks of 16."""
        read = len(prompt) - 1
        padded = np.zeros(1 << read.bit_length(), np.int32)  # so that prompts of many lengths share a program
        padded[:read] = prompt[:read]
        variables = jax.device_put(self.variables)
        state = self._read(variables, padded, np.int32(read))
        token, key, first = jnp.asarray(prompt[-1], jnp.int32), jax.random.key(seed), 0
        while True:
            ids, state, token = self._write(variables, state, token, jnp.float32(temperature), key, np.int32(first))
            yield np.asarray(ids)
            first += CHUNK

    def check(self) -> None:
        """Apply the model to one token."""
        if not isinstance(self.model, LanguageModel):
            raise ValueError(f"{type(self.model).__name__} is not a language model")
        outputs = self.model.apply(jax.device_put(self.variables), jnp.zeros((1, 1), jnp.int32), Pass())
        needed = self.preparation.outputs
        if outputs.shape != (1, 1, needed):
            raise ValueError(f"the model has {outputs.shape[-1]} tokens, and the tokenizer has {needed}")

    @property
    def _start(self) -> PyTree[Array]:
        return self.model.start(1)

    def _scan(self, variables: PyTree[Array], x: Array, state: Any, lengths: Any = None) -> Any:
        return self.model.scan(variables, x, Pass(), state, lengths)

    @cached_property
    def _piece(self) -> Any:
        """The summed loss of a piece's first `real` places, and the state after."""

        def piece(variables: Any, state: Any, x: Array, y: Array, real: Array) -> tuple[Array, Any]:
            logits, state = self._scan(variables, x[None], state)
            losses = CrossEntropy()(logits[0], y)["loss"]
            return jnp.sum(jnp.where(jnp.arange(len(x)) < real, losses, 0)), state

        return jax.jit(piece)

    @cached_property
    def _read(self) -> Any:
        """The state after the prompt's first `length` tokens."""

        def read(variables: Any, x: Array, length: Array) -> Any:
            return self._scan(variables, x[None], self._start, length[None])[1]

        return jax.jit(read)

    @cached_property
    def _write(self) -> Any:
        """The next 16 tokens, the state before the last of them is read, and that one."""

        def write(variables: Any, state: Any, token: Array, temperature: Array, key: Array, first: Array) -> Any:
            def step(carry: Any, at: Array) -> tuple[Any, Array]:
                state, token = carry
                logits, state = self._scan(variables, token[None, None], state)
                logits = logits[0, 0]
                hot = jnp.where(temperature > 0, temperature, 1)
                drawn = jax.random.categorical(jax.random.fold_in(key, at), logits / hot)
                token = jnp.where(temperature > 0, drawn, jnp.argmax(logits)).astype(jnp.int32)
                return (state, token), token

            (state, token), ids = jax.lax.scan(step, (state, token), first + jnp.arange(CHUNK))
            return ids, state, token

        return jax.jit(write)
