"""Trained word vectors: neighbours, analogies, a map, and files."""

import dataclasses
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from waza.core.errors import Error
from waza.core.files import write_whole
from waza.core.language import system_language
from waza.data.text.vectors import KeyedVectors, Neighbour, write_vectors
from waza.kinds.model import Model
from waza.kinds.word2vec.options import COUNT, MAPPED, ProjectionName


@dataclasses.dataclass(frozen=True, repr=False)
class Word2VecModel(Model):
    """Trained word vectors; their preparation is a `Word2VecPreparation`."""

    @cached_property
    def vectors(self) -> KeyedVectors:
        """The vectors of all words, the most frequent first."""
        return KeyedVectors(self.preparation.words, np.asarray(self.variables["input"]["weight"]))

    def nearest(self, word: str, count: int = COUNT) -> list[Neighbour]:
        """The words whose vectors have the largest cosine with that of a word.

        Raises:
            Error: the word has no vector; the message names words with a similar spelling.
        """
        return self.vectors.nearest(word, count)

    def analogy(self, a: str, b: str, c: str, count: int = COUNT) -> list[Neighbour]:
        """The words for d in "a is to b as c is to d".

        Raises:
            Error: one of the words has no vector.
        """
        return self.vectors.analogy(a, b, c, count)

    def write(self, path: str | Path) -> None:
        """Write the vectors to a file of word2vec's format, text (.txt, .vec) or binary (.bin).

        Raises:
            Error: the ending is another, or the file cannot be written.
        """
        write_vectors(path, self.vectors)

    def draw_map(
        self, path: str | Path, words: int = MAPPED, projection: ProjectionName = "tsne", language: str | None = None
    ) -> None:
        """Write a map of the most frequent words to an HTML file, which can be searched without a network.

        Args:
            path: of the file.
            words: how many, at most.
            projection: "tsne", or "pca" for principal components.
            language: that is shown first; by default the system's.

        Raises:
            Error: there are fewer than two words, or the file cannot be written.
        """
        from waza.kinds.word2vec.map import map_html

        page = map_html(self.vectors, self.preparation.name, language or system_language(), words, projection)
        write_whole(path, page.encode())

    def predict(self, x: Any) -> np.ndarray:
        """The vectors of words, (n, width) float32.

        Args:
            x: a list of words.

        Raises:
            Error: a word has no vector.
        """
        if isinstance(x, str):
            raise Error("a string is given; expected a list of words, such as [word]")
        if not isinstance(x, Iterable):
            raise Error(f"a value of the type {type(x).__name__} is given; expected a list of words")
        rows = [self.vectors.row(word) for word in x]
        found: np.ndarray = self.vectors.vectors[rows]
        return found

    def predict_proba(self, x: Any) -> np.ndarray:
        """Nothing: word vectors have no classes.

        Raises:
            Error: always.
        """
        raise Error("word vectors have no probabilities of classes: use predict(words), or nearest(word)")

    def check(self) -> None:
        """Compare the numbers of words and vectors.

        Raises:
            ValueError: they differ.
        """
        shape = self.variables["input"]["weight"].shape
        if len(shape) != 2 or shape[0] != len(self.preparation.words):
            raise ValueError(f"{len(self.preparation.words)} words, and vectors of shape {shape}")
