"""Word2Vec: its steps against loops over pairs, against the derivative of its loss, and against gensim."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza.core.errors import Error
from waza.models import Word2Vec
from waza.models.word2vec import Block, huffman_codes

from .reference import update

WORDS, WIDTH, WINDOW, CENTRES = 9, 6, 3, 8
COUNTS = np.array([30, 20, 12, 9, 6, 5, 3, 2, 1])
RNG = np.random.default_rng(0)
BLOCK = Block(
    jnp.asarray(RNG.integers(0, WORDS, CENTRES + 2 * WINDOW), jnp.int32),
    jnp.array([0, 1, 2, 3, 0, 1, 2, 3]),
    jnp.array([2, 1, 0, 0, 0, 3, 1, 2]),
)
METHODS = [("skip-gram", False), ("cbow", False), ("cbow", True)]


def model_of(method, objective, corrected, **more):
    return Word2Vec(WORDS, WIDTH, method, objective, WINDOW, 2, tile=4, shared=3, corrected=corrected, **more)


def drawn(model):
    """Variables of some size, tables, and negatives of which one is a centre itself."""
    variables = model.init(jax.random.key(1))
    random = np.random.default_rng(1)  # the same in whatever order tests run
    variables = jax.tree.map(lambda leaf: jnp.asarray(random.normal(size=leaf.shape), jnp.float32), variables)
    tables = jax.tree.map(jnp.asarray, model.tables(COUNTS))
    noise = np.array(model.noise(tables, jax.random.key(2), CENTRES))
    if noise.size:
        noise[0, 0] = BLOCK.words[WINDOW + 1]
    return variables, tables, jnp.asarray(noise)


@pytest.mark.parametrize("objective", ["negative", "hierarchical"])
@pytest.mark.parametrize(("method", "corrected"), METHODS)
def test_a_step_is_that_of_loops_over_pairs(method, corrected, objective):
    model = model_of(method, objective, corrected)
    variables, tables, noise = drawn(model)
    codes = huffman_codes(COUNTS)

    def judged_of(place, word):
        if objective == "hierarchical":
            length = codes.lengths[word]
            return [(codes.nodes[word, j], 1 - codes.turns[word, j], 1) for j in range(length)]
        others = np.asarray(noise)[place // 4]
        return [(word, 1, 1), *((other, 0, 2 / 3) for other in others if other != word)]

    table, output = (np.asarray(variables[name]["weight"], np.float64) for name in ("input", "output"))
    expected = update(model, table, output, BLOCK, judged_of, 0.1)
    found, _ = jax.jit(model.update)(variables, BLOCK, noise, tables, 0.1)
    for name, one in zip(("input", "output"), expected, strict=True):
        np.testing.assert_allclose(found[name]["weight"], one, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("objective", ["negative", "full"])
@pytest.mark.parametrize(("method", "corrected"), METHODS)
def test_a_step_is_the_derivative_of_the_loss(method, corrected, objective):
    """But for CBOW that is not corrected, whose vectors take longer steps."""
    model = model_of(method, objective, corrected)
    variables, tables, noise = drawn(model)
    found, first = jax.jit(model.update)(variables, BLOCK, noise, tables, 0.1)
    whole, slopes = jax.jit(jax.value_and_grad(lambda given: model.loss(given, BLOCK, noise, tables).total))(variables)
    parts = ("output",) if method == "cbow" and not corrected else ("input", "output")
    for name in parts:
        expected = variables[name]["weight"] - 0.1 * slopes[name]["weight"]
        np.testing.assert_allclose(found[name]["weight"], expected, rtol=1e-4, atol=1e-5)
    pairs = (BLOCK.left + BLOCK.right)[: model.tile_size]
    assert float(first.weight) == float(pairs.sum() if method == "skip-gram" else (pairs > 0).sum())
    assert 0 < float(first.total) < float(whole)


@pytest.mark.parametrize("method", ["skip-gram", "cbow"])
def test_the_full_softmax_is_the_cross_entropy_of_each_pair(method):
    model = model_of(method, "full", False)
    variables, tables, noise = drawn(model)
    table, output = (np.asarray(variables[name]["weight"], np.float64) for name in ("input", "output"))
    total = 0.0
    for i in range(CENTRES):
        at = i + WINDOW
        near = [*range(at - int(BLOCK.left[i]), at), *range(at + 1, at + int(BLOCK.right[i]) + 1)]
        vectors = [table[int(BLOCK.words[place])] for place in near]
        for h in vectors if method == "skip-gram" else [np.mean(vectors, 0)] if near else []:
            logits = output @ h
            total += np.log(np.exp(logits).sum()) - logits[int(BLOCK.words[at])]
    assert float(model.loss(variables, BLOCK, noise, tables).total) == pytest.approx(total, rel=1e-5)


def test_tiles_of_all_sizes_give_one_skip_gram_without_negatives():
    """With positives alone the tile's size changes no bit of the mathematics."""
    losses = []
    variables, tables, noise = drawn(model_of("skip-gram", "full", False))
    for tile in (1, 2, 8):
        model = Word2Vec(WORDS, WIDTH, "skip-gram", "full", WINDOW, tile=tile)
        losses.append(float(model.loss(variables, BLOCK, noise, tables).total))
    assert np.ptp(losses) < 1e-4 * losses[0]


@pytest.mark.parametrize("sg", [1, 0])
def test_hierarchical_softmax_against_gensim(sg, monkeypatch):
    """Its steps have no random draws, but for the widths of windows: with a window of 1 all are 1 wide.

    gensim, like word2vec.c, reads its sigmoid from a table of 1,000 values between -6 and 6, at a place that it
    computes with 83 values for a unit, not 83.3. Here ours is read in the same way.
    """
    table = jax.nn.sigmoid((jnp.arange(1000) / 1000 * 2 - 1) * 6)
    monkeypatch.setattr(jax.nn, "sigmoid", lambda x: table[((x + 6) * 83).astype(jnp.int32)])
    gensim = pytest.importorskip("gensim.models.word2vec")
    sentences = [["a", "b", "c", "a", "d"], ["b", "a", "e", "c"]] * 3
    peer = gensim.Word2Vec(
        vector_size=WIDTH, window=1, hs=1, negative=0, sg=sg, min_count=1, sample=0, workers=1, seed=3
    )
    peer.build_vocab(sentences)
    ids = peer.wv.key_to_index
    counts = np.array([peer.wv.get_vecattr(word, "count") for word in peer.wv.index_to_key])
    model = Word2Vec(len(ids), WIDTH, "skip-gram" if sg else "cbow", "hierarchical", 1)
    nodes, turns, lengths = paths_of(peer)
    assert (counts * lengths).sum() == (counts * huffman_codes(counts).lengths).sum()
    tables = {
        name: jnp.asarray(one) for name, one in zip(("nodes", "turns", "lengths"), (nodes, turns, lengths), strict=True)
    }
    outputs = np.random.default_rng(1).normal(0, 0.5, peer.syn1.shape).astype(np.float32)
    peer.syn1[:] = outputs
    vectors = peer.wv.vectors.copy()
    variables = {"input": {"weight": jnp.asarray(vectors)}, "output": {"weight": jnp.asarray(outputs)}}
    step = jax.jit(model.update)
    for sentence in sentences:  # one centre at a time, as gensim
        words = np.array([0, *(ids[word] for word in sentence), 0], np.int32)
        for i in range(len(sentence)):
            sides = [np.array([int(one)], np.int32) for one in (i > 0, i < len(sentence) - 1)]
            apart = [(sides[0], sides[1] * 0), (sides[0] * 0, sides[1])]  # gensim takes contexts one after another
            for left, right in apart if sg else [sides]:
                block = Block(*map(jnp.asarray, (words[i : i + 3], left, right)))
                variables, _ = step(variables, block, jnp.zeros((1, 0), jnp.int32), tables, 0.05)
    peer.train(sentences, total_examples=len(sentences), epochs=1, start_alpha=0.05, end_alpha=0.05)
    for ours, theirs, before in (("input", peer.wv.vectors, vectors), ("output", peer.syn1, outputs)):
        assert np.abs(theirs - before).max() > 0.01
        np.testing.assert_allclose(variables[ours]["weight"], theirs, rtol=0, atol=1e-5)


def paths_of(peer):
    """gensim's own Huffman tree in our form."""
    words = peer.wv.index_to_key
    lengths = np.array([len(peer.wv.get_vecattr(word, "code")) for word in words], np.int32)
    nodes = np.zeros((len(words), lengths.max()), np.int32)
    turns = np.zeros(nodes.shape, np.int8)
    for i, word in enumerate(words):
        nodes[i, : lengths[i]] = peer.wv.get_vecattr(word, "point")
        turns[i, : lengths[i]] = peer.wv.get_vecattr(word, "code")
    return nodes, turns, lengths


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"words": 1}, r"Word2Vec\(words=1\); expected a whole number of at least 2"),
        ({"words": 5, "window": 0}, r"Word2Vec\(window=0\); expected a whole number of at least 1"),
        ({"words": 5, "method": "glove"}, r"Word2Vec\(method='glove'\); expected 'skip-gram' or 'cbow'"),
        ({"words": 5, "objective": "nce"}, "expected 'negative' or 'hierarchical' or 'full'"),
    ],
)
def test_settings_that_cannot_be(settings, message):
    with pytest.raises(Error, match=message):
        Word2Vec(**settings)
