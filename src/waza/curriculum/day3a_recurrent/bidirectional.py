"""E12: bidirectional networks tag better, but do not predict better."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax.numpy as jnp
import numpy as np
import xarray as xr

from waza import models, nn
from waza.curriculum.day3a_recurrent.falling import falling_adam
from waza.curriculum.shown import Shown
from waza.data import Dataset, tasks
from waza.data.redrawn import pool_of
from waza.learners import Measure, Measures, Supervised
from waza.report import over_steps
from waza.study import Claim, Part, Study, final

WORDS, TAGS, STEPS = 10, 2, 600
POOL = 20_000
WHOLE, CUT = "whole sequences", "the sequence ends at the word"
FORWARD, FORWARD_MORE, BOTH = "forward, 24 units", "forward, 36 units", "bidirectional, 2 x 24 units"


class Cut(Supervised):
    """Supervised learning of tags, also tested on sequences that end at the word to be tagged.

    Further measure: "cut_accuracy", the accuracy of the last tag when all test sequences are cut in the middle.
    """

    def measures(self, data: Dataset) -> tuple[Measure, ...]:
        """All other measures, and this one."""
        return *super().measures(data), Measure("cut_accuracy", "higher", bounds=(0, 1))

    def evaluate(self, state: Any, data: Dataset, key: Any) -> Measures:
        """All measures of `Supervised`, and this one."""
        middle = data.test.y.shape[1] // 2
        outputs = self.model.apply(state.variables, jnp.asarray(data.test.x)[:, :middle], nn.Pass())
        cut = nn.CrossEntropy()(outputs[:, -1], jnp.asarray(data.test.y)[:, middle - 1])["accuracy"]
        return super().evaluate(state, data, key) | {"cut_accuracy": jnp.mean(cut)}

    def chance(self, data: Dataset) -> dict[str, float]:
        """The levels of the best constant answer."""
        middle = data.test.y.shape[1] // 2
        return super().chance(data) | {"cut_accuracy": self.loss.chance(data.test.y[:, middle - 1])["accuracy"]}


FIGURES = (over_steps, partial(over_steps, measure="cut_accuracy"))


def study() -> Study:
    """Is the next word larger than this one? 20 words of 10; GRU, Adam 0.01 to 0, 600 steps of 20 rows."""
    layers: dict[str, nn.RecurrentLayer] = {
        FORWARD: nn.Recurrent(nn.GRU(WORDS, 24)),
        FORWARD_MORE: nn.Recurrent(nn.GRU(WORDS, 36)),
        BOTH: nn.Bidirectional(nn.GRU(WORDS, 24)),
    }
    return Study(
        name="bidirectional",
        data=tasks.tagging(rows=2000, validation_rows=0, words=WORDS, context="future"),
        splits="per seed",
        pool=pool_of(tasks.tagging(rows=POOL, validation_rows=0, words=WORDS, context="future")),
        variants={
            name: Cut(models.SequenceModel(layer, TAGS), falling_adam(0.01, STEPS), batch_size=20, probes=False)
            for name, layer in layers.items()
        },
        seeds=20,
        first_seed=1000,  # the splits are drawn per seed since the rule was written anew
        steps=STEPS,
        evaluate_every=100,
        claims=(C39,),
        figures=FIGURES,
    )


def ahead(measure: str, other: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """A measure of the bidirectional network minus that of another."""
    return lambda results: final(results, measure, BOTH) - final(results, measure, other)


def guessing() -> float:
    """The accuracy of the best guess from the word itself: whether more than half of the words are larger."""
    larger = np.arange(WORDS)[::-1] / WORDS
    return float(np.mean(np.maximum(larger, 1 - larger)))


# "More accurate": by at least a point, than a forward network with as many units and than one with as many parameters.
C39 = Claim(
    "C39",
    (
        Part("tagging", ahead("test_accuracy", FORWARD), low=0.01, unit="points", case=WHOLE),
        Part("equal-parameters", ahead("test_accuracy", FORWARD_MORE), low=0.01, unit="points", case=WHOLE),
        Part("prediction", ahead("cut_accuracy", FORWARD), low=0.01, unit="points", case=CUT),
    ),
)


def mean(measure: str, variant: str) -> Shown:
    """The mean of an accuracy in percent."""
    return lambda results: float(final(results, measure, variant).mean()) * 100


NUMBERS: dict[str, Shown] = {
    "whole_both": mean("test_accuracy", BOTH),
    "whole_forward": mean("test_accuracy", FORWARD),
    "whole_more": mean("test_accuracy", FORWARD_MORE),
    "cut_both": mean("cut_accuracy", BOTH),
    "cut_forward": mean("cut_accuracy", FORWARD),
    "guessing": lambda _: guessing() * 100,
}
