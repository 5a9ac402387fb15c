"""From two files of sentences to a translator and its translations, as the commands and `waza.fit` do it."""

import io
import json
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
from sacrebleu.metrics import BLEU, CHRF

import waza as wz
from waza.cli import main
from waza.core.errors import Error
from waza.core.language import LANGUAGES
from waza.data import Characters, Pieces, Words
from waza.data.text.parallel import Vocabularies
from waza.kinds import load_model
from waza.kinds.translator.corpus import material
from waza.kinds.translator.kind import KIND
from waza.kinds.translator.model import Decoding
from waza.kinds.translator.options import TranslateOptions, TranslatorOptions
from waza.kinds.translator.preparation import TranslatorPreparation
from waza.kinds.translator.scores import scores
from waza.models.decoding import in_batches

PAIRS = 300
NUMBERS = {"one": "いち", "two": "に", "three": "さん", "four": "し", "five": "ご", "six": "ろく"}
SHORT = ["--tokens", "words", "--width", "24", "--depth", "1", "--cell", "gru", "--dropout", "0", "--steps", "150"]
QUICK = ["--learning-rate", "0.02", "--batch-size", "32", "--lang", "en"]


def code(count=PAIRS, seed=0):
    """Sentences of 2 to 5 words, and their translations word by word."""
    rng = np.random.default_rng(seed)
    words = list(NUMBERS)
    sentences = dict.fromkeys(" ".join(rng.choice(words, rng.integers(2, 6))) for _ in range(4 * count))
    source = list(sentences)[:count]
    return source, [" ".join(NUMBERS[word] for word in one.split()) for one in source]


def write(path, lines, encoding="utf-8"):
    path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
    return str(path)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """A short training by the command: its folder, its figures, and what it printed."""
    folder = tmp_path_factory.mktemp("translator")
    source, target = (write(folder / f"code.{side}", lines) for side, lines in zip("ab", code(), strict=True))
    given = ["--source", source, "--target", target, "--out", str(folder / "model"), "--json", str(folder / "out.json")]
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "stdout", printed)
        main(["fit", "translator", *given, *SHORT, *QUICK])
    return folder, json.loads((folder / "out.json").read_text(), parse_constant=pytest.fail), printed.getvalue()


@pytest.fixture(scope="module")
def model(fitted):
    return load_model(fitted[0] / "model")


def refused(arguments, words, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    error = capsys.readouterr().err.splitlines()
    assert stopped.value.code and words in error[-1] and len(error) == 1, error


def test_the_command_keeps_a_translator_with_its_report(fitted):
    folder, found, printed = fitted
    measures = found["measures"]
    for split in ("train", "validation", "test"):
        assert measures[f"{split}_perplexity"] == pytest.approx(np.exp(measures[f"{split}_loss"]))
    assert measures["test_bleu"] > 60 and measures["test_accuracy"] > 0.8, measures
    assert found["settings"]["separate"] and found["settings"]["vocabulary"] == 8 and found["pairs_a_second"] > 0
    assert "BLEU, cased: validation" in printed and "nrefs:1|case:mixed|eff:no|tok:" in printed
    assert "chrF, lower-cased" in printed and "use it: waza use" in printed
    assert "Pairs that are trained on: 270" in " ".join(printed.split())
    history = json.loads((folder / "model" / "history.json").read_text())
    assert all("validation_perplexity" in one for one in history)
    page = (folder / "model" / "report.html").read_text("utf-8")
    for language, title in (("en", "Translations of test sentences"), ("ja", "テスト用の文の翻訳")):
        assert title in page and all(f'data-spec="{language}-{name}"' in page for name in ("curves", "attention-0"))
    assert found["samples"][0]["reference"] in page and "tok:char" in page
    assert "http" not in page.split("<script")[0] and "<link" not in page


def test_the_scores_are_those_of_sacrebleu(fitted, model):
    folder, found, _ = fitted
    source, target = ((folder / f"code.{side}").read_text("utf-8").splitlines() for side in "ab")
    held = material(TranslatorOptions(model="translator", data="x", tokens="words"), (source, target)).held
    for part in ("validation", "test"):
        for name, beam in (("greedy", 1), ("beam", 5)):
            ours = model.translate(held[part].source, beam=beam)
            bleu = BLEU(tokenize="char").corpus_score(ours, [list(held[part].target)]).score
            chrf = CHRF(lowercase=True).corpus_score(ours, [list(held[part].target)]).score
            by_name = {(one["measure"], one["case"]): one["values"][part][name] for one in found["scores"]}
            assert by_name["BLEU", "cased"] == bleu and by_name["chrF", "lower"] == chrf
            if name == "beam":
                assert found["measures"][f"{part}_bleu"] == bleu
    assert found["samples"][0]["reference"] == held["test"].target[0]
    assert sum(one["pairs"] for one in found["by_length"]) == held["test"].size


@pytest.mark.slow
def test_a_fresh_process_gives_the_same_translations(fitted, model, tmp_path):
    lines = ["one two", "", "  six five four  ", "three"]
    write(tmp_path / "in.txt", lines)
    command = [sys.executable, "-m", "waza.cli", "use", str(fitted[0] / "model"), "--input", str(tmp_path / "in.txt")]
    more = ["--output", str(tmp_path / "out.txt"), "--beam", "3", "--lang", "en"]
    done = subprocess.run([*command, *more], check=True, capture_output=True, text=True)
    written = (tmp_path / "out.txt").read_text("utf-8").split("\n")
    assert written == [*model.translate(lines, beam=3), ""] and written[1] == ""
    assert "Empty lines, which stay empty: 1." in done.stderr
    assert model.translate(["six five four"], beam=3) == [written[2]]


def test_texts_and_standard_input_are_translated_line_by_line(fitted, model, monkeypatch, capsys):
    place = str(fitted[0] / "model")
    main(["use", place, "--beam", "1", "one two\nsix five", "--lang", "en"])  # the text may stand after options
    assert capsys.readouterr().out.splitlines() == model.translate(["one two", "six five"], beam=1)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("four ten\r\n\r\none".encode("utf-16"))))
    main(["use", place, "--input", "-", "--lang", "en"])
    shown = capsys.readouterr()
    assert shown.out.split("\n") == [*model.translate(["four ten", "", "one"]), ""]
    assert "Words that are not in the model's vocabulary and read as the unknown token: 1 (ten)." in shown.err
    assert "read as UTF-16" in shown.err


def test_a_line_of_ten_thousand_tokens_is_cut_and_counted(fitted, model, tmp_path, capsys):
    write(tmp_path / "long.txt", ["one two", "one " * 10_000])
    main(["use", str(fitted[0] / "model"), "--input", str(tmp_path / "long.txt"), "--beam", "1", "--lang", "en"])
    shown = capsys.readouterr()
    assert "more than 256 tokens, of which the first 256 were translated: 1." in shown.err
    assert shown.out.splitlines()[0] == model.translate(["one two"], beam=1)[0]
    unfinished = model.translated(["one"], Decoding(None, temperature=1e6, seed=1)).unfinished
    assert unfinished in (0, 1)


def test_a_translation_is_one_line():
    """The vocabulary has a token for the end of a line, which sampling may draw."""
    for learn in (Words.learn, lambda text: Pieces.learn(text, 300, exact=False), Characters.learn):
        tokenizer = learn("one two\nthree\n" * 9)
        preparation = TranslatorPreparation(Vocabularies(tokenizer, tokenizer), 8)
        text = preparation.decode(tokenizer.encode("one\ntwo\n"))
        assert text.split() == ["one", "two"] and "\n" not in text


def test_a_translation_depends_on_its_sentence_alone(model):
    source = code(40, seed=1)[0]
    for how in ({"beam": 1}, {"beam": 4}):
        together = model.translate(source, **how)
        assert [model.translate([one], **how)[0] for one in source[:3]] == together[:3]
    drawn = model.translate(source, temperature=1.5, seed=3)
    assert drawn == model.translate(source, temperature=1.5, seed=3) != model.translate(source, temperature=1.5, seed=4)
    assert model.translate(source[:3], temperature=1.5, seed=3) == drawn[:3]
    assert model.translate(source, temperature=0.0) == model.translate(source, beam=1)
    assert model.translate(source, temperature=1.0, top_k=1) == model.translate(source, beam=1)
    assert model.translate(source, nucleus=0.0) == model.translate(source, top_k=1) == model.translate(source, beam=1)
    for how, said in (
        ({"beam": 3, "temperature": 1.0}, "temperature samples, and beam is given"),
        ({"seed": 7}, "seed is of the sampling: give temperature too"),
    ):
        with pytest.raises(Error, match=said):
            model.translate(source, **how)
    assert model.predict(source[:2]).tolist() == model.translate(source[:2])
    assert model.translate([]) == [] and model.translate(["", " "]) == ["", ""]


def test_the_attention_of_a_translation_is_drawn(fitted, model, tmp_path, capsys):
    found = model.attention("one two three four")
    assert found.source == ["one", "two", "three", "four", "</s>"] and found.target[-1] == "</s>"
    assert found.text == model.translate(["one two three four"])[0] == " ".join(found.target[:-1])
    assert found.weights.shape == (len(found.target), 5)
    np.testing.assert_allclose(found.weights.sum(axis=1), 1, atol=1e-5)
    main(["use", str(fitted[0] / "model"), "--attention", "one two ten", "--png", str(tmp_path / "a.png")])
    assert capsys.readouterr().out.strip() == model.translate(["one two ten"])[0]
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_damaged_folders_are_refused_by_name(fitted, tmp_path, capsys):
    place = shutil.copytree(fitted[0] / "model", tmp_path / "model")
    recipe = (place / "model.json").read_text("utf-8")
    (place / "model.json").write_text(recipe.replace('"いち"', '"はち"'), "utf-8")
    refused(["use", str(place), "one"], "its values have changed since they were written", capsys)
    (place / "model.json").write_text(recipe, "utf-8")
    (place / "variables.safetensors").unlink()
    refused(["use", str(place), "one"], "variables.safetensors", capsys)
    (place / "model.json").unlink()
    refused(["use", str(place), "one"], "holds no model", capsys)


def test_empty_inputs_are_refused(fitted, model, tmp_path, capsys):
    place = str(fitted[0] / "model")
    refused(["use", place, " "], "the text is empty", capsys)
    refused(["use", place, "--input", write(tmp_path / "empty", ["", ""])], "is empty or holds only spaces", capsys)
    with pytest.raises(Error, match="the sentence is empty"):
        model.attention(" ")
    with pytest.raises(Error, match="a string is given; expected a list of sentences"):
        model.translate("one")
    with pytest.raises(Error, match=r"temperature is -1\.0; expected a number from 0 to"):
        model.translate(["one"], temperature=-1.0)
    with pytest.raises(Error, match=r"nucleus is 1\.5; expected a number from 0 to 1"):
        model.translate(["one"], nucleus=1.5)
    assert TranslateOptions(text="x", top_k=2).sampling == {"top_k": 2}


@pytest.mark.wrong_types
def test_sentences_are_strings(model):
    with pytest.raises(Error, match="a value of the type int is among the sentences; expected strings"):
        model.translate([1])
    with pytest.raises(Error, match="a value of the type int is among the sentences; expected strings"):
        wz.fit("translator", (["one", "two"], ["いち", 2]), watch=wz.Watch())


@pytest.mark.slow
def test_without_sacrebleu_the_command_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "sacrebleu", None)
    monkeypatch.setitem(sys.modules, "sacrebleu.metrics", None)
    options = {"tokens": "words", "width": 4, "depth": 1, "cell": "rnn", "attention": "none", "dropout": 0.0}
    model = wz.fit("translator", tuple(code(60)), steps=1, watch=wz.Watch(), **options)
    assert "test_bleu" not in model.history[-1] and len(model.translate(["one two"])) == 1
    with pytest.raises(Error, match="this model has no attention to draw"):
        model.attention("one two")
    with pytest.raises(Error, match="sacrebleu: pip install"):
        scores({"test": {"beam": ["a"]}}, {"test": ["a"]}, "13a")
    for language in LANGUAGES:
        (line,) = KIND.remarks({"scores": []}, language)
        assert "pip install 'waza[text]'" in line
    with pytest.raises(Error, match=re.escape("give (source, target) as the data")):
        wz.fit("translator", tuple(code(60)), source="a", target="b", watch=wz.Watch())


@pytest.mark.slow
def test_a_transformer_is_kept_and_read(tmp_path):
    options = {"tokens": "words", "width": 8, "heads": 2, "depth": 1, "dropout": 0.0, "steps": 2}
    model = wz.fit("translator", code(60), architecture="transformer", watch=wz.Watch(), **options)
    model.save(tmp_path / "kept")
    again = load_model(tmp_path / "kept")
    assert again.translate(["one two", "six"], beam=2) == model.translate(["one two", "six"], beam=2)
    found = again.attention("one two three")
    assert found.weights.shape == (len(found.target), 4)
    np.testing.assert_allclose(found.weights.sum(axis=1), 1, atol=1e-5)


def test_batches_keep_the_order_of_sentences(model):
    source = [" ".join(["one"] * count) for count in (20, 1, 40, 2)]
    assert len(in_batches([model.preparation.encode(one) for one in source], 64)) > 1
    assert model.translate(source, beam=1) == [model.translate([one], beam=1)[0] for one in source]


# Data and calls of every form.

SMALL = {"width": 4, "depth": 1, "steps": 1}


@pytest.mark.parametrize("at", [0, 3])
@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("wrong", [None, 3, b"one"])
def test_what_is_no_sentence_is_named(at, side, wrong):
    data = code(40)
    data[side][at] = wrong
    with pytest.raises(Error, match=f"type {type(wrong).__name__} is among the sentences; expected strings"):
        wz.fit("translator", data, tokens="words", **SMALL)


@pytest.mark.parametrize("form", [list, tuple, np.array])
def test_sentences_in_any_collection(form):
    source, target = code(40)
    assert wz.fit("translator", (form(source), form(target)), tokens="words", **SMALL).translate(form(source[:2]))
    for empty in ([], ()):
        with pytest.raises(Error, match="no pair of sentences"):
            wz.fit("translator", (empty, empty), tokens="words", **SMALL)


def test_a_line_end_within_a_sentence_is_a_space_in_training_as_in_use():
    source, target = code(40)
    asked = TranslatorOptions(model="translator", data="x", tokens="words")
    given = material(asked, ([one.replace(" ", "\n", 1) for one in source], [f"{one}\n" for one in target]))
    assert given.held["test"] == material(asked, (source, target)).held["test"]


def test_texts_that_sentencepiece_cannot_take_as_they_are():
    source, target = code(60)
    model = wz.fit("translator", ([f"{one} \ud800" for one in source], target), tokens="pieces", **SMALL)
    assert len(model.translate(["one \ud800"])) == 1
    model = wz.fit("translator", ([f"{one} ▅" for one in source], [f"▅{one}" for one in target]), **SMALL)
    assert len(model.translate(["one ▅"])) == 1
    pieces = Pieces.learn("to be ▅ or not to be ▅ that is\n" * 30, 270, exact=False)
    assert pieces.decode(pieces.encode("or ▅ be")) == "or ▅ be"


@pytest.mark.parametrize("wrong", [np.array("one two"), np.array([["one"]]), 3, None])
def test_what_is_no_list_of_sentences_is_refused(model, wrong):
    with pytest.raises(Error, match="expected a list of sentences"):
        model.translated(wrong, Decoding(1))


def test_a_wide_beam_decodes_fewer_sentences_at_once(model, monkeypatch):
    rows = []
    monkeypatch.setattr(
        "waza.kinds.translator.model.in_batches", lambda tokens, most: rows.append(most) or in_batches(tokens, most)
    )
    source = code()[0][:70]
    for beam in (1, 5, 100):
        assert len(model.translate(source[:3], beam=beam)) == 3
    model.translate(source[:3], temperature=1.0)
    assert rows == [64, 64, 3, 64]
    with pytest.raises(Error, match="from 1 to 100"):
        model.translate(source, beam=101)


def test_errors_name_standard_input(fitted, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"  \n")))
    with pytest.raises(SystemExit):
        main(["use", str(fitted[0] / "model"), "--input", "-", "--lang", "en"])
    assert capsys.readouterr().err.startswith("waza: standard input is empty")
