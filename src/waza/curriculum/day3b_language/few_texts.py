"""Small training texts of a corpus, for a language model and a classifier, and vectors of its words from more text."""

import functools
import re
from collections import Counter
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from waza import models
from waza.core.errors import Error
from waza.data import Dataset, Split, Words, corpus
from waza.data.text.corpus import CorpusTokens, WordVocabulary, text_tokens
from waza.learners import CorpusStream, WordVectors
from waza.nn import named_key

TYPES, WIDTH = 1500, 64  # words of the vocabulary, with the two signs, and values of a vector
TOKENS = {"few": 8_000, "many": 80_000}  # of the language model's training text
SENTENCES = {"few": 5, "many": 60}  # training sentences of each article
HELD_TOKENS, HELD_SENTENCES = 5_000, 40  # of each of the validation and test parts, these of each article
ARTICLES, SHORTEST, LONGEST = 10, 8, 40  # classes, and words of a sentence
END = 1  # the token after a sentence
READ, LETTERS, EPOCHS, RATE, PIECE = 1_000_000, 12, 2, 0.025, 4096  # LETTERS: no text has more a word
SPREAD = 0.1  # the standard deviation of the values of random vectors, to which the learned ones are scaled
HEADING = re.compile(r"^ = [^=].*[^=] = $", re.MULTILINE)
WHOLE, OWN = "whole text", "own text"
MODEL, CLASSIFIER = "language model", "sentences"


class Unlabelled(NamedTuple):
    """A text from which vectors of the words are learned.

    Attributes:
        corpus: its words.
        pieces: their tokens, (pieces, tokens).
        rows: of each word of the tasks in the corpus' vocabulary, (words,); -1 for a word that does not occur.
    """

    corpus: CorpusTokens
    pieces: Any
    rows: Any


class Texts(NamedTuple):
    """Data sets by task and amount, and texts for vectors by name."""

    name: str
    tasks: dict[str, Dataset]
    unlabelled: dict[str, Unlabelled]


def task_of(kind: str, amount: str) -> str:
    """The name of a task with an amount of training data."""
    return f"{kind}, {amount}"


@functools.cache
def texts(name: str) -> Texts:
    """The tasks of a text of the catalogue, or of a file, and the texts for vectors.

    The "whole text" is the first million words of the training text, without any labels, and "own text" the few words
    that the language model sees.
    """
    whole = corpus(name)[0]
    words = Words.learn(whole.train, TYPES)
    tasks = {}
    for amount, count in TOKENS.items():
        parts = [words.encode(text) for text in (whole.train[: LETTERS * count], whole.validation, whole.test)]
        train, validation, test = (
            _stream(ids[:most]) for ids, most in zip(parts, (count, HELD_TOKENS, HELD_TOKENS), strict=True)
        )
        tasks[task_of(MODEL, amount)] = Dataset(name, train, test, validation)
    tasks |= _sentence_tasks(name, articles(whole.train), words)
    own = words.decode(words.encode(whole.train[: LETTERS * TOKENS["few"]])[: TOKENS["few"]])
    start = whole.train[: LETTERS * READ]
    return Texts(name, tasks, {WHOLE: _unlabelled(start, words), OWN: _unlabelled(own, words)})


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


def _unlabelled(text: str, words: Words) -> Unlabelled:
    counts = Counter(text.split()[:READ])
    known = {word: counts[word] for word in words.words if counts[word]}
    tokens = text_tokens(text, WordVocabulary.learn(known, minimum=1))
    stream = CorpusStream(tokens, PIECE)
    ids = tokens.vocabulary.ids
    rows = np.array([ids.get(word, -1) for word in words.words], np.int32)
    return Unlabelled(tokens, np.stack(list(stream.batches(0, 0, stream.steps))), rows)


def pretraining(given: Unlabelled) -> WordVectors:
    """Skip-gram on a text, twice through."""
    model = models.Word2Vec(given.corpus.vocabulary.size, WIDTH)
    return WordVectors.of(given.corpus, model, EPOCHS, RATE, piece=PIECE)


def learned_vectors(given: Unlabelled, learner: WordVectors, key: PRNGKeyArray) -> Float[Array, "words width"]:
    """Vectors of the words that a learner finds; those of words that do not occur have zeros.

    Values have the mean 0, and the spread of random vectors.
    """
    steps = EPOCHS * len(given.pieces)
    state = learner.init(named_key(key, "vectors"), given.corpus)
    pieces = jnp.asarray(given.pieces)

    def step(state: Any, number: Any) -> tuple[Any, None]:
        own = jax.random.fold_in(named_key(key, "steps"), number)
        return learner.update(state, pieces[number % len(pieces)], own)[0], None

    state, _ = jax.lax.scan(step, state, jnp.arange(steps))
    found = state.variables["input"]["weight"]
    found = found - jnp.mean(found, axis=0)
    found = SPREAD * found / jnp.std(found)
    rows = jnp.asarray(given.rows)
    return jnp.where(rows[:, None] >= 0, found[rows], 0)
