"""A dialogue model on the last turn of each piece, after its own and after other dialogues' earlier turns."""

import math

import jax.numpy as jnp
from jaxtyping import Array, PRNGKeyArray

from waza.core.measure import Mean, Measure, Measures
from waza.curriculum.day3b_language.on_dialogues import OnDialogues
from waza.curriculum.day3b_language.short_dialogues import TURNS, InLanguages, Turns
from waza.learners.utterance_prediction import PredictionState
from waza.models.hred.on_lanes import in_rows
from waza.nn import Pass

OWN, EARLIER, ALL = "own", "earlier", "all"
REPLACED = {OWN: 0, EARLIER: TURNS - 2, ALL: TURNS - 1}  # how many of the first turns are another dialogue's


def last_loss(history: str) -> str:
    """The name of the measure of the last turn after this history."""
    return f"last_loss_{history}"


class WithHistories(OnDialogues):
    """Beside the measures of all turns, the loss of a token of the last turn, in nats.

    "last_loss_own" is that after the dialogue's own turns, "last_loss_earlier" after another dialogue's turns but for
    the one before the last, and "last_loss_all" after another dialogue's. So the first two differ by what the model
    makes of turns before that.
    """

    def measures(self, data: InLanguages) -> tuple[Measure, ...]:
        """Those of all turns, then those of the last one."""
        last = (Measure(last_loss(name), "lower", "nats", (0.0, math.inf)) for name in REPLACED)
        return *super().measures(data), *last

    def of_part(self, state: PredictionState, turns: Turns, key: PRNGKeyArray) -> tuple[Measures, dict[str, Array]]:
        """The measures of pieces that are evaluated together, as sums."""
        measures, rows = super().of_part(state, turns, key)
        for name, count in REPLACED.items():
            mixed = with_other_histories(turns, count)
            scored = self.model.score(state.variables, in_rows(*mixed), Pass())
            measures[last_loss(name)] = Mean(jnp.sum(scored.loss[:, -1]), jnp.sum(scored.tokens[:, -1]))
        return measures, rows


def with_other_histories(turns: Turns, count: int) -> Turns:
    """The pieces, the first `count` turns of each taken from the next one.

    >>> tokens, lengths = jnp.arange(6).reshape(2, 3, 1), jnp.ones((2, 3), int)
    >>> with_other_histories(Turns(tokens, lengths), 2).tokens[..., 0].tolist()
    [[3, 4, 2], [0, 1, 5]]
    """
    first = jnp.arange(turns.lengths.shape[1]) < count

    def mixed(x: Array) -> Array:
        own = first.reshape(1, -1, *[1] * (x.ndim - 2))
        return jnp.where(own, jnp.roll(x, -1, axis=0), x)

    return Turns(mixed(turns.tokens), mixed(turns.lengths))
