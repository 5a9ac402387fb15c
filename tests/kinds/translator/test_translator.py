"""From two files of sentences to a translator and its translations, as the commands and `waza.fit` do it."""

import io
import json
import re
import shutil
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from sacrebleu.metrics import BLEU, CHRF

import waza as wz
from waza.cli import main
from waza.core.errors import Error
from waza.core.language import LANGUAGES, texts
from waza.kinds import load_model
from waza.kinds.registry import fit_options, kind_prepared_by, use_options
from waza.kinds.translator.corpus import material, shared_characters
from waza.kinds.translator.kind import KIND
from waza.kinds.translator.learner import learner, settle
from waza.kinds.translator.model import Decoding
from waza.kinds.translator.options import TranslateOptions, TranslatorOptions
from waza.kinds.translator.outcome import as_entry, findings, unigram_loss
from waza.kinds.translator.scores import by_length, scores, tokenizer_of
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


def test_what_is_wrong_with_files_is_said_in_one_line(tmp_path, capsys):
    a, b = (write(tmp_path / name, lines) for name, lines in zip(("a.en", "b.ja"), code(60), strict=True))
    refused(["fit", "translator", "--source", a, "--target", write(tmp_path / "c", ["いち"] * 59), "--out", "o"],
            "a.en has 60 lines and", capsys)  # fmt: skip
    (tmp_path / "e").write_bytes(b"\x00\x81\xff\xfe\x00" * 40)
    few = write(tmp_path / "f", ["one"] * 9), write(tmp_path / "g", ["いち"] * 9)
    for data, more, said in (
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
            material(TranslatorOptions(model="translator", data="x", **more), data)
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
        ({"text": "one", "nucleus": "1.5"}, "expected a probability of at most 1"),
        ({"text": "one", "beam": "0"}, "expected a whole number of at least 1"),
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


def test_empty_inputs_are_refused(fitted, model, tmp_path, capsys):
    place = str(fitted[0] / "model")
    refused(["use", place, " "], "the text is empty", capsys)
    refused(["use", place, "--input", write(tmp_path / "empty", ["", ""])], "is empty or holds only spaces", capsys)
    with pytest.raises(Error, match="the sentence is empty"):
        model.attention(" ")
    with pytest.raises(Error, match="a string is given; expected a list of sentences"):
        model.translate("one")
    assert TranslateOptions(text="x", top_k=2).sampling == {"top_k": 2}


@pytest.mark.wrong_types
def test_sentences_are_strings(model):
    with pytest.raises(Error, match="a value of the type int is among the sentences; expected strings"):
        model.translate([1])
    with pytest.raises(Error, match="a value of the type int is among the sentences; expected strings"):
        wz.fit("translator", (["one", "two"], ["いち", 2]), watch=wz.Watch())


def test_lines_in_other_encodings_and_empty_sides_are_counted(tmp_path):
    source, target = code(60)
    source[3], target[5], source[9], target[9] = "", " ", "", ""
    files = write(tmp_path / "a", source), write(tmp_path / "b", target, "cp932")
    found = material(TranslatorOptions(model="translator", data="x", tokens="words"), files)
    notes = " ".join(note.say("en") for note in found.notes)
    assert "one of their sides is empty: 2" in notes and "both sides are empty: 1" in notes and "cp932" in notes
    table = write(tmp_path / "c.tsv", [f"{one}\t{other}" for one, other in zip(*code(60), strict=True)])
    held = write(tmp_path / "d.tsv", ["one two\tいち に"])
    asked = TranslatorOptions(model="translator", data="x", tokens="characters", test_source=held)
    tabled = material(asked, table)
    assert tabled.dataset.test.size == 1 and tabled.held["validation"].size == 10
    with pytest.raises(Error, match="lists of 2 and 1 sentences"):
        material(asked, (["a", "b"], ["c"]))


def test_the_languages_decide_on_vocabularies_and_on_the_tokenizer_of_bleu():
    german = wz.data.text.parallel.ParallelText("t", ("der Hund ist weiss",) * 60, ("the dog is white",) * 60)
    japanese = german._replace(target=("犬が走る。",) * 60)
    assert shared_characters(german) > 0.6 and shared_characters(japanese) == 0
    assert tokenizer_of(["the dog"]) == "13a" and tokenizer_of(["狗在跑。"]) == "zh"
    assert tokenizer_of(["犬が走る。"]) in ("char", "ja-mecab")


def test_usual_settings_follow_from_the_data():
    given = material(TranslatorOptions(model="translator", data="x", tokens="words"), tuple(map(tuple, code(100))))
    plain = settle(TranslatorOptions(model="translator", data="x", tokens="words"), given)
    assert (plain.batch_size, plain.width, plain.depth, plain.cell, plain.attention) == (16, 256, 2, "lstm", "dot")
    assert (plain.dropout, plain.label_smoothing, plain.clip, plain.learning_rate) == (0.5, 0.1, 1.0, 0.001)
    both = settle(TranslatorOptions(model="translator", data="x", direction="concatenated"), given)
    assert both.attention == "general" and learner(both, given).model.decoder.attention is not None
    none = settle(TranslatorOptions(model="translator", data="x", attention="none", label_smoothing=0.0), given)
    assert learner(none, given).model.decoder.attention is None and none.place is None
    assert type(learner(none, given).loss).__name__ == "CrossEntropy"
    assert (
        given.digest() == material(TranslatorOptions(model="translator", data="y", tokens="words"), code(100)).digest()
    )


def test_a_model_that_learned_nothing_is_told():
    given = material(TranslatorOptions(model="translator", data="x", tokens="words"), tuple(map(tuple, code(100))))
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


def test_both_languages_say_the_same():
    def names(values):
        return {name: names(one) if isinstance(one, dict) else None for name, one in values.items()}

    english, japanese = (names(texts(KIND.folder / "texts", language)) for language in LANGUAGES)
    assert english == japanese


def test_batches_keep_the_order_of_sentences(model):
    source = [" ".join(["one"] * count) for count in (20, 1, 40, 2)]
    assert len(in_batches([model.preparation.encode(one) for one in source], 64)) > 1
    assert model.translate(source, beam=1) == [model.translate([one], beam=1)[0] for one in source]
