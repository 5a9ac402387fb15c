"""The folders for data and for the cache."""

from pathlib import Path

import pytest

from waza.core.errors import Error
from waza.data import cache_folder, data_folder


def test_the_variables_come_first(monkeypatch, tmp_path):
    assert data_folder() == tmp_path / "cache" / "data"
    monkeypatch.setenv("WAZA_DATA", "elsewhere")
    assert data_folder() == Path("elsewhere")
    assert cache_folder() == tmp_path / "cache"


@pytest.mark.parametrize(
    ("platform", "xdg", "expected"),
    [
        ("linux", None, "/home/someone/.cache/waza"),
        ("linux", "", "/home/someone/.cache/waza"),
        ("linux", "relative", "/home/someone/.cache/waza"),
        ("linux", "/fast", "/fast/waza"),
        ("darwin", "/fast", "/home/someone/Library/Caches/waza"),
    ],
)
def test_the_users_cache(monkeypatch, platform, xdg, expected):
    monkeypatch.setenv("WAZA_CACHE", "")
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    if xdg is not None:
        monkeypatch.setenv("XDG_CACHE_HOME", xdg)
    monkeypatch.setattr("sys.platform", platform)
    assert cache_folder() == Path(expected)
    assert data_folder() == Path(expected) / "data"


def test_a_tilde_is_home(monkeypatch):
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.setenv("WAZA_DATA", "~/sets")
    assert data_folder() == Path("/home/someone/sets")


def test_a_home_that_nobody_has(monkeypatch):
    monkeypatch.setenv("WAZA_DATA", "~nobody-of-that-name/sets")
    with pytest.raises(Error, match="WAZA_DATA=~nobody-of-that-name/sets names an unknown home folder"):
        data_folder()


def test_a_user_without_a_home(monkeypatch):
    def fail():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setenv("WAZA_CACHE", "")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", fail)
    with pytest.raises(Error, match="set WAZA_CACHE"):
        cache_folder()
