"""A streamed learner: Oja's rule on rows of a file that is never read as a whole."""

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

import waza as wz


class RowsOnDisk(wz.Stream):
    """Random batches of a file of float32 rows."""

    def __init__(self, path: Path, columns: int, rows: int):
        self.path, self.columns, self.rows = path, columns, rows

    @cached_property
    def table(self) -> np.ndarray:
        """The file as an array; the system reads the pages that are used."""
        return np.memmap(self.path, np.float32, "r").reshape(-1, self.columns)

    def digest(self):
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() + f":{self.columns}:{self.rows}"

    def batches(self, seed, start, stop):
        for step in range(start, stop):
            drawn = np.random.default_rng((seed, step)).integers(0, len(self.table), self.rows)
            yield self.table[np.sort(drawn)]


class Data(NamedTuple):
    """Training rows as a stream; test rows, and rows by which numbers are tuned, in memory."""

    train: RowsOnDisk
    test: Any
    validation: Any = None


class Oja(wz.Learner):
    """The first principal component, one batch at a time: w += r E[y (x - y w)], y = w . x (Oja, 1982)."""

    learning_rate: float = 0.01

    def measures(self, data):
        return wz.Measure("explained", "higher", bounds=(0, 1)), wz.Measure("batch_variance")

    def init(self, key, data):
        return jax.random.normal(key, data.test.shape[1:]) / data.test.shape[1] ** 0.5

    def update(self, state, batch, key):
        y = batch @ state
        step = (batch * y[:, None]).mean(0) - (y**2).mean() * state
        return state + self.learning_rate * step, {"variance": wz.Mean(jnp.sum(y**2), len(y))}

    def evaluate(self, state, data, key):
        along = data.test @ state / jnp.linalg.norm(state)
        return {"explained": wz.Mean(jnp.sum(along**2), jnp.sum(data.test**2))}
