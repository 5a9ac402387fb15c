"""What the training of word vectors came to: neighbours of words, and the published word tests where they apply."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from waza.core.errors import Error
from waza.data import word_tests
from waza.data.text.vectors import KeyedVectors
from waza.kinds.kind import Outcome
from waza.kinds.word2vec.corpus import Word2VecMaterial
from waza.kinds.word2vec.model import Word2VecModel
from waza.kinds.word2vec.projection import readable_rows
from waza.kinds.word2vec.scores import Score, analogy_scores, similarity_scores
from waza.learners import WordVectors

SHOWN, NEAREST = 20, 6  # words with their neighbours
ENGLISH, FREQUENT = {"the", "of", "and", "to", "in"}, 200  # words that are among the first ones of an English text
MEASURE = "loss"


def as_entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An evaluation as the history has it: the loss is that of the text that is trained on."""
    return {f"train_{name}" if name == MEASURE else name: value for name, value in entry.items()}


def outcome(learner: WordVectors, given: Word2VecMaterial, trained: Any) -> Outcome:
    """The vectors, with neighbours and, for an English text, scores."""
    trained = trained._replace(history=[as_entry(one) for one in trained.history])
    vectors = Word2VecModel(learner.model, trained.variables, given.preparation).vectors
    facts = {"neighbours": neighbours(vectors), **scored(vectors)}
    words = given.dataset.raw_words / learner.source(given.dataset).steps
    return Outcome(learner.model, trained, round(words), facts)


def scored(vectors: KeyedVectors) -> dict[str, Any]:
    """The scores of an English text's vectors; "tests" says whether there are any: "done", "missing" or "other"."""
    scores: dict[str, Any] = {"tests": "other", "similarity": [], "analogies": []}
    if not is_english(vectors):
        return scores
    try:
        tests = word_tests()
    except Error:
        return scores | {"tests": "missing"}
    return {
        "tests": "done",
        "similarity": [_plain(one) for one in similarity_scores(vectors, tests.pairs)],
        "analogies": [_plain(one) for one in analogy_scores(vectors, tests.analogies)],
    }


def neighbours(vectors: KeyedVectors) -> list[dict[str, Any]]:
    """Words of all frequencies, each with its nearest ones."""
    rows = readable_rows(vectors, len(vectors.words))
    places = np.unique(np.geomspace(1, max(1, len(rows)), SHOWN).round().astype(int)) - 1
    chosen = [vectors.words[rows[place]] for place in places if place < len(rows)]
    return [
        {"word": word, "nearest": [[one.word, round(one.cosine, 3)] for one in vectors.nearest(word, NEAREST)]}
        for word in chosen
    ]


def is_english(vectors: KeyedVectors) -> bool:
    """Whether the most frequent words are those of English."""
    return {word.casefold() for word in vectors.words[:FREQUENT]} >= ENGLISH


def _plain(score: Score) -> dict[str, Any]:
    """The score as plain values; None where there is none."""
    return {
        name: None if isinstance(value, float) and math.isnan(value) else value
        for name, value in score._asdict().items()
    }
