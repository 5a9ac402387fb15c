"""The memory of one process stays bounded, over studies of different shapes and over predictions."""

import importlib.util
from pathlib import Path

import pytest

from waza.core.memory import GROWN_BY

SOAK = Path(__file__).parents[2] / "benchmarks" / "soak.py"
STUDIES, PREDICTIONS, SMALL = 24, 300, 16  # the last in MiB


@pytest.fixture(scope="module")
def soak():
    spec = importlib.util.spec_from_file_location("soak", SOAK)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_studies_of_different_shapes_leave_nothing(soak):
    soaked = soak.studies(STUDIES)
    assert soaked.grown < 1.5 * GROWN_BY / soak.MEBIBYTE, soaked.sizes


@pytest.mark.slow
def test_predictions_leave_nothing(soak):
    soaked = soak.predictions(PREDICTIONS)
    assert soaked.grown < SMALL, soaked.sizes
