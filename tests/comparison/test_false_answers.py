"""Small versions of `benchmarks/own_data_rates.py`: data in which nothing helps, and data in which dropout does."""

import jax
import numpy as np
import pandas as pd
import pytest

from waza import Watch
from waza.comparison import ask_about_table, run_comparison


@pytest.mark.slow
@pytest.mark.parametrize(("rows", "regression"), [(100, False), (300, True), (800, False)])
def test_nothing_helps_or_harms_where_targets_are_drawn_by_lot(rows, regression):
    rng = np.random.default_rng(rows)
    frame = pd.DataFrame(rng.normal(size=(rows, 4)), columns=list("abcd"))
    frame["y"] = rng.normal(size=rows) if regression else rng.choice(["no", "yes"], rows)
    tried = ("dropout", "adam", "early_stopping")
    found = run_comparison(ask_about_table(frame, "lot.csv", tried=tried, steps=200), None, Watch())
    assert not {one.effect for one in found.outcomes} & {"helps", "harms"}
    assert not found.constant.better
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(found.model.variables))


@pytest.mark.slow
def test_dropout_helps_where_few_columns_count_and_labels_are_flipped():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(1000, 30))
    y = np.where((x[:, 0] > 0) ^ (rng.random(1000) < 0.2), "yes", "no")
    frame = pd.DataFrame(x, columns=[f"x{i}" for i in range(30)]).assign(y=y)
    found = run_comparison(ask_about_table(frame, "signal.csv", tried=("dropout",)), None, Watch())
    assert found.outcomes[0].effect == "helps" and found.constant.better
