"""Corpora in files: words counted in blocks, vocabularies, tokens that are mapped from a file."""

import numpy as np
import pytest

from waza.core.errors import Error
from waza.data.text.corpus import WordVocabulary, corpus_tokens, count_words, text_tokens

TEXT = "the cat sat\non the mat .\n\n\nthe end of the 猫 猫\n"


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    """A function that writes a text and gives its path."""
    monkeypatch.setenv("WAZA_CACHE", str(tmp_path / "cache"))

    def write(content, name="corpus.txt"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.mark.parametrize("block", [1, 3, 7, 1 << 22])
def test_words_are_counted_block_by_block(corpus, monkeypatch, block):
    monkeypatch.setattr("waza.data.text.corpus.counting.BLOCK", block)
    path = corpus("\ufeff" + TEXT.replace("\n", "\r\n"))
    counts = count_words(path)
    assert counts == count_words([TEXT]) and counts["the"] == 4 and counts["猫"] == 2 and len(counts) == 9
    vocabulary = WordVocabulary.learn(counts, minimum=2)
    assert vocabulary.words == ("the", "猫") and vocabulary.shares.tolist() == [4 / 6, 2 / 6]
    tokens = corpus_tokens(path, vocabulary)
    assert isinstance(tokens.tokens, np.memmap) and tokens.tokens.dtype == np.uint16
    assert tokens.tokens.tolist() == text_tokens(TEXT, vocabulary).tokens.tolist() == [0, 2, 0, 2, 0, 0, 1, 1, 2]
    assert tokens.raw_words == 13 and tokens.end == 2


def test_tokens_are_written_once_for_a_text_and_a_vocabulary(corpus, tmp_path):
    path, counts = corpus(TEXT), count_words([TEXT])
    kept = [corpus_tokens(path, WordVocabulary.learn(counts, minimum)).digest for minimum in (1, 2, 1)]
    assert kept[0] == kept[2] != kept[1]
    assert len(list((tmp_path / "cache" / "tokens").glob("[!.]*"))) == 2
    corpus(TEXT + "one more\n")
    assert corpus_tokens(path, WordVocabulary.learn(counts, 1)).tokens.tolist()[-2:] != [2, 2]
    assert len(list((tmp_path / "cache" / "tokens").glob("[!.]*"))) == 3


def test_the_most_frequent_words_of_a_vocabulary(tmp_path):
    counts = {"x": 1, "b": 3, "a": 3, "c": 9}
    vocabulary = WordVocabulary.learn(counts, minimum=1, most=2)
    assert vocabulary.words == ("c", "b") and vocabulary.counts.tolist() == [9, 3] and vocabulary.size == 2
    vocabulary.save(tmp_path / "words.txt")
    assert (tmp_path / "words.txt").read_text() == "c 9\nb 3\n"
    again = WordVocabulary.load(tmp_path / "words.txt")
    assert again.words == vocabulary.words and again.digest == vocabulary.digest
    assert WordVocabulary.learn(counts, 1).digest != vocabulary.digest


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"corpus\.txt has no words: give a text with a sentence a line"),
        (" \n\n ", r"corpus\.txt has no words"),
        ("word " * 9, r"two different words that occur at least 5 times are needed, and only 'word' does"),
        ("a b c", r"at least 5 times are needed, and none does \(3 different words in the text\)"),
        (b"\xff\xfe\x00", r"corpus\.txt is not UTF-8"),
        ("x" * (3 << 20), r"corpus\.txt has [0-9,]+ characters without white space; .* tokenise the text first"),
    ],
)
def test_texts_from_which_nothing_can_be_learnt(corpus, monkeypatch, content, message):
    monkeypatch.setattr("waza.data.text.corpus.counting.BLOCK", 1 << 19)
    with pytest.raises(Error, match=message):
        WordVocabulary.learn(count_words(corpus(content)))


def test_paths_that_are_no_texts(tmp_path):
    with pytest.raises(Error, match=r"there is no file .*missing\.txt: give a text"):
        count_words(tmp_path / "missing.txt")
    with pytest.raises(Error, match="is a folder; expected a text"):
        count_words(tmp_path)
    with pytest.raises(Error, match="minimum=0 and most=None given; expected at least 1"):
        WordVocabulary.learn({"a": 3, "b": 2}, minimum=0)


def test_a_text_without_a_word_of_the_vocabulary(corpus):
    with pytest.raises(Error, match=r"no word of .*corpus\.txt is in the vocabulary of 2 words"):
        corpus_tokens(corpus("x y z"), WordVocabulary(("a", "b"), np.array([2, 1])))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a 3\nb\n", r"line 2: 'b'; expected a word, a space and its count"),
        ("a 3\nb -1\n", "line 2"),
        ("a 1\nb 3\n", "the most frequent first"),
        ("a 3\na 3\n", "each once"),
        ("a 3\n", "at least two words"),
        (b"\xff", "cannot read the vocabulary"),
    ],
)
def test_damaged_vocabularies(corpus, content, message):
    with pytest.raises(Error, match=message):
        WordVocabulary.load(corpus(content))
