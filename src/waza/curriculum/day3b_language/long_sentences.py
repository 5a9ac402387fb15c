"""E13: does a translator without attention struggle with long sentences, and does attention fix that?"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import xarray as xr

from waza import models, nn
from waza.curriculum.day3a_recurrent.falling import falling_adam
from waza.curriculum.day3b_language.sentences import OnSentences, group
from waza.curriculum.shown import Shown, points
from waza.data import tasks
from waza.report import over_layers
from waza.study import Claim, Part, Study, final

STEPS = 3000
SHORTEST, LONGEST, WORDS = 1, 24, 20
GROUPS = (6, 12, 18, 24)
SHORT, LONG = group(1, 6), group(19, 24)
ATTENTION, PLAIN, REVERSED = "attention", "no attention", "no attention, source reversed"
WIDTHS = {ATTENTION: 32, PLAIN: 33, REVERSED: 40}  # nearly equal numbers of parameters

FIGURES = (partial(over_layers, measure="test_words_by_length"),)


def study() -> Study:
    """Sentences of 1 to 24 words, word for word; LSTMs in both directions; Adam 0.01 to 0 along a cosine."""
    data = tasks.dictionary(SHORTEST, LONGEST, WORDS, rows=20_000, validation_rows=0, test_rows=600)
    return Study(
        name="long-sentences",
        data=data,
        variants={name: learner(name) for name in WIDTHS},
        measure="test_words",
        seeds=20,
        first_seed=100,
        block=10,
        steps=STEPS,
        evaluate_every=500,
        claims=(C41,),
        figures=FIGURES,
    )


def learner(name: str) -> OnSentences:
    """A translator of one layer, its encoder reading both ways or reversed, with or without attention."""
    model = models.recurrent_translator(
        WORDS + 1,
        WORDS + 1,
        width=WIDTHS[name],
        depth=1,
        direction="reversed" if name == REVERSED else "summed",
        attention="dot" if name == ATTENTION else None,
    )
    return OnSentences(model, falling_adam(0.01, STEPS), nn.CrossEntropy(), batch_size=32, groups=GROUPS)


def words_right(name: str, words: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The share of words that a variant puts right in the sentences of this group."""
    return lambda results: final(results, "test_words_by_length", name).sel(layer=words)


def parameters(name: str) -> int:
    """The number of parameters of a variant."""
    shapes: Any = jax.eval_shape(learner(name).model.init, jax.random.key(0))
    return sum(leaf.size for leaf in jax.tree.leaves(shapes))


def fall(name: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """How much lower the share of words right is in long sentences than in short ones."""
    return lambda results: words_right(name, SHORT)(results) - words_right(name, LONG)(results)


def gain(name: str, over: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """How much higher the share of words right in long sentences is than that of another variant."""
    return lambda results: words_right(name, LONG)(results) - words_right(over, LONG)(results)


# "Struggles": 10 points of the words or more are lost between short and long sentences. "Fixes": with attention 10
# points or more are gained in long sentences, and less than 5 are lost there. The reversed source of Sutskever et al.
# is not in the notes, and qualifies the answer.
C41 = Claim(
    "C41",
    (
        Part("struggles", fall(PLAIN), low=0.1, unit="points"),
        Part("gains", gain(ATTENTION, PLAIN), low=0.1, unit="points"),
        Part("keeps", fall(ATTENTION), high=0.05, unit="points"),
        Part("reversed", gain(REVERSED, PLAIN), low=0.05, unit="points", further=True),
    ),
)

NUMBERS: dict[str, Shown] = {
    "plain_short": points(words_right(PLAIN, SHORT)),
    "plain_long": points(words_right(PLAIN, LONG)),
    "reversed_long": points(words_right(REVERSED, LONG)),
    "attention_short": points(words_right(ATTENTION, SHORT)),
    "attention_long": points(words_right(ATTENTION, LONG)),
    "bits": lambda _: LONGEST * math.log2(WORDS),
    "attention_parameters": lambda _: parameters(ATTENTION),
    "plain_parameters": lambda _: parameters(PLAIN),
}
