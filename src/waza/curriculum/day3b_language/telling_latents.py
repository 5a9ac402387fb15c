"""How much the decoder of a VHRED makes of its latent variable."""

import jax.numpy as jnp
from jaxtyping import Array, PRNGKeyArray

from waza.core.measure import Mean, Measure, Measures
from waza.curriculum.day3b_language.on_dialogues import OnDialogues
from waza.curriculum.day3b_language.short_dialogues import InLanguages, Turns
from waza.learners.utterance_prediction import PredictionState
from waza.models.hred.on_lanes import in_rows
from waza.models.vhred import posterior_gain

GAIN = Measure("test_gain", "higher", "nats")


class WithGain(OnDialogues):
    """Beside the measures of a VHRED, "test_gain": what the decoder gains from the posterior's z, in nats a turn.

    It is the mean over turns of `waza.models.vhred.posterior_gain`.
    """

    def measures(self, data: InLanguages) -> tuple[Measure, ...]:
        """Those of all turns, and the gain."""
        return *super().measures(data), GAIN

    def of_part(self, state: PredictionState, turns: Turns, key: PRNGKeyArray) -> tuple[Measures, dict[str, Array]]:
        """The measures of pieces that are evaluated together, as sums."""
        measures, rows = super().of_part(state, turns, key)
        lanes = in_rows(*turns)
        gain = posterior_gain(self.model, state.variables, lanes, key)  # type: ignore[arg-type]
        measures[GAIN.name] = Mean(jnp.sum(gain), jnp.sum(lanes.last >= 0))
        return measures, rows
