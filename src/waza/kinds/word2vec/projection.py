"""Vectors in a plane: t-SNE or the first two principal components, and groups of similar words."""

from typing import Literal, NamedTuple

import numpy as np

from waza.data.text.vectors import KeyedVectors

Projection = Literal["tsne", "pca"]
GROUPS, NEIGHBOURS = 8, 10
PERPLEXITY, ITERATIONS, FEWEST, COMPONENTS = (
    30,
    500,
    20,
    50,
)  # t-SNE needs at least FEWEST words; it starts from COMPONENTS components
SMALLEST = 1e-6  # the largest difference of two coordinates, below which all vectors are alike


class Plane(NamedTuple):
    """Words with places in a plane.

    Attributes:
        words: in the order of the vectors.
        places: (words, 2), each coordinate from 0 to 1.
        groups: (words,) int, the number of the group of each word.
        neighbours: (words, n) int, the rows of the words with the largest cosines, the largest first.
        cosines: (words, n), theirs.
    """

    words: list[str]
    places: np.ndarray
    groups: np.ndarray
    neighbours: np.ndarray
    cosines: np.ndarray


def plane(vectors: KeyedVectors, most: int, projection: Projection = "tsne") -> Plane:
    """The first `most` words that have a letter or a digit, in a plane; the same vectors give the same plane.

    Places and groups come from vectors of the length 1. Distances in the plane only resemble those between vectors, so
    that neighbours are those of the vectors. Groups are those of k-means.

    Source: van der Maaten and Hinton, "Visualizing data using t-SNE", 2008.
    """
    rows = readable_rows(vectors, most)
    units = vectors.units[rows]
    differ = float(np.ptp(units, axis=0).max()) > SMALLEST  # t-SNE divides by the spread of its start
    places = _tsne(units) if projection == "tsne" and len(rows) >= FEWEST and differ else _components(units, 2)
    count = min(NEIGHBOURS, len(rows) - 1)
    cosines = units @ units.T
    np.fill_diagonal(cosines, -np.inf)
    nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :count]
    words = [vectors.words[row] for row in rows]
    return Plane(words, _spread(places), _grouped(units), nearest, np.take_along_axis(cosines, nearest, axis=1))


def readable_rows(vectors: KeyedVectors, most: int) -> list[int]:
    """The rows of the first words that have a letter or a digit: punctuation is no word to look for."""
    found = []
    for row, word in enumerate(vectors.words):
        if any(letter.isalnum() for letter in word):
            found.append(row)
        if len(found) == most:
            break
    return found


def _tsne(units: np.ndarray) -> np.ndarray:
    from sklearn.manifold import TSNE

    found = _components(units, COMPONENTS)
    perplexity = min(PERPLEXITY, (len(units) - 1) / 3)
    places: np.ndarray = TSNE(perplexity=perplexity, init="pca", max_iter=ITERATIONS, random_state=0).fit_transform(
        found
    )
    return places


def _components(units: np.ndarray, most: int) -> np.ndarray:
    """The principal components, (words, most); zeros where there are fewer. The sign is the one of the largest part."""
    centred = units.astype(np.float64) - units.mean(axis=0)
    left, scale, _ = np.linalg.svd(centred, full_matrices=False)
    found = (left * scale)[:, :most]
    signs = np.sign(found[np.abs(found).argmax(axis=0), np.arange(found.shape[1])])
    found = found * np.where(signs == 0, 1, signs)
    return np.pad(found, ((0, 0), (0, max(0, 2 - found.shape[1]))))


def _grouped(units: np.ndarray) -> np.ndarray:
    """The number of each word's group, counted in the order of the words."""
    from sklearn.cluster import KMeans

    count = min(GROUPS, len(np.unique(units, axis=0)))
    found = KMeans(count, n_init=4, random_state=0).fit_predict(units)
    order = dict.fromkeys(found.tolist())
    number = {group: i for i, group in enumerate(order)}
    return np.array([number[group] for group in found.tolist()])


def _spread(places: np.ndarray) -> np.ndarray:
    """The places with the larger side from 0 to 1 and the other in the middle."""
    low, high = places.min(axis=0), places.max(axis=0)
    side = max(float((high - low).max()), 1e-9)
    found: np.ndarray = 0.5 + (places - (low + high) / 2) / side
    return found
