"""How many words of a text word vectors can learn from at once, so that no vector takes too long a step."""

import jax.numpy as jnp
import numpy as np

from waza.data.text.corpus import WordVocabulary
from waza.models.word2vec import Word2Vec
from waza.models.word2vec.blocks import keep_chances

MOST = {"skip-gram": 256, "cbow": 512}  # words of a block
LONGEST = 3.0  # the summed gradients of a row in a block, times the learning rate


def words_at_once(model: Word2Vec, vocabulary: WordVocabulary, learning_rate: float, threshold: float) -> int:
    r"""The size of a block with which no row takes too long a step: its summed gradients count at most `LONGEST`.

    A row of the word w gets about $n q_w m (k + 1)$ gradients from a block of n words, with the share $q_w$ of the word
    after subsampling and k negatives; a centre has m predictions, of skip-gram one more than the window is wide in the
    mean over its widths, of CBOW one. The root of a Huffman tree gets $n m$. Times the learning rate this is how far
    the row goes along the mean of its gradients, which all are of the same vectors. Measured on WikiText-2, skip-gram:
    with 2.9 the vectors are as good as gensim's; with 12 they are worse, and with 46 they diverge. (The row of a
    context of CBOW gets as many gradients as with skip-gram, but has only a share in the mean that they are of.)

    >>> vocabulary = WordVocabulary(("a", "b"), np.array([1, 1]))
    >>> [words_at_once(Word2Vec(2, 100, method), vocabulary, 0.025, 0.0) for method in ("skip-gram", "cbow")]
    [6, 40]
    """
    gradients = float(_predictions(model))
    if model.objective != "hierarchical":
        kept = vocabulary.shares * np.asarray(keep_chances(jnp.asarray(vocabulary.shares), threshold))
        negatives = model.negatives if model.objective == "negative" else 1
        gradients *= float(kept.max() / kept.sum()) * (negatives + 1)
    return _at_most(MOST[model.method], LONGEST, learning_rate * gradients)


def most_in_tile(model: Word2Vec, learning_rate: float) -> int:
    """The size of a tile with which none of its shared negatives takes too long a step, at most half of `LONGEST`."""
    if model.objective != "negative":
        return MOST[model.method]
    step = learning_rate * _predictions(model) * model.negatives
    return _at_most(MOST[model.method], LONGEST / 2 * model.shared, step)


def _predictions(model: Word2Vec) -> int:
    """Of a centre, in the mean over the widths of windows."""
    return model.window + 1 if model.method == "skip-gram" else 1


def _at_most(most: int, length: float, step: float) -> int:
    """How many steps make this length, as a whole number from 1 to `most`; `most` where a step is nothing."""
    return most if step * most <= length else max(1, int(length / step + 1e-6))
