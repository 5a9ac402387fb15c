"""The published parallel texts."""

import gzip
import hashlib
import sys

import pytest

from waza.core.errors import Error
from waza.data import PublishedFile, corpus, entry, load, pairs
from waza.data.text.parallel import is_new, multi30k, small_parallel_enja


@pytest.mark.parametrize(("read", "pack"), [(multi30k, gzip.compress), (small_parallel_enja, bytes)])
def test_each_file_is_verified_and_has_its_place(tmp_path, monkeypatch, read, pack):
    monkeypatch.setenv("WAZA_DATA", str(tmp_path))
    module = sys.modules[read.__module__]
    small = []
    for file in module.FILES:
        content = pack(f"{file.filename} 1\n{file.filename} 2\n".encode())
        small.append(PublishedFile(file.dataset, file.url, file.filename, hashlib.sha256(content).hexdigest()))
        small[-1].path.parent.mkdir(exist_ok=True)
        small[-1].path.write_bytes(content)
    monkeypatch.setattr(module, "FILES", tuple(small))
    name, (first, second) = small[0].dataset, module.LANGUAGES[:2]
    found = read()
    assert found == pairs(name) == pairs(found.name) and found.name == f"{name}-{first}-{second}"
    for part, held in zip(module.PARTS, found[1:], strict=True):
        assert all(line.startswith(f"{part}.{first}") for line in held.source) and held.size == 2
        assert all(line.startswith(f"{part}.{second}") for line in held.target)
    back = pairs(f"{name}-{second}-{first}")
    assert (back.train.source, back.test.target) == (found.train.target, found.test.source)
    small[0].path.write_bytes(b"other")
    with pytest.raises(Error, match="is damaged"):
        read()


def test_names_and_directions():
    for wrong in ("multi30k-de-de", "multi30k-de-ja"):
        with pytest.raises(Error, match=rf"'{wrong}' is no direction of multi30k: choose one of multi30k-de-en, "):
            pairs(wrong)
    with pytest.raises(Error, match="'multi30k-de' is no direction; expected multi30k-SOURCE-TARGET"):
        pairs("multi30k-de")
    with pytest.raises(Error, match="no parallel text is called 'multi30-de-en': did you mean 'multi30k'"):
        pairs("multi30-de-en")
    with pytest.raises(Error, match="run `waza data get small_parallel_enja`"):
        pairs("small_parallel_enja")
    assert len(entry("multi30k").files) == 9 and len(entry("small_parallel_enja").files) == 6
    for read in (load, corpus):
        with pytest.raises(Error, match=r"multi30k is a parallel text, .*waza\.data\.pairs\('multi30k'\)"):
            read("multi30k")


def test_the_real_multi30k(real):
    real("multi30k")
    found = pairs("multi30k-de-en")
    assert [part.size for part in found[1:]] == [29_000, 1_014, 1_000]
    assert found.train.source[0] == "Zwei junge weiße Männer sind im Freien in der Nähe vieler Büsche."
    assert found.train.target[0] == "Two young, White males are outside near many bushes."
    assert [int((~is_new(part, found.train)).sum()) for part in found[2:]] == [1, 0]
    assert pairs("multi30k-en-fr").train.size == 29_000


def test_the_real_english_and_japanese(real):
    real("small_parallel_enja")
    found = pairs("small_parallel_enja")
    assert [part.size for part in found[1:]] == [50_000, 500, 500]
    assert [int(is_new(part, found.train).sum()) for part in found[2:]] == [423, 440]
    assert is_new(found.test, found.train, "target").all()
