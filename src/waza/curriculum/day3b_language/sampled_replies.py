"""Several replies of a dialogue model to the same turns, and how varied they are."""

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int, PRNGKeyArray

from waza.core.measure import Measure, Measures
from waza.curriculum.day3b_language.on_dialogues import OnDialogues
from waza.curriculum.day3b_language.short_dialogues import STEPS, InLanguages
from waza.data.text.replies import mean_variety, variety
from waza.learners.utterance_prediction import PredictionState
from waza.models import VHRED
from waza.models.decoding import sample
from waza.nn import Pass, named_key

GREEDY, LOW, FULL = "greedy", "low", "full"
TEMPERATURES = {GREEDY: 0.0, LOW: 0.7, FULL: 1.0}
REPLIES, ANSWERED = 10, 40  # to each of so many test pieces
SHARE = (0.0, 1.0)
KINDS = {
    "different": ("higher", (1.0, float(REPLIES))),
    "distinct_1": ("higher", SHARE),
    "distinct_2": ("higher", SHARE),
    "self_bleu": ("lower", SHARE),
    "length": (None, (0.0, math.inf)),
}


class WithReplies(OnDialogues):
    """Beside the measures of all turns, how varied ten replies are to the earlier turns of a piece, as means.

    Replies are written greedily and at two temperatures. Each draws its tokens, and the latent variable of a VHRED, of
    its own. Measures, for each way W of decoding, "greedy", "low" and "full":

    - "different_W": how many of the ten replies differ from each other.
    - "distinct_1_W", "distinct_2_W": the share of different words, and of different pairs, among those of the ten.
    - "self_bleu_W": the mean BLEU-2 of a reply with the other nine as references.
    - "length_W": tokens of a reply.
    """

    def measures(self, data: InLanguages) -> tuple[Measure, ...]:
        """The variety for each way of decoding, after the measures of all turns."""
        varied = (
            Measure(f"{kind}_{way}", better, bounds=bounds)  # type: ignore[arg-type]
            for way in TEMPERATURES
            for kind, (better, bounds) in KINDS.items()
        )
        return *super().measures(data), *varied

    def evaluate(self, state: PredictionState, data: Any, key: PRNGKeyArray) -> tuple[Measures, dict[str, Any]]:
        """The measures of all turns; the replies go to `judge`."""
        measures, rows = super().evaluate(state, data, key)
        tokens, lengths = (jnp.asarray(array[0, :ANSWERED, :-1]) for array in self.own(data).test)
        replies = self.replies(state, tokens, lengths, named_key(key, "replies"))
        return measures, rows | {"replies": replies}

    def replies(
        self,
        state: PredictionState,
        tokens: Int[Array, "rows turns steps"],
        lengths: Int[Array, "rows turns"],
        key: PRNGKeyArray,
    ) -> Int[Array, "rows ways replies steps"]:
        """The tokens of all replies; from the end on, the end token."""
        model, variables, rows = self.model, state.variables, len(tokens)
        encoded = model.encode(variables, tokens, lengths, Pass())

        def one(given: tuple[Array, Array]) -> Array:
            temperature, key = given
            now = encoded
            if isinstance(model, VHRED):
                now = model.drawn(variables, encoded, jax.random.split(named_key(key, "latent"), rows))
            keys = jax.random.split(named_key(key, "tokens"), rows)
            return sample(model, variables, now, STEPS, keys, temperature).tokens

        ways = len(TEMPERATURES)
        temperatures = jnp.repeat(jnp.array([*TEMPERATURES.values()]), REPLIES)
        keys = jnp.tile(jax.random.split(key, REPLIES), ways)
        found = jax.lax.map(one, (temperatures, keys))
        return jnp.moveaxis(found.reshape(ways, REPLIES, rows, STEPS), 2, 0)

    def judge(self, outputs: Any, data: InLanguages) -> Measures:
        """The perplexities, and the variety of the replies."""
        rows, end = dict(outputs), self.own(data).end
        replies = np.asarray(rows.pop("replies"))
        measures = super().judge(rows, data)
        for number, way in enumerate(TEMPERATURES):
            found = mean_variety([variety([until(one, end) for one in some]) for some in replies[:, number]])
            measures |= {f"{kind}_{way}": value for kind, value in found._asdict().items()}
        return measures


def until(tokens: np.ndarray, end: int) -> tuple[int, ...]:
    """The tokens before the first end.

    >>> until(np.array([3, 1, 9, 9]), 9)
    (3, 1)
    """
    ends = np.flatnonzero(tokens == end)
    return tuple(tokens[: ends[0] if len(ends) else len(tokens)].tolist())
