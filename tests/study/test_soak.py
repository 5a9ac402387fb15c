"""The memory of one process stays bounded, over studies of different shapes and over predictions."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from waza.core.memory import GROWN_BY

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
STUDIES, PREDICTIONS, SMALL = 24, 300, 16  # the last in MiB
CODE = """
import json, sys
import soak
soaked = getattr(soak, sys.argv[1])(int(sys.argv[2]))
print(json.dumps([soaked.grown, soaked.sizes]))
"""


def soaked(what, count):
    """The growth and the sizes in MiB, in a process of its own: what other tests leave is not looked at."""
    command = [sys.executable, "-c", CODE, what, str(count)]
    done = subprocess.run(command, cwd=BENCHMARKS, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
def test_studies_of_different_shapes_leave_nothing():
    grown, sizes = soaked("studies", STUDIES)
    assert grown < 1.5 * GROWN_BY / 2**20, sizes


@pytest.mark.slow
def test_predictions_leave_nothing():
    grown, sizes = soaked("predictions", PREDICTIONS)
    assert grown < SMALL, sizes
