"""What a translator is trained on and with: files, options, vocabularies, settings and scores; nothing is trained."""

import re
from collections import Counter

import numpy as np
import pytest

from waza.core.errors import Error
from waza.core.language import LANGUAGES, texts
from waza.data.text.parallel import ParallelCorpus, ParallelText
from waza.kinds.registry import fit_options, kind_prepared_by, use_options
from waza.kinds.translator.corpus import material, shared_characters
from waza.kinds.translator.kind import KIND
from waza.kinds.translator.learner import learner, settle
from waza.kinds.translator.options import TranslatorOptions
from waza.kinds.translator.outcome import as_entry, findings, unigram_loss
from waza.kinds.translator.scores import by_length, scores, tokenizer_of

NUMBERS = {"one": "いち", "two": "に", "three": "さん", "four": "し", "five": "ご", "six": "ろく"}


def code(count):
    """Sentences of three words, and their translations word by word."""
    words = list(NUMBERS)
    source = [" ".join(words[i // 6**place % 6] for place in range(3)) for i in range(count)]
    return source, [" ".join(NUMBERS[word] for word in one.split()) for one in source]


def write(path, lines, encoding="utf-8"):
    path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
    return str(path)


def asked(**options):
    return TranslatorOptions(**{"model": "translator", "data": "x", "tokens": "words", **options})


def test_what_is_wrong_with_files_is_said_in_one_line(tmp_path):
    a, b = (write(tmp_path / name, lines) for name, lines in zip(("a.en", "b.ja"), code(60), strict=True))
    (tmp_path / "e").write_bytes(b"\x00\x81\xff\xfe\x00" * 40)
    few = write(tmp_path / "f", ["one"] * 9), write(tmp_path / "g", ["いち"] * 9)
    for data, more, said in (
        ((a, write(tmp_path / "c", ["いち"] * 59)), {}, "a.en has 60 lines and"),
        ((a, str(tmp_path / "no.ja")), {}, "there is no file"),
        ((a, write(tmp_path / "d", [""] * 60)), {}, "is empty or holds only spaces"),
        ((a, str(tmp_path / "e")), {}, str(tmp_path / "e")),
        ((a, b), {"tokens": "pieces", "vocabulary": 99999}, "--tokens pieces --vocabulary 99999"),
        ((a, b), {"tokens": "characters", "vocabulary": 50}, "are not limited"),
        (a, {}, "has no tab; expected two columns"),
        ("multi30", {}, "neither a file nor a parallel text of the catalogue"),
        (few, {}, "expected at least 30"),
    ):
        with pytest.raises(Error, match=re.escape(said)) as raised:
            material(asked(**({"tokens": None} | more)), data)
        assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("data", "given", "said"),
    [
        (None, {}, "translator is given no data: give a file of two columns"),
        ("x.tsv", {"source": "a", "target": "b"}, "'x.tsv' and --source are both given: give one of them"),
        (None, {"source": "a"}, "--source is given without --target"),
        (None, {"target": "b"}, "--target is given without --source"),
        ("x.tsv", {"validation_target": "b"}, "--validation-target is given without --validation-source"),
        ("x.tsv", {"joint": True, "separate": True}, "--joint and --separate are both given"),
        ("x.tsv", {"attention": "none", "place": "before"}, "--place before is given without attention"),
        ("x.tsv", {"width": "0"}, "expected a whole number of at least 1"),
        ("x.tsv", {"heads": "2"}, "--heads is given, and a recurrent translator has none: leave it out"),
        ("x.tsv", {"architecture": "transformer", "cell": "gru"}, "--cell is given, and a transformer translator has"),
        (
            "x.tsv",
            {"architecture": "transformer", "input_feeding": True},
            "--input-feeding is given, and a transformer",
        ),
    ],
)
def test_what_is_wrong_with_options_is_said(data, given, said):
    with pytest.raises(Error, match=re.escape(said)):
        fit_options("translator", data, given)


def test_data_may_be_left_out_for_a_translator_alone():
    assert fit_options("translator", None, {"source": "a.en", "target": "b.ja"}).data == "a.en"
    with pytest.raises(Error, match="mlp is given no data: give a folder with one subfolder"):
        fit_options("mlp", None, {})
    with pytest.raises(Error, match="--source is for translations, and mlp is for images"):
        fit_options("mlp", "digits", {"source": "a"})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "give a text to translate, --input with a file, or --attention with a sentence and --png"),
        ({"text": "one", "input": ["x"]}, "TEXT and --input are both given"),
        ({"text": "one", "output": "x"}, "--output goes with --input, and TEXT is given"),
        ({"input": ["x", "y"]}, "--input has 2 files; expected one"),
        ({"text": "one", "beam": "2", "top_k": "3"}, "--top-k samples, and --beam is given"),
        ({"text": "one", "beam": "2", "seed": "3"}, "--seed samples, and --beam is given"),
        ({"text": "one", "seed": "3"}, "--seed is of the sampling: give --temperature too, or leave it out"),
        ({"attention": "one", "png": "x", "nucleus": "0.5"}, "--nucleus samples, and --attention is given"),
        ({"text": "one", "nucleus": "1.5"}, "expected a number from 0 to 1, such as 0.9"),
        ({"text": "one", "beam": "0"}, "expected a whole number from 1 to 100"),
        ({"attention": "one"}, "--attention is given without --png"),
        ({"text": "one", "prompt": "x"}, "--prompt is for texts, and this model is for translations"),
    ],
)
def test_what_is_wrong_with_a_use_is_said(given, said):
    with pytest.raises(Error, match=re.escape(said)):
        use_options(KIND, given)


def test_a_text_is_refused_by_models_that_take_none():
    policy = kind_prepared_by("environment")
    with pytest.raises(Error, match="TEXT is for translations, and this model is for environments: leave it out"):
        use_options(policy, {"text": "one"})


def test_lines_in_other_encodings_and_empty_sides_are_counted(tmp_path):
    source, target = code(60)
    source[3], target[5], source[9], target[9] = "", " ", "", ""
    files = write(tmp_path / "a", source), write(tmp_path / "b", target, "cp932")
    found = material(asked(), files)
    notes = " ".join(note.say("en") for note in found.notes)
    assert "one of their sides is empty: 2" in notes and "both sides are empty: 1" in notes and "cp932" in notes
    table = write(tmp_path / "c.tsv", [f"{one}\t{other}" for one, other in zip(*code(60), strict=True)])
    held = write(tmp_path / "d.tsv", ["one two\tいち に"])
    tabled = material(asked(tokens="characters", test_source=held), table)
    assert tabled.dataset.test.size == 1 and tabled.held["validation"].size == 10
    with pytest.raises(Error, match="lists of 2 and 1 sentences"):
        material(asked(), (["a", "b"], ["c"]))


def test_a_corpus_with_its_own_parts_keeps_them():
    text = ParallelText("numbers", *map(tuple, code(60)))
    corpus = ParallelCorpus("numbers", text.rows(range(50)), text.rows(range(45, 55)), text.rows(range(55, 60)))
    given = material(asked(), corpus)
    assert given.held == {"validation": corpus.validation, "test": corpus.test} and given.dataset.test.size == 5
    said = " ".join(note.say("en") for note in given.notes)
    assert "source sentence is in the training pairs as well: 5 of 10" in said and "for the test" not in said
    with pytest.raises(Error, match="numbers has its own test part: leave --test-source out"):
        material(asked(test_source="x"), corpus)


def test_a_text_larger_than_memory_gives_the_same_tokens(tmp_path, monkeypatch):
    files = write(tmp_path / "a", code(200)[0]), write(tmp_path / "b", code(200)[1])
    small = material(asked(), files)
    monkeypatch.setattr("waza.kinds.translator.corpus.is_large", lambda source, target: True)
    large = material(asked(), files)
    assert isinstance(large.dataset.train.source.tokens, np.memmap) and large.held == small.held
    np.testing.assert_array_equal(large.dataset.train.target.tokens, small.dataset.train.target.tokens)


def test_the_languages_decide_on_vocabularies_and_on_the_tokenizer_of_bleu():
    german = ParallelText("t", ("der Hund ist weiss",) * 60, ("the dog is white",) * 60)
    japanese = german._replace(target=("犬が走る。",) * 60)
    assert shared_characters(german) > 0.6 and shared_characters(japanese) == 0
    assert tokenizer_of(["the dog"]) == "13a" and tokenizer_of(["狗在跑。"]) == "zh"
    assert tokenizer_of(["犬が走る。"]) in ("char", "ja-mecab")


def test_usual_settings_follow_from_the_data():
    given = material(asked(), tuple(map(tuple, code(100))))
    plain = settle(asked(), given)
    assert (plain.batch_size, plain.width, plain.depth, plain.cell, plain.attention) == (16, 256, 2, "lstm", "dot")
    assert (plain.dropout, plain.label_smoothing, plain.clip, plain.learning_rate) == (0.4, 0.1, 1.0, 0.003)
    both = settle(asked(direction="concatenated"), given)
    assert both.attention == "general" and learner(both, given).model.decoder.attention is not None
    none = settle(asked(attention="none", label_smoothing=0.0), given)
    assert learner(none, given).model.decoder.attention is None and none.place is None
    assert type(learner(none, given).loss).__name__ == "CrossEntropy"
    assert given.digest() == material(asked(data="y"), code(100)).digest()


def test_a_transformer_has_its_own_settings():
    given = material(asked(joint=True), tuple(map(tuple, code(100))))
    plain = settle(asked(architecture="transformer", joint=True), given)
    assert (plain.depth, plain.heads, plain.dropout, plain.cell, plain.attention) == (3, 4, 0.3, None, None)
    network = learner(plain, given).model
    assert network.shared and network.inner == 1024 and network.end == given.dataset.ends[1]
    with pytest.raises(Error, match="heads"):
        learner(settle(asked(architecture="transformer", heads=3), given), given)


def test_a_model_that_learned_nothing_is_told():
    given = material(asked(), tuple(map(tuple, code(100))))
    counts = Counter(" ".join(given.held["test"].target).split())
    assert 1 < unigram_loss(given) < np.log(9) and len(counts) <= 6
    result = {"best_step": 0, "steps": 5, "measures": {"test_loss": 3.0}}
    assert [one.kind for one in findings(given, result, best=True)] == ["untrained", "no_text"]
    assert as_entry({"step": 1, "test_loss": 1e6})["test_perplexity"] == np.inf


def test_bleu_by_length_covers_all_sentences():
    lengths = [*range(1, 51)] * 2
    texts_ = [f"word{i} a b c d" for i in range(100)]
    found = by_length(lengths, texts_, texts_, "13a")
    assert [(one.low, one.high, one.pairs) for one in found] == [
        (1, 10, 20),
        (11, 20, 20),
        (21, 30, 20),
        (31, 40, 20),
        (41, 50, 20),
    ]
    assert all(one.bleu == pytest.approx(100) for one in found)
    assert len(by_length([3] * 10, texts_[:10], texts_[:10], "13a")) == 1
    upper = scores({"test": {"beam": ["A b c d e"]}}, {"test": ["a b c d e"]}, "13a")
    assert upper[0].values["test"]["beam"] < upper[1].values["test"]["beam"] == pytest.approx(100)


def test_both_languages_say_the_same():
    def names(values):
        return {name: names(one) if isinstance(one, dict) else None for name, one in values.items()}

    english, japanese = (names(texts(KIND.folder / "texts", language)) for language in LANGUAGES)
    assert english == japanese
