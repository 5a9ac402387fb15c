"""From options and a text to a learner of word vectors: the usual settings."""

import dataclasses
import os

from waza import optim
from waza.core.errors import Error
from waza.kinds.word2vec.corpus import Word2VecMaterial
from waza.kinds.word2vec.options import Word2VecOptions
from waza.learners import WordVectors
from waza.models import Word2Vec

RATES = {"skip-gram": 0.025, "cbow": 0.05}
EPOCHS, MOST_EPOCHS, FEWEST_WORDS = 5, 50, 2_000_000  # words to be read in all epochs of a short text
PIECE, SMALL_PIECE, PIECES = 8192, 512, 16  # tokens of a step: a sixteenth of the text within these bounds
BYTES, TABLES = 4, 2


def settle(asked: Word2VecOptions, given: Word2VecMaterial) -> Word2VecOptions:
    """The options with nothing left open, for this text.

    Raises:
        Error: the vectors need more memory than the machine has.
    """
    words = given.dataset.vocabulary.size
    needed = BYTES * TABLES * words * asked.width
    memory = _memory()
    if memory is not None and needed > memory:
        raise Error(
            f"{words:,} words with vectors of {asked.width:,} values need {needed / 2**30:,.1f} GiB, and this machine "
            f"has {memory / 2**30:,.1f} GiB: give a larger --minimum-count, or a smaller --vocabulary or --width"
        )
    read = int(given.dataset.vocabulary.counts.sum())
    epochs = asked.epochs or min(MOST_EPOCHS, max(EPOCHS, -(-FEWEST_WORDS // read)))
    steps = asked.steps or epochs * -(-len(given.dataset.tokens) // piece_of(given))
    return dataclasses.replace(
        asked,
        epochs=None,
        steps=steps,
        learning_rate=RATES[asked.method] if asked.learning_rate is None else asked.learning_rate,
        tokens=given.preparation.tokens,
        vocabulary=words,
        minimum_count=int(given.dataset.vocabulary.counts[-1]) if asked.minimum_count is None else asked.minimum_count,
    )


def piece_of(given: Word2VecMaterial) -> int:
    """The tokens of a step."""
    return max(SMALL_PIECE, min(PIECE, len(given.dataset.tokens) // PIECES))


def learner(options: Word2VecOptions, given: Word2VecMaterial) -> WordVectors:
    """The learner that settled options describe."""
    assert options.steps is not None and options.learning_rate is not None
    model = Word2Vec(
        given.dataset.vocabulary.size,
        options.width,
        method=options.method,
        objective=options.objective,
        window=options.window,
        negatives=options.negatives,
        corrected=options.corrected,
    )
    return WordVectors(
        model,
        optim.LinearDecay(float(options.learning_rate), float(options.steps)),
        threshold=float(options.threshold),
        piece=piece_of(given),
    )


def _memory() -> int | None:
    """The bytes of the machine's memory; None where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
