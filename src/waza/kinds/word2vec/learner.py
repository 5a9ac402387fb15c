"""From options and a text to a learner of word vectors: the usual settings."""

import dataclasses

import jax.numpy as jnp
import numpy as np

from waza import optim
from waza.core.errors import Error
from waza.core.recipe import replace
from waza.kinds.word2vec.corpus import Word2VecMaterial
from waza.kinds.word2vec.options import NEGATIVES, Word2VecOptions
from waza.learners import WordVectors
from waza.models import Word2Vec
from waza.models.word2vec.blocks import keep_chances

RATES = {"skip-gram": 0.025, "cbow": 0.05}
EPOCHS, MOST_EPOCHS, FEWEST_WORDS = 5, 50, 2_000_000  # words to be read in all epochs of a short text
PIECE, SMALL_PIECE, PIECES = 8192, 512, 16  # tokens of a step: a sixteenth of the text within these bounds
FINAL = 1e-4  # the share of the learning rate that is left at the end, as in word2vec.c
THRESHOLD, LEAST = 0.001, 0.1  # of subsampling, and the share of the words that it has to leave
FEWEST, SPARSE = 2, 1e-3  # words of an epoch, in the mean, that a given threshold has to leave, and their share


def settle(asked: Word2VecOptions, given: Word2VecMaterial) -> Word2VecOptions:
    """The options with nothing left open, for this text."""
    read = int(given.dataset.vocabulary.counts.sum())
    epochs = asked.epochs or min(MOST_EPOCHS, max(EPOCHS, -(-FEWEST_WORDS // read)))
    steps = asked.steps or epochs * -(-len(given.dataset.tokens) // piece_of(given))
    return dataclasses.replace(
        asked,
        epochs=None,
        steps=steps,
        learning_rate=RATES[asked.method] if asked.learning_rate is None else asked.learning_rate,
        threshold=threshold_of(asked, given),
        negatives=(asked.negatives or NEGATIVES) if asked.objective == "negative" else None,
        tokens=given.preparation.tokens,
        vocabulary=given.dataset.vocabulary.size,
        minimum_count=int(given.dataset.vocabulary.counts[-1]) if asked.minimum_count is None else asked.minimum_count,
    )


def threshold_of(asked: Word2VecOptions, given: Word2VecMaterial) -> float:
    """The threshold of subsampling: the given one, else the usual one, or none for a text of few different words.

    Raises:
        Error: the given one leaves out nearly all words.
    """
    counts = given.dataset.vocabulary.counts
    threshold = THRESHOLD if asked.threshold is None else float(asked.threshold)
    kept = float(counts @ np.asarray(keep_chances(jnp.asarray(counts / counts.sum()), threshold)))
    if asked.threshold is None:
        return threshold if kept >= LEAST * counts.sum() else 0.0
    if kept < max(FEWEST, SPARSE * counts.sum()):
        raise Error(
            f"--threshold {threshold:g} leaves {kept:.2g} of {counts.sum():,} words in the mean: hardly any have a "
            f"neighbour to learn from; give a larger one, such as {THRESHOLD}, or 0 for no subsampling"
        )
    return threshold


def piece_of(given: Word2VecMaterial) -> int:
    """The tokens of a step."""
    return max(SMALL_PIECE, min(PIECE, len(given.dataset.tokens) // PIECES))


def learner(options: Word2VecOptions, given: Word2VecMaterial) -> WordVectors:
    """The learner that settled options describe."""
    assert options.steps is not None and options.learning_rate is not None and options.threshold is not None
    model = Word2Vec(
        given.dataset.vocabulary.size,
        options.width,
        method=options.method,
        objective=options.objective,
        window=options.window,
        negatives=options.negatives or NEGATIVES,
        corrected=options.corrected,
    )
    rate = float(options.learning_rate)
    one = WordVectors.of(
        given.dataset, model, learning_rate=rate, threshold=float(options.threshold), piece=piece_of(given)
    )
    return replace(one, learning_rate=optim.LinearDecay(rate, float(options.steps), FINAL * rate))
