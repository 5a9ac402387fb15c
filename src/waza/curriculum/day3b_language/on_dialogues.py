"""Dialogue models on short pieces of dialogues in one of two languages."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Int, PRNGKeyArray

from waza.core.measure import Measure, Measures
from waza.curriculum.day3b_language.short_dialogues import InLanguages, ShortDialogues, Turns
from waza.learners import UtterancePrediction
from waza.learners.dialogue_stream import Judged
from waza.learners.source import Resident, Source
from waza.learners.utterance_prediction import PredictionState
from waza.models.hred.on_lanes import in_rows

OF_TEST = "test_"


class OnDialogues(UtterancePrediction):
    """Utterance prediction on data that fit the memory, evaluated on the test pieces.

    Args:
        language: of the dialogues.
    """

    language: str = ""

    def own(self, data: InLanguages) -> ShortDialogues:
        """The dialogues of the language."""
        return data.languages[self.language]

    def source(self, data: Any) -> Source:
        """The data, in memory."""
        return Resident(data)

    def measures(self, data: Any) -> tuple[Measure, ...]:
        """Those of the test part, and the objective."""
        return tuple(one for one in super().measures(data) if one.name.startswith((OF_TEST, "batch_")))

    def selection(self, data: Any) -> Measure:
        """The perplexity on the test part: nothing is selected."""
        return self.measures(data)[0]

    def batch(self, data: InLanguages, key: PRNGKeyArray, step: Int[Array, ""] | int) -> Any:
        """Training pieces, drawn with replacement, a lane for each turn."""
        tokens, lengths = map(jnp.asarray, self.own(data).train)
        rows = jax.random.randint(key, (self.batch_size,), 0, len(tokens))
        return in_rows(tokens[rows], lengths[rows])

    def evaluate(self, state: PredictionState, data: Any, key: PRNGKeyArray) -> tuple[Measures, dict[str, Array]]:
        """The measures, part by part of the test pieces."""
        test = jax.tree.map(jnp.asarray, self.own(data).test)
        keys = jax.random.split(key, len(test.tokens))
        found, rows = jax.lax.map(lambda part: self.of_part(state, *part), (test, keys))
        measures, rows = jax.tree.map(lambda x: jnp.sum(x, axis=0), found), jax.tree.map(jnp.concatenate, rows)
        return measures, rows

    def of_part(self, state: PredictionState, turns: Turns, key: PRNGKeyArray) -> tuple[Measures, dict[str, Array]]:
        """The measures of pieces that are evaluated together, as sums."""
        split = jnp.zeros(len(turns.tokens), jnp.int32)
        found, rows = UtterancePrediction.evaluate(self, state, Judged(in_rows(*turns), split), key)  # type: ignore[arg-type]
        return {name: value for name, value in found.items() if name.startswith(OF_TEST)}, rows

    def judge(self, outputs: Any, data: Any) -> Measures:
        """The perplexities."""
        return {name: value for name, value in super().judge(outputs, data).items() if name.startswith(OF_TEST)}

    def chance(self, data: Any) -> dict[str, float]:
        """None: the languages have levels of their own."""
        return {}
