"""Word vectors: neighbours, word2vec's files, and the word pairs and analogies by which vectors are evaluated."""

from waza.data.text.vectors.keyed_vectors import KeyedVectors as KeyedVectors
from waza.data.text.vectors.keyed_vectors import Neighbour as Neighbour
from waza.data.text.vectors.reading import read_vectors as read_vectors
from waza.data.text.vectors.word_tests import Analogies as Analogies
from waza.data.text.vectors.word_tests import SimilarPairs as SimilarPairs
from waza.data.text.vectors.word_tests import WordTests as WordTests
from waza.data.text.vectors.word_tests import word_tests as word_tests
from waza.data.text.vectors.writing import write_vectors as write_vectors
