"""Intervals cover the known truth: a small version of `benchmarks/off_policy_coverage.py`."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

PATH = Path(__file__).parents[3] / "benchmarks" / "off_policy_coverage.py"


@pytest.fixture(scope="module")
def covered():
    spec = importlib.util.spec_from_file_location("off_policy_coverage", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.covered


def test_ips_snips_and_dr_cover_and_the_direct_method_does_not(covered):
    found = covered("usual", logs=400, rows=2000)["covered"]
    assert np.abs(found[:3] - 0.95).max() < 0.035, "3.2 standard errors of 400 logs"
    assert (found[3] < 0.6).all(), "its model is wrong, and its interval does not know"


def test_the_correction_for_skewness_covers_more_where_sales_are_skewed(covered):
    found = covered("skewed rewards", logs=200, rows=2000)
    normal, corrected = found["covered"][:3].T
    assert (corrected > normal + 0.02).all()
    assert (found["below"][:3, 0] > 3 * found["above"][:3, 0]).all(), "normal intervals lie too low"


@pytest.mark.slow
def test_of_2000_logs_of_20000_rows_95_percent_are_covered(covered):
    found = covered("usual", logs=2000, rows=20_000)["covered"]
    assert np.abs(found[:3] - 0.95).max() < 0.015
