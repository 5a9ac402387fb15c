"""From options and a text to a learner of word vectors: the usual settings."""

import dataclasses

from waza import optim
from waza.core.recipe import replace
from waza.kinds.word2vec.corpus import Word2VecMaterial
from waza.kinds.word2vec.options import NEGATIVES, Word2VecOptions
from waza.learners import WordVectors
from waza.models import Word2Vec

RATES = {"skip-gram": 0.025, "cbow": 0.05}
EPOCHS, MOST_EPOCHS, FEWEST_WORDS = 5, 50, 2_000_000  # words to be read in all epochs of a short text
PIECE, SMALL_PIECE, PIECES = 8192, 512, 16  # tokens of a step: a sixteenth of the text within these bounds
FINAL = 1e-4  # the share of the learning rate that is left at the end, as in word2vec.c


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
        negatives=(asked.negatives or NEGATIVES) if asked.objective == "negative" else None,
        tokens=given.preparation.tokens,
        vocabulary=given.dataset.vocabulary.size,
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
        negatives=options.negatives or NEGATIVES,
        corrected=options.corrected,
    )
    rate = float(options.learning_rate)
    one = WordVectors.of(
        given.dataset, model, learning_rate=rate, threshold=float(options.threshold), piece=piece_of(given)
    )
    return replace(one, learning_rate=optim.LinearDecay(rate, float(options.steps), FINAL * rate))
