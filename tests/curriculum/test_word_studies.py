"""The studies of word vectors: correlations against SciPy, costs against XLA's, sentences and their vectors."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from waza import models, nn
from waza.curriculum.day3b_language import few_texts
from waza.curriculum.day3b_language.cost_per_word import LARGEST, OBJECTIVES, SMALLEST, TREE, growth, model
from waza.curriculum.day3b_language.few_texts import END, articles, learned_vectors
from waza.curriculum.day3b_language.from_vectors import SentenceClassifier
from waza.curriculum.day3b_language.word_costs import CENTRES, operations, path_length
from waza.curriculum.day3b_language.word_pairs import rank_correlation, rated
from waza.data import Words
from waza.data.text.corpus import WordVocabulary
from waza.data.text.vectors import SimilarPairs

WORDS = tuple(f"w{i}" for i in range(30))
VOCABULARY = WordVocabulary(WORDS, np.arange(30, 0, -1))


def test_the_rank_correlation_is_scipy_s():
    rng = np.random.default_rng(0)
    first, second = rng.permutation(WORDS)[:20].tolist(), rng.permutation(WORDS)[:20].tolist()
    pairs = rated(SimilarPairs("toy", tuple(first), tuple(second), rng.integers(0, 4, 20).astype(float)), VOCABULARY)
    vectors = rng.normal(size=(30, 5)).astype(np.float32)
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = np.sum(units[pairs.rows[:, 0]] * units[pairs.rows[:, 1]], axis=1)
    expected = stats.spearmanr(cosines, pairs.ranks).statistic
    assert float(rank_correlation(jnp.asarray(vectors), pairs)) == pytest.approx(expected, abs=1e-5)


def test_pairs_of_unknown_or_equal_words_are_left_out():
    pairs = SimilarPairs("toy", ("w1", "w2", "x", "w3"), ("w1", "w4", "w1", "w0"), np.array([1.0, 2, 3, 5]))
    found = rated(pairs, VOCABULARY)
    assert found.rows.tolist() == [[2, 4], [3, 0]] and found.ranks.tolist() == [-0.5, 0.5]


def test_the_counted_operations_of_the_full_softmax_are_xla_s():
    one = models.Word2Vec(4096, 16, objective="full")
    variables = jax.eval_shape(one.init, jax.random.key(0))

    def update(variables, h, centres, weights):
        logits = h @ variables["output"]["weight"].T
        errors = weights[:, None] * (jax.nn.one_hot(centres, 4096) - jax.nn.softmax(logits))
        return errors.T @ h, errors @ variables["output"]["weight"]

    count = CENTRES
    shapes = (jax.ShapeDtypeStruct((count, 16), jnp.float32), jax.ShapeDtypeStruct((count,), jnp.int32))
    cost = jax.jit(update).lower(variables, *shapes, jax.ShapeDtypeStruct((count,), jnp.float32)).cost_analysis()
    # A multiplication and an addition are two operations; those of the softmax are few beside the products.
    assert cost["flops"] / 2 / count == pytest.approx(operations(one), rel=0.1)


def test_what_grows_with_the_vocabulary():
    full, tree, sampled = (growth(one)() for one in OBJECTIVES)
    assert full == LARGEST / SMALLEST and sampled == 1
    assert tree == pytest.approx(path_length(LARGEST) / path_length(SMALLEST)) and 1 < tree < np.log2(LARGEST)
    assert operations(model(TREE, SMALLEST)) < 3 * 100 * np.log2(SMALLEST)  # frequent words have shorter paths


def test_articles_begin_with_headings():
    text = "".join(f" = Title {i} = \n = = Part = = \n{'word ' * (20 - i)}\n" for i in range(12))
    found = articles(text)
    assert [one.split("=")[1].strip() for one in found] == [f"Title {i}" for i in range(10)]
    assert len(articles("no headings " * 100)) == 10


def test_a_sentence_is_read_to_its_end():
    one = SentenceClassifier(nn.Embedding(9, 4), nn.Recurrent(nn.GRU(4, 3)), 2, nn.Dropout(0.5))
    variables = one.init(jax.random.key(0))
    short, long = np.array([[2, 3, 4]]), np.array([[2, 3, 4, END, END]])
    logits = [one.apply(variables, jnp.asarray(x), nn.Pass()) for x in (short, long, long[:, [1, 0, 2, 3, 4]])]
    np.testing.assert_allclose(logits[0], logits[1], rtol=1e-5)
    assert not np.allclose(logits[0], logits[2])


def test_learned_vectors_have_the_spread_of_random_ones():
    text = "the cat sleeps and the dog runs\n" * 60
    words = Words(("<unk>", "<eos>", "the", "cat", "nowhere", "dog", "runs", "sleeps", "and"))
    given = few_texts._unlabelled(text, words)
    learner = few_texts.pretraining(given)
    found = np.asarray(jax.jit(lambda key: learned_vectors(given, learner, key))(jax.random.key(0)))
    assert found.shape == (9, few_texts.WIDTH) and not found[[0, 1, 4]].any()
    rest = found[[2, 3, 5, 6, 7, 8]]
    assert rest.std() == pytest.approx(few_texts.SPREAD, rel=1e-3) and np.abs(rest.mean(axis=0)).max() < 1e-5
