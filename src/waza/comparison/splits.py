"""Splits of one table for each seed, and the learner that trains each seed on its own."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int, PRNGKeyArray

from waza.core.measure import Measure, Measures
from waza.data import Dataset, Split
from waza.data.dataset import Rows, Weighted
from waza.data.splitting import split_rows
from waza.engine.devices import mesh
from waza.learners import Resident, Source, Supervised
from waza.learners.keys import step_key, trial_key
from waza.learners.supervised import SupervisedState

PARTS = ("train", "validation", "test")


class Splits(NamedTuple):
    """Rows, and for each seed the positions of its training, validation and test rows.

    A learner is given keys and no seeds, so that a seed's split is found by the keys that follow from the seed.

    Args:
        name: of the data.
        x, y: all rows.
        train, validation, test: positions, (seed, most rows of a split); shorter splits repeat their own rows.
        counts: the number of rows of each part, (seed, 3).
        batch_keys, evaluate_keys: of the seeds, as numbers.
        mean, scale: of the targets of each seed's training rows, for regression; else 0 and 1.
        even: whether all seeds have parts of the same sizes.
    """

    name: str
    x: Rows
    y: Rows
    train: Rows
    validation: Rows
    test: Rows
    counts: Rows
    batch_keys: Rows
    evaluate_keys: Rows
    mean: Rows
    scale: Rows
    even: bool

    @property
    def overlap(self) -> float:
        """The share of all rows that each seed's test rows are, on average."""
        return float(np.mean(self.counts[:, 2])) / len(self.y)

    def of_seed(self, place: Any) -> Dataset:
        """The data of one seed; test and validation rows that only fill the shape have the weight 0."""

        def rows(part: int) -> Any:
            at = getattr(self, PARTS[part])[place]
            if part == 0 or self.even:
                return Split(self.x[at], self.targets(place, at))
            return Weighted(self.x[at], self.targets(place, at), jnp.arange(len(at)) < self.counts[place, part])

        return Dataset(self.name, rows(0), rows(2), rows(1))

    def targets(self, place: Any, rows: Any) -> Any:
        """The targets of rows for one seed: numbers in standard deviations of its training rows."""
        y = self.y[rows]
        return y if jnp.issubdtype(y.dtype, jnp.integer) else (y - self.mean[place]) / self.scale[place]

    def positions(self, place: int) -> list[np.ndarray]:
        """The positions of one seed's training, validation and test rows."""
        counts = self.counts[place]
        return [np.asarray(getattr(self, part)[place][:count]) for part, count in zip(PARTS, counts, strict=True)]


def splits_of(data: Dataset, count: int, groups: np.ndarray | None = None, first_seed: int = 0) -> Splits:
    """Other divisions of all rows of a data set into parts of the same shares, one for each seed; see `split_rows`.

    Args:
        data: with a validation split; classes are whole numbers, and have the same shares in all parts.
        count: of the seeds.
        groups: the group of each training, validation and test row, in this order.
        first_seed: the seeds count from here.
    """
    mesh()  # before anything else of JAX, since it chooses the number of devices
    parts = [getattr(data, part) for part in PARTS]
    x, y = (np.concatenate([np.asarray(part[i]) for part in parts]) for i in range(2))
    labels = y if y.dtype.kind in "iu" else None
    drawn = [split_rows(len(y), labels, seed, groups) for seed in range(count)]
    counts = np.array([[len(part) for part in one] for one in drawn], np.uint32)
    seeds = np.arange(first_seed, first_seed + count)

    def positions(part: int) -> np.ndarray:
        shuffled = [np.random.RandomState(seed).permutation(one[part]) for seed, one in enumerate(drawn)]
        return np.stack([np.resize(one, counts[:, part].max()) for one in shuffled]).astype(np.int32)

    def keys(purpose: Any) -> np.ndarray:
        return np.asarray(jax.vmap(lambda seed: jax.random.key_data(trial_key(seed, purpose)))(seeds))

    even = bool((counts == counts[0]).all())
    train, validation, test = (positions(part) for part in range(3))
    trained = [y[one[0]] if labels is None else np.array([-1.0, 1.0]) for one in drawn]
    mean, scale = (np.array([of(one) for one in trained], np.float32) for of in (np.mean, np.std))
    scale = np.where(scale > 0, scale, np.float32(1))
    return Splits(data.name, x, y, train, validation, test, counts, keys("batch"), keys("evaluate"), mean, scale, even)


class Compared(Supervised):
    """Supervised learning in a comparison: a trial that diverged counts at no level, so that it is never the better."""

    def chance(self, data: Any) -> dict[str, float]:
        """No level."""
        return {}


class OnSplits(Compared):
    """Supervised learning on `Splits`, its data: each seed has its own training, validation and test rows."""

    def measures(self, data: Any) -> tuple[Measure, ...]:
        """The measures on one of the splits."""
        return super().measures(data.of_seed(0))

    def selection(self, data: Any) -> Measure:
        """The loss on the validation rows."""
        return super().selection(data.of_seed(0))

    def source(self, data: Any) -> Source:
        """The data as they are."""
        return Resident(data)

    def init(self, key: PRNGKeyArray, data: Any) -> SupervisedState:
        """Fresh variables, and the optimiser's state."""
        return super().init(key, data.of_seed(0))

    def batch(self, data: Any, key: PRNGKeyArray, step: Int[Array, ""] | int) -> Split:
        """`batch_size` of the seed's training rows, drawn with replacement."""
        data = _on_device(data)
        keys = jax.vmap(lambda one: step_key(one, step))(jax.random.wrap_key_data(data.batch_keys))
        place = _place(jax.random.key_data(keys), key)
        drawn = jax.random.bits(key, (self.batch_size,)) % data.counts[place, 0]
        rows = data.train[place, drawn]
        return Split(data.x[rows], data.targets(place, rows))

    def evaluate(self, state: SupervisedState, data: Any, key: PRNGKeyArray) -> Measures:
        """The loss's measures on the seed's rows."""
        data = _on_device(data)
        return super().evaluate(state, data.of_seed(_place(data.evaluate_keys, key)), key)


def on_one_split(learner: Supervised) -> Compared:
    """The same learner for a `Dataset`."""
    return Compared(**{name: getattr(learner, name) for name in field_names(learner)})


def field_names(learner: Supervised) -> Sequence[str]:
    """The names of a learner's fields."""
    return tuple(type(learner).__dataclass_fields__)


def _on_device(data: Splits) -> Splits:
    """The data with arrays that a traced place may index."""
    return jax.tree.map(lambda leaf: jnp.asarray(leaf) if isinstance(leaf, np.ndarray) else leaf, data)


def _place(keys: Array, key: PRNGKeyArray) -> Int[Array, ""]:
    """The place of a key among others, (seed, 2)."""
    return jnp.argmax((keys == jax.random.key_data(key)).all(axis=1))
