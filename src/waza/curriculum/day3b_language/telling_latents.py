"""How much the decoder of a VHRED makes of its latent variable."""

import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray, PyTree

from waza.core.measure import Mean, Measure, Measures
from waza.curriculum.day3b_language.on_dialogues import OnDialogues
from waza.curriculum.day3b_language.short_dialogues import InLanguages, Turns
from waza.data.text.dialogue import Lanes
from waza.learners.utterance_prediction import PredictionState
from waza.models import VHRED
from waza.models.hred.on_lanes import in_rows
from waza.nn import Pass, normal_sample

GAIN = Measure("test_gain", "higher", "nats")


class WithGain(OnDialogues):
    r"""Beside the measures of a VHRED, "test_gain": what the decoder gains from the posterior's z, in nats a turn.

    It is the mean over turns of $E_{p(z)}[-\log p(w \mid z)] - E_{q(z)}[-\log p(w \mid z)]$, with one sample each. Both
    samples go with the same context, so that only what z says about the turn beyond its context counts. It is 0 for a
    decoder that ignores z, whatever the divergence.
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


def posterior_gain(
    model: VHRED, variables: PyTree[Array], lanes: Lanes, key: PRNGKeyArray
) -> Float[Array, "batch utterances"]:
    r"""$-\log p(w \mid z)$ for a z drawn from the prior, less that for one drawn from the posterior, of each turn."""
    known, prior, posterior = model.distributions(variables, lanes, Pass())
    table = variables["embedding"]["weight"]

    def loss(normal: tuple[Array, Array]) -> Array:
        z = normal_sample(*normal, key)[0]
        conditions = jnp.concatenate([known, z], axis=-1)
        return model.decoder.losses(variables["decoder"], table, lanes, conditions, Pass())

    return loss(prior) - loss(posterior)
