"""Splits drawn by seed: the same for all variants, disjoint, and the same bits in any block."""

import dataclasses

import jax
import numpy as np
import pytest
from scipy import stats

import waza as wz
from waza import optim
from waza.core.errors import Error
from waza.data import Dataset, Split
from waza.data.redrawn import drawn_rows, pool_of, redrawn
from waza.learners.keys import trial_key
from waza.study import final

POOL = Split(np.arange(60, dtype=np.float32)[:, None], np.arange(60, dtype=np.int32) % 3)
DATA = Dataset(
    "numbers", Split(*(a[:30] for a in POOL)), Split(*(a[30:40] for a in POOL)), Split(*(a[40:45] for a in POOL))
)


class Rows(wz.Supervised):
    """A supervised learner that measures the sums of the rows that it is given."""

    def measures(self, data):
        return wz.Measure("test_sum"), wz.Measure("train_sum")

    def evaluate(self, state, data, key):
        return {"test_sum": data.test.x.sum(), "train_sum": data.train.x.sum()}


def study(**changes):
    base = Rows(wz.models.MLP((1, 3)), optim.SGD(0.1), batch_size=4, probes=False)
    variants = {"a": base, "b": wz.vary(base, optimizer={"learning_rate": 0.2})}
    settings = {"name": "rows", "data": DATA, "variants": variants, "splits": "per seed", "pool": POOL, **changes}
    return wz.Study(**{"seeds": 4, "block": 4, "steps": 2, "evaluate_every": 2, **settings})


def test_a_draw_has_the_sizes_of_the_data_and_no_row_twice():
    drawn = redrawn(DATA, POOL, jax.random.key(0))
    rows = np.concatenate([split.x[:, 0] for split in (drawn.train, drawn.test, drawn.validation)])
    assert [len(split.y) for split in (drawn.train, drawn.test, drawn.validation)] == [30, 10, 5]
    assert len(set(rows.tolist())) == 45
    np.testing.assert_array_equal(drawn.train.y, np.asarray(drawn.train.x[:, 0], int) % 3)


@pytest.mark.parametrize("mapping", ["vmap", "seeds", "map"])
def test_each_seed_draws_its_own_rows_for_all_variants(mapping):
    results = wz.run(study(mapping=mapping), watch=wz.Watch())
    for measure, split in (("test_sum", "test"), ("train_sum", "train")):
        sums = final(results, measure)
        np.testing.assert_array_equal(sums.sel(variant="a"), sums.sel(variant="b"))
        own = [getattr(redrawn(DATA, POOL, trial_key(seed, "data")), split).x.sum() for seed in range(4)]
        np.testing.assert_array_equal(sums.sel(variant="a"), own)
    assert len(set(final(results, "test_sum", "a").values.tolist())) > 1


def test_the_pool_is_all_rows_unless_it_is_given():
    assert len(study(pool=None).pool.y) == 45
    assert study().overlap == pytest.approx(10 / 60)
    assert len(pool_of(DATA).y) == 45


@pytest.mark.wrong_types
def test_a_pool_that_does_not_fit_is_refused():
    with pytest.raises(Error, match="the pool has 20 rows and the splits need 45"):
        study(pool=Split(*(a[:20] for a in POOL)))
    with pytest.raises(Error, match=r"the pool's x has rows float64 \(1,\)"):
        study(pool=Split(POOL.x.astype(float), POOL.y))
    with pytest.raises(Error, match="a pool is given and splits is 'fixed'"):
        study(splits="fixed")
    with pytest.raises(Error, match="expected 'fixed' or 'per seed'"):
        study(splits="random")
    with pytest.raises(Error, match=r"expected a waza\.data\.Dataset"):
        study(data=None)


def test_seeds_keep_their_splits_when_others_are_added():
    few, more = (wz.run(dataclasses.replace(study(), seeds=n), watch=wz.Watch()) for n in (2, 4))
    np.testing.assert_array_equal(few["test_sum"], more["test_sum"].isel(seed=slice(2)))


@pytest.mark.parametrize("rows", [1, 2, 3, 5, 64, 65, 1000, 4097])
def test_as_many_rows_as_there_are_come_once_each(rows):
    assert sorted(drawn_rows(jax.random.key(3), rows, rows).tolist()) == list(range(rows))


def test_rows_are_drawn_evenly_alone_and_in_pairs():
    """Over 5,000 keys; the keys are fixed, so that the test does not fail by chance."""
    keys = jax.random.split(jax.random.key(5), 5000)
    drawn = np.asarray(jax.jit(jax.vmap(lambda key: drawn_rows(key, 3, 10)))(keys))
    for column in drawn.T:
        assert stats.chisquare(np.bincount(column, minlength=10)).pvalue > 0.001
    pairs = np.bincount(10 * drawn[:, 0] + drawn[:, 1], minlength=100).reshape(10, 10)
    assert np.trace(pairs) == 0
    assert stats.chisquare(pairs[~np.eye(10, dtype=bool)]).pvalue > 0.001
