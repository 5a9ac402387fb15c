"""The learners beside the tests can be imported, here and in processes that tests start."""

import sys
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

COLUMNS, ROWS = 64, 270_000  # 69 MB: more than the window of a stream


@pytest.fixture(scope="session")
def rows_file(tmp_path_factory):
    """A file of rows that vary most along one direction."""
    rng = np.random.default_rng(0)
    direction = rng.normal(size=COLUMNS) / COLUMNS**0.5
    rows = rng.normal(size=(ROWS, COLUMNS)) + 3 * rng.normal(size=(ROWS, 1)) * direction
    path = tmp_path_factory.mktemp("rows") / "rows.f32"
    rows.astype(np.float32).tofile(path)
    return path
