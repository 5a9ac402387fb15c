"""Huffman's codes of words by their counts, for the hierarchical softmax."""

import heapq
from typing import NamedTuple

import numpy as np


class HuffmanCodes(NamedTuple):
    """The path from the root of a binary tree to each word.

    Args:
        nodes: the inner nodes on the path, the root first, (words, longest) int32; 0 after its end.
        turns: at each node 1 for the branch of the rarer words and 0 for the other, (words, longest) int8.
        lengths: of the paths, (words,) int32.
    """

    nodes: np.ndarray
    turns: np.ndarray
    lengths: np.ndarray


def huffman_codes(counts: np.ndarray) -> HuffmanCodes:
    r"""The prefix code of least mean length, $\sum_w c_w \ell_w$; there are words - 1 inner nodes.

    Source: Huffman, "A method for the construction of minimum-redundancy codes", 1952; for words by their counts:
    Mikolov et al., "Distributed representations of words and phrases and their compositionality", 2013.

    Args:
        counts: of the words, (words,), two or more.

    >>> codes = huffman_codes(np.array([4, 2, 1, 1]))
    >>> codes.lengths.tolist(), int((np.array([4, 2, 1, 1]) * codes.lengths).sum())
    ([1, 2, 3, 3], 14)
    """
    size = len(counts)
    heap = [(int(count), number) for number, count in enumerate(counts)]
    heapq.heapify(heap)
    parent, turn = np.zeros(2 * size - 1, np.int64), np.zeros(2 * size - 1, np.int8)
    for node in range(size, 2 * size - 1):
        (first, rarer), (second, other) = heapq.heappop(heap), heapq.heappop(heap)
        parent[rarer] = parent[other] = node
        turn[rarer] = 1
        heapq.heappush(heap, (first + second, node))
    root = 2 * size - 2
    depth = np.zeros(2 * size - 1, np.int32)
    for node in range(root - 1, -1, -1):  # a parent has a larger number than its children
        depth[node] = depth[parent[node]] + 1
    lengths = depth[:size]
    nodes = np.zeros((size, int(lengths.max())), np.int32)
    turns = np.zeros(nodes.shape, np.int8)
    word, at = np.arange(size), np.arange(size)
    while len(word):
        above = parent[at]
        place = depth[at] - 1
        nodes[word, place], turns[word, place] = root - above, turn[at]
        inside = above != root
        word, at = word[inside], above[inside]
    return HuffmanCodes(nodes, turns, lengths.copy())
