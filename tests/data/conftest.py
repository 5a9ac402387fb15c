"""Small data sets of images and tables, and a cache of their own."""

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[3] / "shared" / "data"
GIVEN = Path(os.environ.get("WAZA_DATA") or SHARED).absolute()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """No test touches the user's own folders, nor a proxy."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("WAZA_CACHE", str(folder))
    monkeypatch.delenv("WAZA_DATA", raising=False)
    monkeypatch.setenv("no_proxy", "*")
    return folder


@pytest.fixture
def real(monkeypatch):
    """A function that points at a real data set, or skips the test where there is none."""

    def point(name):
        if not (GIVEN / name).is_dir():
            pytest.skip(f"no real {name} in {GIVEN}")
        monkeypatch.setenv("WAZA_DATA", str(GIVEN))

    return point


@pytest.fixture
def real_mnist(real):
    real("mnist")
