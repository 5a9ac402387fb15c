"""The catalogue of data sets, and what is fetched."""

import hashlib
import sys

import pytest

from waza.core.errors import Error
from waza.core.language import LANGUAGES
from waza.data import Entry, PublishedFile, corpus, entry, get, listing, load, log, word_tests
from waza.data.checksum import algorithm

CONTENTS = {"a.txt": b"one file", "b.txt": b"another"}
TOY = Entry(
    name="toy",
    description={"en": "two files", "ja": "二つのファイル"},
    licence="none",
    kind="labelled",
    load=lambda: "loaded",
    files=tuple(
        PublishedFile("toy", f"https://nowhere.invalid/{name}", name, hashlib.sha256(content).hexdigest())
        for name, content in CONTENTS.items()
    ),
)


@pytest.fixture
def toy(monkeypatch):
    """A catalogue of one, from an imagined network; the list of what was fetched from it."""
    fetched = []

    def download(url, path, checksum, progress):
        fetched.append(path.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(CONTENTS[path.name])
        progress(3, 8)

    monkeypatch.setattr(sys.modules[get.__module__], "download", download)
    monkeypatch.setattr(sys.modules[get.__module__], "ENTRIES", (TOY,))
    return fetched


def test_every_entry_says_what_it_is():
    entries = listing()
    labelled = ["digits", "mnist", "fashion_mnist", "cifar10", "cifar10_jpg"]
    texts = ["python_reference", "tinyshakespeare", "wikitext2"]
    pairs = ["multi30k", "small_parallel_enja"]
    dialogues = ["sgd", "real_persona_chat"]
    assert [one.name for one in entries] == [*labelled, *texts, *pairs, *dialogues, "hillstrom", "word2vec_eval"]
    assert [one.name for one in entries if one.kind == "dialogues"] == dialogues
    assert [one.name for one in entries if one.kind == "pairs"] == pairs
    assert [one.name for one in entries if one.kind == "text"] == texts
    assert [one.name for one in entries if one.kind == "log"] == ["hillstrom"]
    for one in entries:
        assert tuple(one.description) == LANGUAGES and all(one.description.values()) and one.licence
        assert not any("\n" in line for line in one.description.values())
        assert bool(one.files) != bool(one.ships_with)
        for file in one.files:
            assert file.dataset == one.name
            # What comes unencrypted needs a checksum that tells a forgery; only CIFAR-10 has none.
            assert algorithm(file.checksum) == "sha256" or file.url.startswith("https://")
            assert file.url is None or file.url.startswith(("https://", "http://"))


def test_digits_need_nothing():
    assert entry("digits").available()
    assert get("digits") == []
    assert load("digits").name == "digits"


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "cifar10"])
def test_the_others_must_be_fetched(name):
    assert not entry(name).available()
    with pytest.raises(Error, match=f"waza data get {name}"):
        load(name)


@pytest.mark.parametrize("ask", [load, get])
def test_what_nobody_publishes_is_put_in_place(ask):
    with pytest.raises(Error, match=r"CIFAR-10-images\.tar\.gz .*: put the one with the sha256 56bb50e801c4\w* there"):
        ask("cifar10_jpg")


def test_a_folder_is_no_name(tmp_path):
    with pytest.raises(Error, match=r"is a folder, not a data set's name: read it by waza\.data\.image_folder"):
        load(str(tmp_path))


@pytest.mark.parametrize("ask", [entry, load, get])
def test_an_unknown_name(ask):
    with pytest.raises(Error, match="no data set is called 'mnits': did you mean 'mnist'"):
        ask("mnits")


def test_a_log_is_a_table_and_no_labelled_data_set(tmp_path):
    with pytest.raises(Error, match="hillstrom is a campaign's log"):
        load("hillstrom")
    with pytest.raises(Error, match="'hillstrom' is neither a text's file nor a text of the catalogue"):
        corpus("hillstrom")
    with pytest.raises(Error, match="run `waza data get hillstrom`"):
        log("hillstrom")
    assert log(tmp_path / "own.csv") == tmp_path / "own.csv"


def test_word_tests_are_no_labelled_data_set():
    with pytest.raises(Error, match=r"word2vec_eval evaluates word vectors, .*: read it by waza\.data\.word_tests\(\)"):
        load("word2vec_eval")
    with pytest.raises(Error, match="run `waza data get word2vec_eval`"):
        word_tests()


@pytest.mark.wrong_types
def test_only_what_is_missing_or_damaged_is_fetched(toy):
    seen = []
    paths = [file.path for file in TOY.files]
    assert not TOY.available()
    assert get("toy", lambda *step: seen.append(step)) == paths
    assert seen == [("a.txt", 3, 8), ("b.txt", 3, 8)]
    assert TOY.available() and get("toy") == []
    paths[1].write_bytes(b"damaged")
    assert get("toy") == [paths[1]]
    assert toy == ["a.txt", "b.txt", "b.txt"]
    assert load("toy") == "loaded"
