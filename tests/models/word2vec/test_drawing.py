"""What is drawn: which words stay, the widths of windows, negatives; and Huffman's codes."""

import heapq

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from waza.models.word2vec import huffman_codes
from waza.models.word2vec.blocks import drawn_words, keep_chances
from waza.models.word2vec.outputs import draw_noise, noise_table

END = 5
DRAW = jax.jit(drawn_words, static_argnums=(2, 3))


def test_negatives_follow_counts_to_the_power_three_quarters():
    counts = np.array([9000, 4000, 800, 90, 30, 7, 1])
    drawn = draw_noise(jnp.asarray(noise_table(counts)), jax.random.key(0), (400, 500))
    expected = counts**0.75 / (counts**0.75).sum() * drawn.size
    assert stats.chisquare(np.bincount(np.asarray(drawn).ravel(), minlength=7), expected).pvalue > 0.01
    table = noise_table(np.ones(3))
    edges = jnp.asarray(np.concatenate([table[:2] - 1, table[:2], [2**32 - 1]]), jnp.uint32)
    found = jnp.searchsorted(jnp.asarray(table), edges, side="right")
    assert np.minimum(found, 2).tolist() == [0, 1, 1, 2, 2]


def test_frequent_words_stay_less_often():
    shares = np.array([0.05, 0.01, 0.002, 0.0001])
    expected = np.minimum((np.sqrt(shares / 1e-3) + 1) * 1e-3 / shares, 1)  # as in word2vec.c
    found = keep_chances(jnp.asarray(shares, jnp.float32), 1e-3)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert keep_chances(jnp.asarray(shares), 0.0).tolist() == [1, 1, 1, 1]
    tokens = np.tile(np.arange(4), 15_000)
    words = DRAW(jnp.asarray(tokens, jnp.int32), found[tokens], 5, 256, jax.random.key(1))
    stayed = np.bincount(np.asarray(words.words[5 : 5 + int(words.kept)]), minlength=4)
    np.testing.assert_allclose(stayed / 15_000, expected, atol=4 * np.sqrt(0.25 / 15_000))


def test_windows_have_all_widths_equally_often():
    tokens = jnp.zeros(60_000, jnp.int32)
    words = DRAW(tokens, jnp.ones(60_000), 5, 256, jax.random.key(2))
    inside = slice(5, 59_990)
    assert np.array_equal(words.left[inside], words.right[inside])
    assert stats.chisquare(np.bincount(np.asarray(words.left[inside]))[1:]).pvalue > 0.01
    assert not np.any(words.left[60_000:]) and not np.any(words.right[60_000:])


def test_windows_reach_over_words_that_were_left_out_and_end_with_the_sentence():
    tokens = np.array([0, 1, 2, END, 3, 4, END, END, 1])
    chances = np.where(tokens == END, -1.0, np.where(tokens == 1, 0.0, 1.0))
    words = DRAW(jnp.asarray(tokens), jnp.asarray(chances), 2, 4, jax.random.key(0))
    assert int(words.kept) == 4 and words.words.shape == (12 + 4,)
    assert words.words[2:6].tolist() == [0, 2, 3, 4]
    assert words.left[:5].tolist() == [0, 1, 0, 1, 0] and words.right[:5].tolist() == [1, 0, 1, 0, 0]
    block = words.block(0, 4)
    assert block.words.tolist() == words.words[:8].tolist() and block.left.tolist() == [0, 1, 0, 1]
    near = np.asarray(block.tiled(2).near)
    pairs = [(t, i, int(block.tiled(2).contexts[t, j])) for t, i, j in zip(*np.nonzero(near), strict=True)]
    assert pairs == [(0, 0, 2), (0, 1, 0), (1, 0, 4), (1, 1, 3)]


@given(st.lists(st.integers(1, 50), min_size=2, max_size=40))
@settings(max_examples=60, deadline=None)
def test_huffman_codes_are_optimal_prefix_codes(counts):
    counts = np.sort(np.array(counts))[::-1]
    nodes, turns, lengths = huffman_codes(counts)
    codes = ["".join(map(str, turn[:length])) for turn, length in zip(turns, lengths, strict=True)]
    assert sum(2.0 ** -int(length) for length in lengths) == 1  # Kraft's inequality, and no branch is unused
    assert not any(a != b and b.startswith(a) for a in codes for b in codes)
    heap, least = [int(count) for count in counts], 0
    heapq.heapify(heap)
    while len(heap) > 1:
        joined = heapq.heappop(heap) + heapq.heappop(heap)
        least += joined
        heapq.heappush(heap, joined)
    shares = counts / counts.sum()
    mean = float(shares @ lengths)
    assert round(mean * counts.sum()) == least
    assert -shares @ np.log2(shares) <= mean + 1e-9 <= 1 - shares @ np.log2(shares) + 1e-9
    at = {}  # what stands at each node of a path is the same for all words that share the path so far
    for node, code, length in zip(nodes, codes, lengths, strict=True):
        for j in range(length):
            assert at.setdefault(code[:j], int(node[j])) == node[j]
    assert at[""] == 0 and sorted(at.values()) == list(range(len(counts) - 1))


@pytest.mark.parametrize("size", [2, 5, 70_000])
def test_the_last_word_can_be_drawn(size):
    table = noise_table(np.ones(size))
    assert len(table) == size and table[-1] == 2**32 - 1 and np.all(np.diff(table.astype(np.int64)) > 0)
