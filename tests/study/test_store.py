"""The order of runs in the store."""

import os
from types import SimpleNamespace

from waza.study import store


def test_runs_of_the_same_second_are_in_the_order_in_which_they_began(tmp_path, monkeypatch):
    names = iter(["ff00", "00ff", "8800"])
    monkeypatch.setattr(store, "secrets", SimpleNamespace(token_hex=lambda _: next(names)))
    now = SimpleNamespace(now=lambda: SimpleNamespace(strftime=lambda _: "20260101-120000"))
    monkeypatch.setattr(store, "datetime", SimpleNamespace(datetime=now))
    begun = [store.begin(tmp_path, "one", {"number": number}) for number in range(3)]
    for place, folder in enumerate(begun):
        os.utime(folder.path / "study.json", ns=(place, 10**9 + place))
    assert [folder.path for folder in store.folders(tmp_path, "one")] == [folder.path for folder in reversed(begun)]
    later = tmp_path / "one" / "20260101-120001-0000"
    later.mkdir()
    (later / "study.json").write_bytes((begun[0].path / "study.json").read_bytes())
    os.utime(later / "study.json", ns=(0, 0))
    assert store.folders(tmp_path, "one")[0].path == later
