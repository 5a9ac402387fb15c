"""From a text to a model that tells its perplexity and writes on, as the commands do it."""

import json
import re
import shutil

import jax
import numpy as np
import pytest
from scipy.special import log_softmax, softmax
from scipy.stats import chisquare

from waza import models
from waza.cli import main
from waza.core.errors import Error
from waza.data import Dataset, Pieces, Split
from waza.data.image_preparation import ImagePreparation
from waza.data.text.growing import Growing
from waza.engine.pace import Pace
from waza.kinds import Model, load_model, save_model
from waza.kinds.fitting import divergence, fit_in_folder
from waza.kinds.language_model.generation import generate
from waza.kinds.language_model.learner import lanes_and_window
from waza.kinds.language_model.options import TextOptions
from waza.kinds.registry import kind_of
from waza.nn import Pass
from waza.study import Interrupted

VERSE = "the cat sat on the mat and the dog ate a hat\n"
JAPANESE = """吾輩は猫である。名前はまだ無い。
どこで生れたかとんと見当がつかぬ。何でも薄暗いじめじめした所でニャーニャー泣いていた事だけは記憶している。
吾輩はここで始めて人間というものを見た。しかもあとで聞くとそれは書生という人間中で一番獰悪な種族であったそうだ。
この書生というのは時々我々を捕えて煮て食うという話である。しかしその当時は何という考もなかったから別段恐しいとも思わなかった。
"""
SMALL = {"model": "language-model", "width": 16, "depth": 1, "dropout": 0.0, "patience": 0}


@pytest.fixture(scope="module")
def verses(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "verses.txt"
    path.write_text(VERSE * 100)
    return path


@pytest.fixture(scope="module")
def fitted(verses, tmp_path_factory):
    """A model of verses that are all the same."""
    given = TextOptions(data=str(verses), steps=400, learning_rate=0.02, batch_size=2, **SMALL)
    return fit_in_folder(given, tmp_path_factory.mktemp("fitted") / "model")


@pytest.fixture(scope="module")
def model(fitted):
    return load_model(fitted.folder.path)


def written(model, *arguments, **settings):
    return "".join(generate(model, *arguments, **settings))


def test_a_repeated_text_is_learned_and_written_on(fitted, model):
    measures = fitted.result["measures"]
    assert measures["test_perplexity"] < 1.2 and measures["test_accuracy"] > 0.95  # each lane begins with no past
    assert np.exp(model.loss(model.preparation.tokenizer.encode(VERSE * 20))) < 1.06
    assert measures["test_perplexity"] == pytest.approx(np.exp(measures["test_loss"]), rel=1e-5)
    assert fitted.result["tokens_a_second"] > 0 and fitted.devices == 2
    assert fitted.result["parameters"] == sum(leaf.size for leaf in jax.tree.leaves(model.variables))
    assert written(model, VERSE + VERSE[:7], 60, temperature=0) == (VERSE * 3)[7:67]


def test_the_page_shows_samples_in_both_languages(fitted):
    page = (fitted.folder.path / "report.html").read_text()
    assert "Generated text" in page and "生成した文章" in page and "temperature 0.8" in page and "温度 0.8" in page
    assert "confusion" not in page.split("<script")[0] and "http" not in page.split("<script")[0]
    assert "パープレキシティ" in page and page.count('class="sample"') == 6


def test_the_command_tells_perplexity_and_how_to_go_on(fitted, verses, capsys):
    short = [
        "--width",
        "16",
        "--depth",
        "1",
        "--dropout",
        "0",
        "--patience",
        "0",
        "--steps",
        "400",
        "--batch-size",
        "2",
    ]
    arguments = ["fit", "language-model", str(verses), "--out", str(fitted.folder.path), *short]
    main([*arguments, "--learning-rate", "0.02", "--lang", "en"])
    said = " ".join(capsys.readouterr().out.split())
    for words in ("perplexity", "accuracy", "tokens per second", "parameters", "The alphabet", "--prompt"):
        assert words in said
    assert "is finished" in said and "images" not in said
    with pytest.raises(SystemExit):
        main([*arguments, "--learning-rate", "0.02", "--cell", "gru"])
    assert "other settings (cell: 'lstm' there, 'gru' now)" in capsys.readouterr().err


def test_use_tells_the_perplexity_of_a_file(fitted, model, tmp_path, capsys):
    text = VERSE + "the hat sat on a dog and xylophone\n"
    (tmp_path / "new.txt").write_text(text)
    main(["use", str(fitted.folder.path), "--input", str(tmp_path / "new.txt")])
    names, row = (line.split(",") for line in capsys.readouterr().out.splitlines())
    found = dict(zip(names, row, strict=True))
    ids = model.preparation.tokenizer.encode(text)
    outputs = np.asarray(model.model.apply(jax.device_put(model.variables), jax.device_put(ids[None, :-1]), Pass()))
    losses = -log_softmax(outputs[0], axis=1)[np.arange(len(ids) - 1), ids[1:]]
    assert float(found["loss"]) == pytest.approx(losses.mean(), rel=1e-4)
    assert float(found["perplexity"]) == pytest.approx(np.exp(losses.mean()), rel=1e-4)
    assert int(found["tokens"]) == len(text) and float(found["unknown"]) == pytest.approx(
        4 / len(text)
    )  # x, y, l and p


def test_a_loss_is_that_of_its_pieces(model, monkeypatch):
    ids = model.preparation.tokenizer.encode(VERSE * 3)
    whole = model.loss(ids)
    monkeypatch.setattr("waza.kinds.language_model.model.AT_ONCE", 50)
    assert load_again(model).loss(ids) == pytest.approx(whole, rel=1e-5)


def load_again(model):
    return type(model)(model.model, model.variables, model.preparation)


# Writing.


def test_writing_follows_from_the_seed(model):
    wild = {"temperature": 2.0, "length": 40}
    assert written(model, "the", seed=1, **wild) == written(model, "the", seed=1, **wild)
    assert written(model, "the", seed=1, **wild) != written(model, "the", seed=2, **wild)
    assert written(model, "the", seed=1, temperature=0) == written(model, "the", seed=2, temperature=0)
    assert len(written(model, "the", 37, 1.0)) == 37 and written(model, "the", 0) == ""
    assert written(model, "the", 50, 1.0, seed=3).startswith(written(model, "the", 20, 1.0, seed=3))


def test_temperature_0_writes_the_most_probable(model):
    ids = model.preparation.tokenizer.encode("dog the" + written(model, "dog the", 20, temperature=0))
    outputs = np.asarray(model.model.apply(jax.device_put(model.variables), jax.device_put(ids[None]), Pass()))[0]
    assert outputs[6:-1].argmax(axis=1).tolist() == ids[7:].tolist()


def test_tokens_are_drawn_as_the_equation_says(model):
    temperature, draws = 4.0, 400
    tokenizer = model.preparation.tokenizer
    prompt = tokenizer.encode("the ")
    logits = np.asarray(model.model.apply(jax.device_put(model.variables), jax.device_put(prompt[None]), Pass()))[0, -1]
    first = [int(next(model.tokens(prompt, temperature, seed))[0]) for seed in range(draws)]
    expected = softmax(logits.astype(float) / temperature) * draws
    likely = expected >= 5
    counts = np.bincount(first, minlength=len(logits))
    few = np.flatnonzero(likely)[0]  # takes those that are too few for the test
    counts[few] += counts[~likely].sum()
    expected[few] += expected[~likely].sum()
    assert likely.sum() > 3
    assert chisquare(counts[likely], expected[likely]).pvalue > 1e-4


def test_use_writes_after_the_prompt(fitted, model, capsys):
    folder = str(fitted.folder.path)
    main(["use", folder, "--prompt", "the ", "--temperature", "0", "--length", "30", "--lang", "en"])
    assert capsys.readouterr().out == "the " + written(model, "the ", 30, temperature=0) + "\n"
    main(["use", folder, "--prompt", "猫 the", "--length", "5", "--lang", "ja"])
    printed = capsys.readouterr()
    assert printed.out.startswith("猫 the") and "5 トークンのうち 1 個" in printed.err


def test_an_empty_prompt_is_the_beginning_of_a_line(model):
    assert written(model, "", 20, temperature=0) == written(model, "\n", 20, temperature=0)


def test_characters_come_whole():
    """Bytes of a character that come as tokens of their own are held back until it is whole."""
    pieces = Pieces.learn(VERSE * 20, size=270)
    text = "the 猫 sat 𠮷"
    ids = pieces.encode("\n" + text)
    growing = Growing(pieces, int(ids[0]))
    told = [growing.more(int(token)) for token in ids[1:]]
    assert "".join(told) + growing.rest() == text
    assert not any("�" in piece for piece in told) and "猫" in told
    growing = Growing(pieces, int(ids[0]))
    told = [growing.more(int(token)) for token in pieces.encode("a猫")[:-1]]  # cut off within a character
    assert set("".join(told)) <= set(" a") and growing.rest() in ("�", "��")


@pytest.mark.slow
def test_japanese_in_pieces(tmp_path):
    (tmp_path / "cat.txt").write_text(JAPANESE * 15, encoding="cp932")
    given = TextOptions(data=str(tmp_path / "cat.txt"), tokens="pieces", steps=60, learning_rate=0.02, **SMALL)
    fitted = fit_in_folder(given, tmp_path / "model")
    said = [note.say("ja") for note in fitted.material.notes]
    assert any("cp932" in one for one in said) and any("サブワード" in one for one in said)
    model = load_model(tmp_path / "model")
    assert fitted.options.vocabulary == model.preparation.outputs == model.preparation.tokenizer.size
    text = written(model, "吾輩は", 20, temperature=0.5)
    assert text and text == written(model, "吾輩は", 20, temperature=0.5)
    assert fitted.result["measures"]["test_perplexity"] < fitted.options.vocabulary / 4


# The training.


@pytest.mark.slow
def test_what_is_stopped_goes_on_with_the_same_bits(verses, stops_after, tmp_path, monkeypatch):
    monkeypatch.setattr(Pace, "steps", lambda self: 7)  # within a pass over the lanes
    given = TextOptions(data=str(verses), steps=30, cell="gru", **{**SMALL, "dropout": 0.2})
    fit_in_folder(given, tmp_path / "whole")
    stops = 0
    while True:
        try:
            fit_in_folder(given, tmp_path / "parts", stops_after(12))
            break
        except Interrupted:
            stops += 1
    assert stops >= 2
    for name in ("variables.safetensors", "history.json", "model.json"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "parts" / name).read_bytes()


def test_a_loss_that_is_no_number_names_clipping(verses, tmp_path):
    wild = {"optimizer": "sgd", "learning_rate": 1e38, "schedule": "constant", "warm_up": 0, "steps": 20}
    fitted = fit_in_folder(TextOptions(data=str(verses), clip=0.0, **wild, **SMALL), tmp_path / "o")
    assert fitted.result["ending"] == "diverged"
    said = str(divergence(fitted.kind, fitted.options, fitted.result, fitted.folder.path))
    assert re.search(r"at step \d+ the gradient was (largest|no number) in (embedding|output|recurrent)", said)
    assert "smaller than 1e+38" in said and "clip gradients (--clip 1)" in said and re.search(r"at step \d+", said)


def test_short_texts_have_fewer_lanes_and_shorter_windows():
    def streams(places):
        x = np.zeros(20 * places, np.int32)
        return Dataset("d", Split(x, x), Split(x[:places], x[:places]), Split(x[:places], x[:places]))

    assert lanes_and_window(streams(10_000), 64, None, None) == (20, 64)
    assert lanes_and_window(streams(800), 64, None, None) == (20, 40)
    assert lanes_and_window(streams(98), 64, None, None) == (6, 16)
    assert lanes_and_window(streams(9), 64, None, None) == (1, 9)
    assert lanes_and_window(streams(98), 64, 2, None) == (2, 49)
    assert lanes_and_window(streams(98), 64, None, 40) == (2, 40)
    for lanes, window in ((99, None), (None, 99), (10, 10)):
        with pytest.raises(Error, match=r"98 tokens to predict, and a step would read \d+ x \d+ .*: give less"):
            lanes_and_window(streams(98), 64, lanes, window)


def test_an_epoch_is_a_pass_over_the_windows(verses):
    kind = kind_of("language-model")
    given = TextOptions(data=str(verses), epochs=3, batch_size=4, window=10, **SMALL)
    material = kind.read(given, None)
    settings = kind.settle(given, material)
    assert settings.steps == 3 * (len(material.dataset.train.y) // 4 // 10)
    learner = kind.learner(settings, material)
    assert learner.optimizer.limit == 1.0 and learner.window == 10 and learner.model.tied


# Mistakes.


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["verses.txt", "--size", "8"], "and language-model is for texts: leave it out"),
        (["verses.txt", "--norm"], "--norm is for images"),
        (["verses.txt", "--no-augment"], "--no-augment is for images"),
        (["verses.txt", "--tokens", "word"], "did you mean 'words'"),
        (["verses.txt", "--cell", "lsmt"], "did you mean 'lstm'"),
        (["verses.txt", "--clip", "-1"], "clip is -1.0"),
        (["verses.txt", "--vocabulary", "9"], "characters are not limited"),
        (["verses.txt", "--tokens", "pieces", "--vocabulary", "100000"], "--vocabulary 100000: size=100000 given"),
        (["verses.txt", "--window", "1000"], "give less, or a longer text"),
        (["short.txt"], "expected at least 2,000"),
        (["line.txt", "--tokens", "words"], "expected more than 8"),
        (["nul.txt"], "holds a NUL byte"),
        (["gone.txt"], "neither a text's file nor a text of the catalogue"),
        (["tinyshakespear"], "did you mean 'tinyshakespeare'"),
    ],
)
def test_mistakes_take_one_line(verses, tmp_path, capsys, monkeypatch, more, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "verses.txt").symlink_to(verses)
    (tmp_path / "short.txt").write_text(VERSE)
    (tmp_path / "line.txt").write_text(("a" * 19 + " ") * 100)
    (tmp_path / "nul.txt").write_bytes(VERSE.encode() + b"\0" * 9)
    refused(["fit", "language-model", *more, "--out", "o"], words, capsys)
    assert not (tmp_path / "o").exists()


def refused(arguments, words, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    error = capsys.readouterr().err
    assert stopped.value.code == 2 and words in error and error.count("\n") == 1


def test_options_of_texts_are_not_those_of_images(tmp_path, capsys):
    for option, value in {"tokens": "words", "window": "9", "clip": "1", "width": "9"}.items():
        words = "and mlp is for images: leave it out"
        refused(["fit", "mlp", "digits", f"--{option}", value, "--out", str(tmp_path / "o")], words, capsys)


def test_prompts_are_for_language_models(fitted, tmp_path, capsys):
    network = models.MLP((12, 2))
    variables = network.init(jax.random.key(0))
    save_model(tmp_path / "images", Model(network, variables, ImagePreparation((2, 2), 3, ("a", "b"))))
    text, images = str(fitted.folder.path), str(tmp_path / "images")
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff\0\0")
    refused(["use", images, "--prompt", "a"], "--prompt is for texts, and this model is for images", capsys)
    with pytest.raises(Error, match="expected a language model"):
        generate(load_model(tmp_path / "images"), "a")
    refused(["use", text, "--input", str(tmp_path / "a.jpg")], "holds a NUL byte", capsys)
    refused(["use", text], "give --input with files to predict on, or --prompt", capsys)
    refused(["use", text, "--prompt", "a", "--input", "x"], "--input and --prompt are both given", capsys)
    refused(["use", text, "--input", "x", "--temperature", "1"], "--temperature goes with --prompt", capsys)
    refused(["use", text, "--prompt", "a", "--output", "x"], "--output goes with --input", capsys)
    refused(
        ["use", text, "--prompt", "a", "--temperature", "-1"],
        "temperature is -1.0; expected a number from 0 to",
        capsys,
    )
    refused(["use", text, "--prompt", "a", "--temperature", "nan"], "temperature is nan", capsys)
    for wrong in (-1.0, np.nan, np.inf):
        with pytest.raises(Error, match=f"temperature is {wrong}"):
            generate(load_model(fitted.folder.path), "a", temperature=wrong)


@pytest.mark.parametrize(
    "damage",
    [
        lambda facts: facts["preparation"].pop("tokenizer"),
        lambda facts: facts["preparation"]["tokenizer"].update(kind="letters"),
        lambda facts: facts["preparation"]["tokenizer"].update(alphabet="abc"),
        lambda facts: facts["preparation"]["tokenizer"].update(alphabet="aa"),
        lambda facts: facts["preparation"]["tokenizer"].update(kind="pieces", model="AAAA"),
        lambda facts: facts["preparation"].update(of="images"),
        lambda facts: facts["model"].update({"class": "waza.nn.dense.Dense"}),
        lambda facts: facts["model"]["fields"].update(vocabulary=9),
    ],
)
def test_damaged_models_take_one_line(fitted, tmp_path, capsys, damage):
    shutil.copytree(fitted.folder.path, tmp_path / "model")
    facts = json.loads((tmp_path / "model" / "model.json").read_text())
    damage(facts)
    (tmp_path / "model" / "model.json").write_text(json.dumps(facts))
    refused(["use", str(tmp_path / "model"), "--prompt", "a"], "is damaged", capsys)
