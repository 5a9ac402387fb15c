"""The cost of learning from a word: counted, of the compiled program, and measured."""

import functools
import time
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray

from waza.core.measure import Measure, Measures
from waza.learners import Learner
from waza.models import Word2Vec
from waza.models.word2vec.blocks import Block
from waza.models.word2vec.huffman import huffman_codes

CENTRES, REACH = 64, 3  # words of a block, and contexts on each side: the mean of a window of 5
REPEATS = 5
OFFSET, COMMON = 2.7, 1e9  # Zipf's law with Mandelbrot's offset, and the count of the most frequent word
POSITIVE = (0.0, float("inf"))


class Costs(NamedTuple):
    """What a block of words takes.

    Attributes:
        memory: bytes beyond the vectors, of the compiled program.
        seconds: the fastest of several runs: what disturbs a run makes it slower only.
    """

    memory: float
    seconds: float


class WordCost(Learner):
    """A learner without training: what one update of a `Word2Vec` costs for a word of the text.

    Measures: "operations", multiplications of one prediction, counted; "memory", the mebibytes that the compiled update
    of 64 words needs beyond the vectors; and "microseconds" for a word, of the fastest of five updates. Each seed
    measures the time again.

    Args:
        model: whose update it is; words have the counts of Zipf's law.
    """

    model: Word2Vec

    def measures(self, data: Any) -> tuple[Measure, ...]:
        """Operations, memory and time."""
        units = {"operations": "", "memory": "MiB", "microseconds": "µs"}
        return tuple(Measure(name, "lower", unit, POSITIVE) for name, unit in units.items())

    def init(self, key: PRNGKeyArray, data: Any) -> Float[Array, ""]:
        """A placeholder: there is no state."""
        return jnp.zeros(())

    def batch(self, data: Any, key: PRNGKeyArray, step: Int[Array, ""] | int) -> None:
        """None: there is nothing to learn."""

    def update(self, state: Any, batch: Any, key: PRNGKeyArray) -> tuple[Any, Measures]:
        """The unchanged state."""
        return state, {}

    def evaluate(self, state: Any, data: Any, key: PRNGKeyArray) -> tuple[Measures, Any]:
        """The counted operations; everything else is measured on the host."""
        return {"operations": jnp.float32(operations(self.model))}, {"seed": jnp.zeros(1)}

    def judge(self, outputs: Any, data: Any) -> Measures:
        """The memory and the time."""
        found = measured(self.model)
        return {"memory": found.memory / 2**20, "microseconds": 1e6 * found.seconds / CENTRES}


def operations(model: Word2Vec) -> float:
    """Multiplications of one prediction: each output takes 3 of each value of a vector.

    They are the score, the gradient of the output and that of the vector. The outputs are all words (full softmax), the
    mean length of a word's path in the Huffman tree, or the word and its negatives.

    >>> operations(Word2Vec(1000, 100)), operations(Word2Vec(1000, 100, objective="full"))
    (1800.0, 300000.0)
    """
    if model.objective == "full":
        outputs = float(model.words)
    elif model.objective == "hierarchical":
        outputs = path_length(model.words)
    else:
        outputs = 1.0 + model.negatives
    return 3 * model.width * outputs


@functools.cache
def counts(words: int) -> np.ndarray:
    """The counts of words by Zipf's law."""
    return np.maximum(1, COMMON / (np.arange(words) + OFFSET)).astype(np.int64)


@functools.cache
def path_length(words: int) -> float:
    """The mean length of a word's path in the Huffman tree."""
    shares = counts(words) / counts(words).sum()
    return float(shares @ huffman_codes(counts(words)).lengths)


def measured(model: Word2Vec) -> Costs:
    """The compiled update on a block of words, timed."""
    compiled, rest = _compiled(model)
    variables, found = model.init(jax.random.key(0)), []
    for repeat in range(REPEATS + 1):
        begun = time.perf_counter()
        variables = jax.block_until_ready(compiled(variables, *rest))
        if repeat:
            found.append(time.perf_counter() - begun)
    analysis = compiled.memory_analysis()
    return Costs(float(analysis.temp_size_in_bytes), min(found))


@functools.cache
def _compiled(model: Word2Vec) -> tuple[Any, tuple[Any, ...]]:
    """The update that changes the vectors in their place, and a block with its negatives and rate."""
    key = jax.random.key(0)
    tables = jax.tree.map(jnp.asarray, model.tables(counts(model.words)))
    drawn = np.random.RandomState(0).choice(model.words, CENTRES + 2 * model.window, p=_shares(model.words))
    reach = jnp.full(CENTRES, REACH)
    block = Block(jnp.asarray(drawn, jnp.int32), reach, reach)
    noise = model.noise(tables, key, CENTRES)

    def update(variables: Any, block: Block, noise: Any, tables: Any, rate: Any) -> Any:
        return model.update(variables, block, noise, tables, rate)[0]

    rest = (block, noise, tables, jnp.float32(0.025))
    return jax.jit(update, donate_argnums=0).lower(model.init(key), *rest).compile(), rest


def _shares(words: int) -> np.ndarray:
    return counts(words) / counts(words).sum()
