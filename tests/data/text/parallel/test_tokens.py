"""Tokens of parallel texts: in memory, and mapped from files."""

import numpy as np
import pytest

from waza.core.errors import Error
from waza.data import Note
from waza.data.kept_arrays import read_kept
from waza.data.text.parallel import (
    ParallelCorpus,
    ParallelText,
    Vocabularies,
    large_corpus,
    large_tokens,
    parallel_corpus,
    parallel_tokens,
    read_pairs,
    token_pairs,
)
from waza.data.text.parallel.token_file import FILES, START, kept_pairs
from waza.data.text.sentences import token_type

from .conftest import captions


def rows_of(sentences):
    """The sentences as lists."""
    return [part.tolist() for part in np.split(sentences.tokens, sentences.starts[1:-1])]


def test_tokens_are_those_of_the_tokenizers():
    text = captions(50)
    words = Vocabularies.learn(text, "words")
    pairs = token_pairs(text, words)
    assert pairs.size == 50 and pairs.source.tokens.dtype == np.uint16
    assert rows_of(pairs.source) == [words.source.encode(one).tolist() for one in text.source]
    assert rows_of(pairs.target) == [words.target.encode(one).tolist() for one in text.target]
    assert pairs.lengths.tolist() == [[len(one.split()) + 1 for one in pair] for pair in zip(*text[1:], strict=True)]
    rows = np.array([3, 0, -1])
    assert pairs.source.padded(rows, 50, 99)[:2].tolist() == [
        (rows_of(pairs.source)[row] + [99] * 50)[:50] for row in rows[:2]
    ]
    assert (pairs.source.padded(rows, 50, 99)[2] == 99).all()
    assert pairs.digest == token_pairs(text, words).digest != token_pairs(text.rows(range(49)), words).digest


def test_long_lines_are_left_out_and_counted():
    long = ParallelText("t", ("a b", "a " * 10_000, "c"), ("A", "B", "C " * 257))
    words = Vocabularies.learn(long, "words")
    data, notes = parallel_tokens(ParallelCorpus("t", long, long.rows([0]), long.rows([1, 0])), words)
    assert (data.train.size, data.validation.size, data.test.size) == (1, 1, 1)
    assert notes == [
        Note("pairs_long", {"count": "2", "longest": 256}),
        Note("pairs_long_held_out", {"count": "1", "longest": 256}),
    ]
    assert parallel_tokens(ParallelCorpus("t", *[long] * 3), words, 10_000)[1] == []
    with pytest.raises(Error, match="none of the 1 pairs of the test part of t has at most 256 tokens on both sides"):
        parallel_tokens(ParallelCorpus("t", long, long.rows([0]), long.rows([1])), words)


def test_the_type_of_tokens():
    assert [str(token_type(size)) for size in (3, 2**16, 2**16 + 1)] == ["uint16", "uint16", "int32"]


@pytest.fixture
def kept(tmp_path):
    """Pairs in files, the pairs in memory, and how often they were made."""
    text = captions(400)
    words = Vocabularies.learn(text, "words")
    pairs = token_pairs(text, words)
    made = []

    def make():
        made.append(1)
        return zip(
            np.split(pairs.source.tokens, pairs.source.starts[1:-1]),
            np.split(pairs.target.tokens, pairs.target.starts[1:-1]),
            strict=True,
        )

    return lambda: kept_pairs(tmp_path / "tokens", make, words.ends, 1), pairs, made


def test_files_hold_the_same_tokens_and_are_written_once(kept):
    read, pairs, made = kept
    for _ in range(2):
        mapped = read()
        assert isinstance(mapped.source.tokens, np.memmap) and not mapped.source.tokens.flags.writeable
        assert mapped.digest == pairs.digest and mapped.lengths.tolist() == pairs.lengths.tolist()
        for one, other in zip((*mapped.source, *mapped.target), (*pairs.source, *pairs.target), strict=True):
            assert one.dtype == other.dtype and np.array_equal(one, other)
        rows = np.array([5, -1, 7])
        assert np.array_equal(mapped.target.padded(rows, 41, 1), pairs.target.padded(rows, 41, 1))
    assert made == [1]


@pytest.mark.parametrize("name", [*FILES, "about.json"])
@pytest.mark.parametrize("damage", ["missing", "short", "changed"])
def test_damaged_files_are_made_again(kept, tmp_path, name, damage):
    read, pairs, made = kept
    read()
    path = tmp_path / "tokens" / name
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(content[:-2] if damage == "short" else content[:-2] + b"9" + content[-1:])
    assert read_kept(tmp_path / "tokens", dict(zip(FILES, [token_type(2), START] * 2, strict=True))) is None
    assert read().digest == pairs.digest and made == [1, 1]


def test_a_failure_leaves_nothing(tmp_path):
    def broken():
        yield np.array([1]), np.array([1])
        raise ValueError("stopped")

    with pytest.raises(ValueError, match="stopped"):
        kept_pairs(tmp_path / "tokens", broken, (3, 3), 1)
    assert [path.name for path in tmp_path.iterdir()] == [".tokens.lock"]
    with pytest.raises(Error, match=r"GiB are needed: free some space, set WAZA_CACHE .* or give a part of the text"):
        kept_pairs(tmp_path / "tokens", broken, (3, 3), 1 << 60)


@pytest.mark.parametrize("table", [False, True])
def test_a_large_text_gives_what_a_small_one_gives(files, monkeypatch, cache, table):
    monkeypatch.setattr("waza.data.text.parallel.large.LINES", 37)
    text = captions(500)
    source, target = [*text.source], [*text.target]
    source[50:52], target[100], source[7] = ["", ""], "", source[7] + " " + "long " * 300
    if table:
        paths = files(a_tsv="\n".join(map("\t".join, zip(source, target, strict=True))))
    else:
        paths = files(a_en="\n".join(source), a_de="\r\n".join(target))
    whole, notes = read_pairs(*paths)
    corpus, more = parallel_corpus(whole)
    words = Vocabularies.learn(corpus.train, "words")
    data, long = parallel_tokens(corpus, words)
    large, said = large_corpus(*paths)
    assert large.corpus == corpus and said == [*notes, *more]
    tokens, told = large_tokens(large, words)
    assert tokens.digest() == data.digest() and tokens.name == data.name and told == long
    assert len(list((cache / "tokens").glob("[!.]*"))) == 1
    assert large_tokens(large, words)[0].digest() == data.digest()
    given, more = large_corpus(*paths, validation=corpus.validation, test=corpus.test)
    assert given.corpus == parallel_corpus(whole, corpus.validation, corpus.test)[0]._replace(train=whole)
    assert more[1:] == parallel_corpus(whole, corpus.validation, corpus.test)[1]


def test_a_large_text_is_sampled(files, monkeypatch):
    monkeypatch.setattr("waza.data.text.parallel.large.LINES", 10)
    monkeypatch.setattr("waza.data.text.parallel.large.LEARNED_FROM", 20)
    monkeypatch.setattr("waza.data.text.parallel.large.CANDIDATES", 60)
    monkeypatch.setattr("waza.data.text.parallel.large.MOST", 6)
    lines = "".join(f"{i}\n" for i in range(500))
    large, _ = large_corpus(*files(a_en=lines, a_de=lines))
    held = [*large.corpus.validation.source, *large.corpus.test.source]
    assert len(held) == len(set(held)) == 50 and large.part_of.sum() == 25 + 2 * 25
    assert 20 < large.corpus.train.size <= 40 and not set(held) & set(large.corpus.train.source)
    assert set(np.diff([int(i) for i in large.corpus.train.source])) <= {16, 32, 48}


def test_what_a_large_text_may_not_be(files):
    with pytest.raises(Error, match=r"has 3 lines and .* has 2; expected the same number"):
        large_corpus(*files(a_en="a\nb\nc\n", a_de="a\nb\n"))
    with pytest.raises(Error, match=r"is not UTF-8 after about line 0: save it as UTF-8"):
        large_corpus(*files(a_en="a\nb\n", a_de="ä\nb\n".encode("latin-1")))
    with pytest.raises(Error, match="has no line with both sides"):
        large_corpus(*files(a_en="a\n\n", a_de="\nb\n"))
    with pytest.raises(Error, match="2 pairs with 2 different source sentences; expected at least 30"):
        large_corpus(*files(a_en="a\nb\n", a_de="a\nb\n"))
