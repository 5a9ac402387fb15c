"""From a text to vectors, neighbours, a map and files, as the commands and `waza.fit` do it."""

import functools
import io
import json
import re
import sys

import numpy as np
import pytest

import waza as wz
from waza.cli import main
from waza.core import memory
from waza.core.errors import Error
from waza.core.language import LANGUAGES
from waza.data import KeyedVectors, Note, read_vectors
from waza.data.text.vectors import Analogies, SimilarPairs, WordTests
from waza.kinds import load_model
from waza.kinds.word2vec import outcome
from waza.kinds.word2vec.corpus import is_without_blanks, material
from waza.kinds.word2vec.learner import settle
from waza.kinds.word2vec.map import map_html
from waza.kinds.word2vec.options import Word2VecOptions, WordOptions
from waza.kinds.word2vec.projection import plane

ANIMALS, TOOLS = ("cat", "dog", "horse", "sheep"), ("hammer", "saw", "drill", "file")
PLACES = {ANIMALS: ("sleeps", "eats", "runs"), TOOLS: ("breaks", "rusts", "costs")}
SHORT = ["--width", "12", "--epochs", "3", "--window", "3"]


def sentences(count=400, seed=0):
    """Animals do what animals do, and tools what tools do."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        kind = (ANIMALS, TOOLS)[rng.integers(2)]
        made.append(f"the {rng.choice(kind)} of {rng.choice(kind)} {rng.choice(PLACES[kind])} and in to a house")
    return made


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """A short training by the command: its folder, its figures, and what it printed."""
    folder = tmp_path_factory.mktemp("word2vec")
    (folder / "text.txt").write_text("\n".join(sentences()), "utf-8")
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("WAZA_CACHE", str(folder / "cache"))
        patched.delenv("WAZA_DATA", raising=False)
        patched.setattr(sys, "stdout", printed)
        given = [str(folder / "text.txt"), "--out", str(folder / "model"), "--json", str(folder / "out.json")]
        main(["fit", "word2vec", *given, *SHORT, "--lang", "en"])
    return folder, json.loads((folder / "out.json").read_text(), parse_constant=pytest.fail), printed.getvalue()


def used(folder, *options):
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "stdout", printed)
        main(["use", str(folder / "model"), "--lang", "en", *options])
    return printed.getvalue()


def test_the_command_says_what_it_did(fitted):
    _, facts, printed = fitted
    assert "The text has 4,000 words, of which 21 different ones occur at least 2 times" in " ".join(printed.split())
    assert "fewer than a million words" in " ".join(printed.split())
    assert "waza data get word2vec_eval" in printed  # the words are English, and the tests are not here
    assert facts["tests"] == "missing" and facts["similarity"] == []
    assert facts["neighbours"][0]["word"] in ("the", "of", "and", "in", "to", "a", "house")
    assert facts["measures"]["train_loss"] > 0 and facts["best_step"] == facts["steps"] == facts["settings"]["steps"]
    assert facts["settings"]["learning_rate"] == 0.025 and facts["settings"]["vocabulary"] == 21


def test_the_report_has_both_languages_and_the_neighbours(fitted):
    page = (fitted[0] / "model" / "report.html").read_text("utf-8")
    for language, title in (("en", "Nearest words"), ("ja", "近い語")):
        main_part = re.search(rf'<main lang="{language}">.*?</main>', page, re.DOTALL)[0]
        assert title in main_part and "hammer" in main_part


def test_neighbours_and_analogies_in_columns(fitted):
    folder = fitted[0]
    lines = used(folder, "--nearest", "cat", "--count", "3").splitlines()
    assert lines[0] == "word,cosine" and len(lines) == 4
    model = load_model(folder / "model")
    assert [line.split(",")[0] for line in lines[1:]] == [one.word for one in model.nearest("cat", 3)]
    lines = used(folder, "--analogy", "cat", "sleeps", "saw", "--count", "2").splitlines()
    assert lines[0] == "cat : sleeps = saw : ?,cosine" and len(lines) == 3
    assert model.predict(["cat", "saw"]).shape == (2, 12)


@pytest.mark.parametrize("ending", [".txt", ".bin"])
def test_vectors_are_written_and_read(fitted, tmp_path, ending):
    path = tmp_path / f"vectors{ending}"
    assert f"21 vectors: {path}" in used(fitted[0], "--output", str(path))
    found, model = read_vectors(path), load_model(fitted[0] / "model")
    assert found.words == model.vectors.words
    np.testing.assert_array_equal(found.vectors, model.vectors.vectors)


def test_the_map_is_one_file_with_all_words(fitted, tmp_path):
    path = tmp_path / "map.html"
    assert f"map: {path}" in used(fitted[0], "--map", str(path), "--projection", "pca")
    page = path.read_text("utf-8")
    assert not re.search(r'(src|href)="', page) and "https://" not in page  # works without a network
    data = json.loads(re.search(r"const data = (\{.*?\}), texts", page)[1])
    assert sorted(data["words"]) == sorted(load_model(fitted[0] / "model").vectors.words)
    assert np.shape(data["places"]) == (21, 2) and np.min(data["places"]) >= 0 and np.max(data["places"]) <= 1
    for row, near in enumerate(data["neighbours"]):
        assert row not in near and data["cosines"][row] == sorted(data["cosines"][row], reverse=True)


def test_a_word_outside_of_the_vocabulary_suggests_spellings(fitted):
    with pytest.raises(Error, match=r"no vector of 'hamer' among 21 words: did you mean 'hammer'\?"):
        load_model(fitted[0] / "model").nearest("hamer")


def test_words_that_are_used_alike_are_near(tmp_path):
    model = wz.fit("word2vec", sentences(3000), width=16, window=3, epochs=4, watch=wz.Watch())
    near = {word: {one.word for one in model.nearest(word, 3)} for word in ("cat", "saw")}
    assert near["cat"] <= {*ANIMALS, *PLACES[ANIMALS]} and near["saw"] <= {*TOOLS, *PLACES[TOOLS]}
    assert any("fewer than a million words" in note or "100 万語" in note for note in model.notes)
    model.save(tmp_path / "saved")
    np.testing.assert_array_equal(wz.load(tmp_path / "saved").vectors.vectors, model.vectors.vectors)
    for ask, said in ((model.predict_proba, "have no probabilities"), (model.predict, "expected a list of words")):
        with pytest.raises(Error, match=said):
            ask("cat")


# Texts.


def read(data, **options):
    return material(Word2VecOptions(model="word2vec", data="x", **options), data)


def test_a_text_without_blanks_is_split_into_pieces(tmp_path):
    lines = ["吾輩は猫である。名前はまだ無い。", "猫は魚を食べる。犬は魚を食べない。"] * 40
    found = read(lines, vocabulary=300)
    assert found.preparation.tokens == "pieces" and found.notes[0].kind == "corpus_without_blanks"
    assert any("猫" in word for word in found.preparation.words) and not any(
        "▁" in word for word in found.preparation.words
    )
    path = tmp_path / "neko.txt"
    path.write_bytes("\n".join(lines).encode("cp932"))
    same = read(path, vocabulary=300)
    assert same.preparation.words == found.preparation.words and Note("encoding", {"encoding": "cp932"}) in same.notes
    assert read([" ".join(line) for line in lines]).preparation.tokens == "words"


def test_a_rare_character_is_a_word_and_its_bytes_are_none():
    lines = ["吾輩は猫である。名前はまだ無い。", "猫は魚を食べる。犬は魚を食べない。"] * 400 + ["龘は龍である。"] * 3
    found = read(lines, vocabulary=290)
    assert not any("<0x" in word for word in found.preparation.words) and "龘" in found.preparation.words


def test_halves_of_surrogate_pairs_are_read():
    assert "�" in read(["a \ud800 b"] * 20).preparation.words


@pytest.mark.parametrize("method", ["skip-gram", "cbow"])
def test_a_rate_of_zero_changes_nothing(method):
    one = wz.fit("word2vec", sentences(50), width=4, epochs=1, method=method, learning_rate=0.0, watch=wz.Watch())
    assert np.isfinite(one.vectors.vectors).all()


def test_punctuation_that_is_attached_is_told():
    assert any(one.kind == "corpus_attached" for one in read(["a cat, a dog, a saw."] * 20).notes)
    assert not any(one.kind == "corpus_attached" for one in read(["a cat , a dog , a saw ."] * 20).notes)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "has no words"),
        ("\n  \n", "has no words"),
        ("word word word word", "two different words that occur at least 2 times are needed, and only 'word' does"),
        ("each once", "and none does"),
    ],
)
def test_texts_of_too_few_words(content, said, tmp_path):
    path = tmp_path / "few.txt"
    path.write_text(content)
    with pytest.raises(Error, match=said):
        read(path)


def test_what_is_no_text(tmp_path):
    with pytest.raises(Error, match=r"'nowhere' is neither a text's file nor a text of the catalogue"):
        read("nowhere")
    with pytest.raises(Error, match="is a folder"):
        read(tmp_path)
    with pytest.raises(Error, match="a value of the type int is among the sentences"):
        read(["a b", 3])
    with pytest.raises(Error, match="target='y' names a column"):
        wz.fit("word2vec", ["a b", "a b"], target="y", watch=wz.Watch())


def test_vectors_larger_than_the_memory_are_refused_before_they_are_made(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 100)
    with pytest.raises(Error, match=r"need .* of memory, and 100\.0 B are free: raise the minimum count"):
        wz.fit("word2vec", sentences(50), width=8, epochs=1, watch=wz.Watch())


def test_loss_that_is_not_finite(tmp_path):
    with pytest.raises(Error, match=r"is not finite.*smaller than 1e"):
        wz.fit("word2vec", sentences(200), width=8, epochs=2, learning_rate=1e30, watch=wz.Watch())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"epochs": 2, "steps": 3}, "both epochs and steps"),
        ({"corrected": True}, "--corrected is for --method cbow"),
        ({"objective": "full", "negatives": 9}, "--negatives is for --objective negative, and full is given"),
        ({"objective": "hierarchical", "negatives": 5}, "--negatives is for --objective negative"),
    ],
)
def test_training_options_that_do_not_fit(options, said):
    with pytest.raises(Error, match=said):
        Word2VecOptions(model="word2vec", data="x", **options)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "give --nearest with a word"),
        ({"nearest": "a", "map": "b.html"}, "--nearest and --map are both given"),
        ({"analogy": ("a", "b")}, "--analogy has 2 words; expected three"),
        ({"map": "a.html", "count": 3}, "--count goes with --nearest and --analogy"),
        ({"nearest": "a", "map_words": 30}, "--map-words goes with --map"),
        ({"output": "a.csv"}, "names no format of word vectors"),
    ],
)
def test_options_of_use_that_do_not_fit(options, said):
    with pytest.raises(Error, match=said):
        WordOptions(**options)


# Scores, and planes.


def test_an_english_text_is_scored(monkeypatch):
    words = ("the", "of", "and", "to", "in", *ANIMALS, *TOOLS)
    vectors = KeyedVectors(words, np.random.default_rng(0).normal(size=(len(words), 5)))
    assert outcome.is_english(vectors) and not outcome.is_english(KeyedVectors(ANIMALS, vectors.vectors[:4]))
    pairs = SimilarPairs("toy", words[:11], words[1:12], np.arange(11.0))
    tests = WordTests((pairs,), (Analogies("family", (tuple(words[:4]),) * 12),))
    monkeypatch.setattr(outcome, "word_tests", lambda: tests)
    found = outcome.scored(vectors)
    assert found["tests"] == "done" and found["similarity"][0]["known"] == 11
    assert [one["name"] for one in found["analogies"]] == ["all", "family"]
    monkeypatch.setattr(outcome, "word_tests", lambda: WordTests((pairs._replace(first=("x",) * 11),), ()))
    assert outcome.scored(vectors)["similarity"][0]["value"] is None


@pytest.mark.parametrize(
    ("projection", "count"),
    [("pca", 2), ("pca", 3), ("pca", 30), ("tsne", 2), ("tsne", 3), pytest.param("tsne", 30, marks=pytest.mark.slow)],
)
def test_a_plane_has_each_word_with_a_letter(count, projection):
    vectors = KeyedVectors(
        (",", *(f"w{i}" for i in range(count))), np.random.default_rng(1).normal(size=(count + 1, 6))
    )
    found = plane(vectors, 40, projection)
    assert found.words == list(vectors.words[1:]) and found.places.shape == (count, 2)
    assert found.neighbours.shape == (count, min(10, count - 1)) and np.isfinite(found.places).all()
    again = plane(vectors, 40, projection)
    np.testing.assert_array_equal(found.places, again.places)


def test_no_map_of_one_word():
    for words in (("a",), ("a", ","), ("!", "?", ".")):
        with pytest.raises(Error, match="words with a letter or a digit are there; expected at least two"):
            map_html(KeyedVectors(words, np.ones((len(words), 2))), "x", LANGUAGES[0])


@pytest.mark.parametrize(
    ("text", "without"), [("一行に空白のない日本語の文章", True), ("plain words here", False), ("", False)]
)
def test_blanks(text, without):
    assert is_without_blanks(text) is without


SENTENCES = [" ".join(f"w{(7 * i + j * j) % 30}" for j in range(8)) for i in range(60)]


def test_lines_of_one_word_teach_nothing():
    with pytest.raises(Error, match="no line of the text has two words that occur at least 2 times"):
        wz.fit("word2vec", [f"w{i % 30}" for i in range(500)], width=4, steps=2)
    with pytest.raises(Error, match="no line of the text has two words"):
        wz.fit("word2vec", [f"rare{i} {('often', 'never')[i % 2]}" for i in range(40)], width=4, steps=2)


def test_a_threshold_that_leaves_out_nearly_all_words_is_refused():
    with pytest.raises(Error, match=r"--threshold 1e-12 leaves .* give a larger one"):
        wz.fit("word2vec", SENTENCES, width=4, steps=2, threshold=1e-12)


def test_few_different_words_are_not_subsampled_unless_that_is_asked_for():
    model = wz.fit("word2vec", ["a b c", "a b c"], width=4, steps=3)
    assert np.isfinite(model.history[-1]["train_loss"])
    few, many = (material(Word2VecOptions(model="word2vec", data="x"), one) for one in (["a b c"] * 9, SENTENCES))
    asked = functools.partial(Word2VecOptions, model="word2vec", data="x")
    assert settle(asked(), few).threshold == 0 and settle(asked(threshold=0.01), few).threshold == 0.01
    assert settle(asked(), many).threshold == 0.001


def test_the_loss_is_of_pieces_from_the_whole_text():
    text = [f"w{i % 30}" for i in range(9000)] + SENTENCES * 20
    model = wz.fit("word2vec", text, width=4, steps=4, window=2)
    assert np.isfinite(model.history[-1]["train_loss"])


def test_pieces_need_a_vocabulary_of_bytes():
    with pytest.raises(Error, match="--vocabulary is 60, and pieces need at least 259"):
        wz.fit("word2vec", ["吾輩は猫である。名前はまだ無い。"] * 40, width=4, steps=2, vocabulary=60)


@pytest.mark.parametrize("vectors", [np.ones((25, 1)), np.zeros((25, 3)), np.linspace(0.1, 2, 25)[:, None]])
def test_a_map_of_vectors_that_are_all_alike(vectors):
    found = plane(KeyedVectors(tuple(f"w{i}" for i in range(25)), vectors.astype(np.float32)), 25)
    assert np.isfinite(found.places).all() and len(found.words) == 25
