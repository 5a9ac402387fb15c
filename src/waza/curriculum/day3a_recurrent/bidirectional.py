"""E12: bidirectional networks tag better, but do not predict better."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax.numpy as jnp
import xarray as xr

from waza import models, nn
from waza.curriculum.day3a_recurrent.falling import falling_adam
from waza.data import Dataset, tasks
from waza.learners import Measure, Measures, Supervised
from waza.report import over_steps
from waza.study import Claim, Part, Study, final

WORDS, TAGS, STEPS = 10, 2, 600
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
        variants={
            name: Cut(models.SequenceModel(layer, TAGS), falling_adam(0.01, STEPS), batch_size=20, probes=False)
            for name, layer in layers.items()
        },
        steps=STEPS,
        evaluate_every=100,
        claims=(C39,),
        figures=FIGURES,
    )


def ahead(measure: str, other: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """A measure of the bidirectional network minus that of another."""
    return lambda results: final(results, measure, BOTH) - final(results, measure, other)


# "More accurate": by at least a point; "prediction": the sequence ends at the word to be tagged.
C39 = Claim(
    "C39",
    (
        Part("tagging", ahead("test_accuracy", FORWARD), low=0.01, unit="points"),
        Part("equal-parameters", ahead("test_accuracy", FORWARD_MORE), low=0.01, unit="points"),
        Part("prediction", ahead("cut_accuracy", FORWARD), low=0.01, unit="points"),
    ),
)
