"""A translator on sentences with a known alignment: words right by length, and where attention looks."""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray, PyTree

from waza.core.measure import Mean, Measure, Measures
from waza.learners import Supervised
from waza.learners.supervised import SupervisedState
from waza.models import EncoderDecoder, Pair
from waza.models.decoding import greedy
from waza.nn import Pass

SHARE = (0.0, 1.0)


class OnSentences(Supervised):
    """An `EncoderDecoder` on the data of `waza.data.tasks.dictionary`, evaluated on the test sentences.

    Measures, each over all target words, without the token that ends a sentence: "test_words", the share that greedy
    decoding puts right, at their places; "test_words_by_length", the same by groups of sentences; and, of a model with
    attention, given the true tokens before each word: "test_aligned", the share whose largest weight is on the word
    that they translate, and "test_mass", the weight there.

    Args:
        groups: the largest number of words of a sentence in each group.
        aligned: whether the model has attention that is measured.
    """

    probes: bool = False
    groups: tuple[int, ...] = ()
    aligned: bool = False

    def measures(self, data: Any) -> tuple[Measure, ...]:
        """The words right, first; then by length, and the alignment."""
        right = Measure("test_words", "higher", bounds=SHARE)
        by_length = (dataclasses.replace(right, name="test_words_by_length"),) if self.groups else ()
        names = ("test_aligned", "test_mass") if self.aligned else ()
        aligned = (dataclasses.replace(right, name=name) for name in names)
        return right, *by_length, *aligned, Measure("batch_loss", "lower", "nats")

    def evaluate(self, state: SupervisedState, data: Any, key: PRNGKeyArray) -> Measures:
        """The words of the test sentences."""
        test = jax.tree.map(jnp.asarray, data.test)
        model: EncoderDecoder = self.model  # type: ignore[assignment]
        x, variables = Pair(*test.x), state.variables
        encoded = model.encode(variables, x.source, x.lengths, Pass())
        words = test.weights * (test.y.tokens != model.end)
        time = words.shape[1]
        right = words * (greedy(model, variables, encoded, time).tokens == test.y.tokens)
        measures: Measures = {"test_words": Mean(jnp.sum(right), jnp.sum(words))}
        if self.groups:
            measures["test_words_by_length"] = self._by_length(right, words)
        if self.aligned:
            weights = forced_weights(model, variables, x)
            largest = jnp.argmax(weights, axis=-1) == test.y.origins
            mass = jnp.take_along_axis(weights, test.y.origins[..., None], axis=-1)[..., 0]
            for name, share in (("test_aligned", largest), ("test_mass", mass)):
                measures[name] = Mean(jnp.sum(words * share), jnp.sum(words))
        return measures

    def _by_length(self, right: Array, words: Array) -> dict[str, Mean]:
        """The words right of each group."""
        length, least, found = jnp.sum(words, axis=1), 0, {}
        for most in self.groups:
            inside = ((length > least) & (length <= most)).astype(words.dtype)
            found[group(least + 1, most)] = Mean(inside @ jnp.sum(right, axis=1), inside @ length)
            least = most
        return found

    def _outputs(
        self, variables: PyTree[Array], state: SupervisedState, batch: Any, run: Pass, key: PRNGKeyArray
    ) -> tuple[PyTree[Array], Any, Any]:
        """The logits of all target tokens."""
        x: Any = Pair(*batch.x)
        return self.model.apply(variables, x, run), batch.y.tokens, None

    def chance(self, data: Any) -> dict[str, float]:
        """None: a translator that has diverged puts no word right."""
        return {"test_words": 0.0}


def forced_weights(model: EncoderDecoder, variables: PyTree[Array], x: Pair) -> Float[Array, "batch time steps"]:
    """The attention weights at each target token, given the true tokens before it."""
    encoded = model.encode(variables, x.source, x.lengths, Pass())

    def step(state: Any, token: Array) -> tuple[Any, Any]:
        now = model.step(variables, encoded, state, token)
        return now.state, now.weights

    start = model.start(variables, encoded, x.previous.shape[1])
    return jnp.swapaxes(jax.lax.scan(step, start, x.previous.T)[1], 0, 1)


def group(least: int, most: int) -> str:
    """The name of the sentences with so many words; names in their order are lengths in their order.

    >>> group(1, 6)
    '01-06'
    """
    return f"{least:02}-{most:02}"
