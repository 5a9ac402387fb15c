"""E16: does CBOW learn better vectors if a context's gradient is divided by the number of contexts?"""

from collections.abc import Callable
from functools import partial

import xarray as xr

from waza import models, optim
from waza.curriculum.day3b_language.word_pairs import JudgedCorpus, OnWordPairs, judged_corpus
from waza.curriculum.shown import Shown
from waza.report import side_by_side, tuning_curves
from waza.study import Claim, Part, Study, Tuning, final, tuned_name

WIDTH, MINIMUM, EPOCHS, PIECE = 64, 10, 2, 4096
BLOCK, TILE = 32, 16  # words that are learned from at once: few, so that large rates train too
PLAIN, CORRECTED = "as in word2vec", "corrected"
RATE = "learning_rate.initial"
USUAL = 0.05
RATES = {PLAIN: (0.025, 0.05, 0.1), CORRECTED: (0.05, 0.1, 0.2)}
LIMIT = 0.4
MATTERS = 0.01
FIGURES = (tuning_curves, partial(side_by_side, measure="test_similarity"))


def study(data_name: str = "wikitext2") -> Study:
    """CBOW with 5 negatives and windows of 5, 64 values, two epochs; the rate falls to 0 and is tuned."""
    corpus = judged_corpus(data_name, MINIMUM)
    steps = EPOCHS * -(-len(corpus.tokens) // PIECE)
    return Study(
        name="corrected-cbow",
        data=corpus,
        variants={name: learner(corpus, name == CORRECTED, steps) for name in (PLAIN, CORRECTED)},
        measure="test_similarity",
        seeds=10,
        first_seed=100,
        block=5,
        steps=steps,
        evaluate_every=steps,
        tuning=Tuning(
            grid={name: {RATE: rates} for name, rates in RATES.items()},
            measure="similarity",
            seeds=3,
            limits={RATE: LIMIT},
        ),
        claims=(W1,),
        figures=FIGURES,
    )


def learner(corpus: JudgedCorpus, corrected: bool, steps: int) -> OnWordPairs:
    """CBOW at the usual rate."""
    model = models.Word2Vec(corpus.vocabulary.size, WIDTH, method="cbow", tile=TILE, corrected=corrected)
    return OnWordPairs(model, optim.LinearDecay(USUAL, float(steps)), block=BLOCK, piece=PIECE)


def similarity(results: xr.Dataset, name: str) -> xr.DataArray:
    """The rank correlation on the test pairs, one value a seed."""
    return final(results, "test_similarity", name)


def gain(tuned: bool) -> Callable[[xr.Dataset], xr.DataArray]:
    """How much higher the correlation is with the correction, each at its own rate or both at the usual one."""
    name: Callable[[str], str] = tuned_name if tuned else str
    return lambda results: similarity(results, name(CORRECTED)) - similarity(results, name(PLAIN))


# "Better": by 0.01 or more of the rank correlation, each form at its own rate. That the rate has to be another one
# qualifies the answer: at word2vec's usual rate the corrected form is at least 0.01 worse.
W1 = Claim(
    "W1",
    (
        Part("better", gain(tuned=True), low=MATTERS),
        Part("usual-rate", gain(tuned=False), high=-MATTERS, further=True),
    ),
)


def mean_of(name: str) -> Shown:
    """The mean correlation on the test pairs."""
    return lambda results: float(similarity(results, name).mean())


NUMBERS: dict[str, Shown] = {
    "plain": mean_of(tuned_name(PLAIN)),
    "corrected": mean_of(tuned_name(CORRECTED)),
    "plain_usual": mean_of(PLAIN),
    "corrected_usual": mean_of(CORRECTED),
    "gain": lambda results: float(gain(tuned=True)(results).mean()),
}
