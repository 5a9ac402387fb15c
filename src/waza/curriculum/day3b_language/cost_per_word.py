"""E16: what does learning word vectors cost for a word, as the vocabulary grows?"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import xarray as xr

from waza import models
from waza.curriculum.day3b_language.word_costs import WordCost, operations
from waza.curriculum.shown import Shown, exact_parts
from waza.models.word2vec.word2vec import Objective
from waza.report import over_numbers
from waza.study import Claim, Exact, Part, Study, final

SIZES = (1024, 4096, 16384, 65536)
SMALLEST, LARGEST = SIZES[0], SIZES[-1]
WIDTH = 100
FULL, TREE, SAMPLED = "full softmax", "hierarchical softmax", "negative sampling"
OBJECTIVES: dict[str, Objective] = {FULL: "full", TREE: "hierarchical", SAMPLED: "negative"}
CHEAPER = 10.0
MEASURES = ("microseconds", "operations", "memory")
BILLION, HOUR = 1e9, 3600.0


def name_of(objective: str, words: int) -> str:
    """The name of a variant."""
    return f"{objective}, {words:,} words"


FIGURES = tuple(partial(over_numbers, measure=measure) for measure in MEASURES)


def study() -> Study:
    """Skip-gram with vectors of 100 values, 5 negatives and windows of 5; vocabularies by Zipf's law."""
    return Study(
        name="cost-per-word",
        data=None,
        variants={name_of(one, words): WordCost(model(one, words)) for one in OBJECTIVES for words in SIZES},
        measure="microseconds",
        seeds=10,
        steps=0,
        claims=(C47,),
        figures=FIGURES,
    )


def model(objective: str, words: int) -> models.Word2Vec:
    """The model of a variant."""
    return models.Word2Vec(words, WIDTH, objective=OBJECTIVES[objective])


def growth(objective: str) -> Callable[[], float]:
    """How many times more operations a prediction takes with the largest vocabulary than with the smallest."""
    return lambda: operations(model(objective, LARGEST)) / operations(model(objective, SMALLEST))


def measured(measure: str, objective: str, words: int) -> Callable[[xr.Dataset], xr.DataArray]:
    """A measure of a variant."""
    return lambda results: final(results, measure, name_of(objective, words))


def factor(measure: str, objective: str, words: int = LARGEST) -> Callable[[xr.Dataset], xr.DataArray]:
    """log10 of how many times the full softmax takes as much as another objective."""

    def compared(results: xr.Dataset) -> Any:
        full, other = (measured(measure, one, words)(results) for one in (FULL, objective))
        return np.log10(full / other)

    return compared


# "Realistic": with 65,536 words a word of the text takes a tenth or less of the time, and of the memory beyond the
# vectors, that the full softmax takes. Its operations grow with the vocabulary (32 times or more for 64 times as many
# words), those of the others hardly do (1.1 times at most for negative sampling, 4 times for the tree). That negative
# sampling is faster with 1,024 words too qualifies the answer.
C47 = Claim(
    "C47",
    (
        Exact("full-grows", growth(FULL), low=32, unit="times"),
        Exact("sampled-stays", growth(SAMPLED), high=1.1, unit="times"),
        Exact("tree-hardly", growth(TREE), high=4, unit="times"),
        Part("time-sampled", factor("microseconds", SAMPLED), low=math.log10(CHEAPER), unit="powers of ten"),
        Part("time-tree", factor("microseconds", TREE), low=math.log10(CHEAPER), unit="powers of ten"),
        Part("memory-sampled", factor("memory", SAMPLED), low=math.log10(CHEAPER), unit="powers of ten"),
        Part("memory-tree", factor("memory", TREE), low=math.log10(CHEAPER), unit="powers of ten"),
        Part(
            "small-vocabulary", factor("microseconds", SAMPLED, SMALLEST), low=0.0, unit="powers of ten", further=True
        ),
    ),
)


def median(measure: str, objective: str, words: int = LARGEST) -> Shown:
    """The median over seeds."""
    return lambda results: float(measured(measure, objective, words)(results).median())


def ratio(measure: str, objective: str, words: int = LARGEST) -> Shown:
    """How many times the full softmax takes as much, of the medians."""
    return lambda results: median(measure, FULL, words)(results) / median(measure, objective, words)(results)


def hours(objective: str) -> Shown:
    """Hours for a text of a billion words, with the largest vocabulary."""
    return lambda results: median("microseconds", objective)(results) * BILLION / 1e6 / HOUR


NUMBERS: dict[str, Shown] = {
    **exact_parts(C47),
    "full_time": median("microseconds", FULL),
    "sampled_time": median("microseconds", SAMPLED),
    "tree_time": median("microseconds", TREE),
    "full_memory": median("memory", FULL),
    "sampled_memory": median("memory", SAMPLED),
    "tree_memory": median("memory", TREE),
    "faster": ratio("microseconds", SAMPLED),
    "faster_tree": ratio("microseconds", TREE),
    "faster_small": ratio("microseconds", SAMPLED, SMALLEST),
    "full_hours": hours(FULL),
    "sampled_hours": hours(SAMPLED),
    "largest": lambda _: LARGEST,
    "smallest": lambda _: SMALLEST,
}
