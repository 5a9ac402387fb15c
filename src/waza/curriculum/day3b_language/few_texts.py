"""Small training texts of a corpus, for a language model and a classifier of sentences, and vectors of its words."""

import functools
import re
from collections import Counter
from typing import Any, NamedTuple

import numpy as np

from waza import models, optim
from waza.core.errors import Error
from waza.data import Dataset, Split, Words, corpus
from waza.data.text.corpus import WordVocabulary, text_tokens
from waza.engine.single import single_program, train_single
from waza.engine.training import Plan
from waza.learners import WordVectors

TYPES, WIDTH = 1500, 64  # words of the vocabulary, with the two signs, and values of a vector
TOKENS = {"few": 8_000, "many": 80_000}  # of the language model's training text
SENTENCES = {"few": 5, "many": 60}  # training sentences of each article
HELD_TOKENS, HELD_SENTENCES = 5_000, 40  # of each of the validation and test parts, these of each article
ARTICLES, SHORTEST, LONGEST = 10, 8, 40  # classes, and words of a sentence
END = 1  # the token after a sentence
EPOCHS, RATE, PIECE = 3, 0.025, 4096
SPREAD = 0.1  # the standard deviation of the values of random vectors, to which the learned ones are scaled
HEADING = re.compile(r"^ = [^=].*[^=] = $", re.MULTILINE)
WHOLE, OWN = "whole text", "own text"
MODEL, CLASSIFIER = "language model", "sentences"


class Texts(NamedTuple):
    """Data sets by task and amount, and vectors of the words by the text that they were learned from."""

    name: str
    tasks: dict[str, Dataset]
    vectors: dict[str, Any]


def task_of(kind: str, amount: str) -> str:
    """The name of a task with an amount of training data."""
    return f"{kind}, {amount}"


@functools.cache
def texts(name: str) -> Texts:
    """The tasks and vectors of a text of the catalogue, or of a file.

    The vectors of "whole text" are learned from all training text, without any labels, and those of "own text" from the
    few words that the language model sees. Values have the mean 0 and the spread of random vectors.
    """
    whole = corpus(name)[0]
    words = Words.learn(whole.train, TYPES)
    tasks = {}
    for amount, count in TOKENS.items():
        parts = [words.encode(text) for text in (whole.train[: 12 * count], whole.validation, whole.test)]
        train, validation, test = (
            _stream(ids[:most]) for ids, most in zip(parts, (count, HELD_TOKENS, HELD_TOKENS), strict=True)
        )
        tasks[task_of(MODEL, amount)] = Dataset(name, train, test, validation)
    tasks |= _sentence_tasks(name, articles(whole.train), words)
    own = words.decode(words.encode(whole.train[: 12 * TOKENS["few"]])[: TOKENS["few"]])
    vectors = {WHOLE: learned_vectors(whole.train, words), OWN: learned_vectors(own, words)}
    return Texts(name, tasks, vectors)


def _stream(ids: np.ndarray) -> Split:
    return Split(ids[:-1], ids[1:])


def articles(text: str) -> list[str]:
    """The ten longest articles, in their order; of a text without headings as Wikipedia's, ten equal parts."""
    starts = [found.start() for found in HEADING.finditer(text)]
    if len(starts) < ARTICLES:
        size = len(text) // ARTICLES
        return [text[i * size : (i + 1) * size] for i in range(ARTICLES)]
    found = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    longest = sorted(sorted(range(len(found)), key=lambda i: -len(found[i]))[:ARTICLES])
    return [found[i] for i in longest]


def _sentence_tasks(name: str, chosen: list[str], words: Words) -> dict[str, Dataset]:
    """Sentences with the number of the article that they are from, (rows, 40) tokens filled up with `END`."""
    most = max(SENTENCES.values())
    splits: dict[str, list[np.ndarray]] = {"held": [], **{amount: [] for amount in SENTENCES}}
    for text in chosen:
        rows = _sentences(text, words)
        needed = most + 2 * HELD_SENTENCES
        if len(rows) < needed:
            raise Error(f"an article of {name} has {len(rows)} sentences; expected {needed}: give a longer text")
        rows = rows[np.random.RandomState(0).permutation(len(rows))]
        splits["held"].append(rows[: 2 * HELD_SENTENCES])
        for amount, count in SENTENCES.items():
            splits[amount].append(rows[2 * HELD_SENTENCES :][:count])
    validation = _labelled([rows[:HELD_SENTENCES] for rows in splits["held"]])
    test = _labelled([rows[HELD_SENTENCES:] for rows in splits["held"]])
    return {
        task_of(CLASSIFIER, amount): Dataset(name, _labelled(splits[amount]), test, validation) for amount in SENTENCES
    }


def _sentences(text: str, words: Words) -> np.ndarray:
    """The different sentences of 8 to 40 words, as rows."""
    lines = [line for line in text.split("\n") if line.strip() and not line.startswith(" =")]
    found = dict.fromkeys(sentence for line in lines for sentence in re.split(r" \. |\. ", line))
    encoded = [words.encode(one) for one in found]
    chosen = [ids for ids in encoded if SHORTEST <= len(ids) <= LONGEST]
    rows = np.full((len(chosen), LONGEST), END, np.int32)
    for row, ids in zip(rows, chosen, strict=True):
        row[: len(ids)] = ids
    return rows


def _labelled(by_article: list[np.ndarray]) -> Split:
    labels = np.repeat(np.arange(len(by_article), dtype=np.int32), [len(rows) for rows in by_article])
    return Split(np.concatenate(by_article), labels)


def learned_vectors(text: str, words: Words) -> np.ndarray:
    """Vectors of the words by word2vec's skip-gram, (words, 64) float32; words that do not occur have zeros."""
    counts = Counter(text.split())
    known = {word: counts[word] for word in words.words if counts[word]}
    tokens = text_tokens(text, WordVocabulary.learn(known, minimum=1))
    steps = EPOCHS * -(-len(tokens.tokens) // PIECE)
    model = models.Word2Vec(tokens.vocabulary.size, WIDTH)
    learner = WordVectors(model, optim.LinearDecay(RATE, float(steps)), piece=PIECE)
    trained = train_single(
        single_program(learner, tokens, steps), 0, Plan(steps=steps, evaluate_every=steps, keep="last")
    )
    found = np.asarray(trained.variables["input"]["weight"])
    found = SPREAD * (found - found.mean(axis=0)) / found.std()
    ids = tokens.vocabulary.ids
    return np.stack([found[ids[word]] if word in ids else np.zeros(WIDTH, np.float32) for word in words.words])
