"""From a folder of images to a model and its answers, as the commands do it."""

import dataclasses
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from waza import nn, optim
from waza.cli import main
from waza.core.errors import Error
from waza.data.image_preparation import ImagePreparation
from waza.kinds import load_model
from waza.kinds.classifier.images import images
from waza.kinds.classifier.networks import NETWORKS
from waza.kinds.classifier.options import ImageOptions
from waza.kinds.events import INSTALL
from waza.kinds.fitting import divergence, fit_in_folder
from waza.kinds.options import TrainingOptions
from waza.kinds.registry import kind_of
from waza.kinds.settling import optimizer_of, settled

WAZA = [sys.executable, "-c", "from waza.cli import main; main()"]
SHORT = ["--size", "8", "--steps", "40", "--batch-size", "16", "--lang", "en"]


@pytest.fixture(scope="module")
def fitted(stripes_folder, tmp_path_factory, shared_cache):
    """A model that was trained by the command, and what the command wrote besides."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WAZA_CACHE", str(shared_cache))
        folder = tmp_path_factory.mktemp("fitted")
        more = ["--tensorboard", "--json", str(folder / "out.json")]
        main(["fit", "mlp", str(stripes_folder), "--out", str(folder / "model"), *SHORT, *more])
    return folder


def test_a_folder_becomes_a_model_with_its_report(fitted):
    facts = json.loads((fitted / "out.json").read_text(), parse_constant=pytest.fail)
    assert facts["measures"]["test_accuracy"] > 0.9
    assert facts["best_step"] <= facts["steps"] == 40 and facts["images_a_second"] > 0
    assert facts["settings"]["learning_rate"] == 0.001 and facts["settings"]["size"] == [8, 8]
    names = {path.name for path in (fitted / "model").iterdir()}
    assert names >= {"model.json", "variables.safetensors", "history.json", "result.json", "report.html", "events"}
    assert "checkpoint.safetensors" not in names
    history = json.loads((fitted / "model" / "history.json").read_text())
    assert [one["step"] for one in history] == list(range(41))
    page = (fitted / "model" / "report.html").read_text()
    assert "混同行列" in page and "Saliency" in page
    assert "http" not in page.split("<script")[0] and "<link" not in page
    assert any((fitted / "model" / "events").glob("events*"))


def test_the_model_answers_as_it_was_trained(fitted, stripes_folder, capsys):
    result = json.loads((fitted / "model" / "result.json").read_text())
    given = images(str(stripes_folder), (8, 8), (8, 8))
    outputs = load_model(fitted / "model").outputs(given.dataset.test.x)
    accuracy = np.mean(outputs.argmax(axis=1) == given.dataset.test.y)
    assert accuracy == pytest.approx(result["measures"]["test_accuracy"])
    main(["use", str(fitted / "model"), "--input", str(stripes_folder / "upright")])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "file,rank,class,probability"
    files = list((stripes_folder / "upright").iterdir())
    assert len(lines) == 1 + 2 * len(files)
    rows = [line.split(",") for line in lines[1:]]
    assert [row[1] for row in rows[:2]] == ["1", "2"]
    assert float(rows[0][3]) + float(rows[1][3]) == pytest.approx(1)
    assert np.mean([row[2] == "upright" for row in rows if row[1] == "1"]) > 0.9


def test_damaged_files_are_named_and_skipped(fitted, stripes_folder, tmp_path, capsys):
    good = next((stripes_folder / "level").iterdir())
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    (tmp_path / "text.png").write_text("text")
    Image.new("CMYK", (20, 10)).save(tmp_path / "print.jpg")
    some = [str(tmp_path / name) for name in ("broken.jpg", "text.png", "print.jpg")]
    main(
        ["use", str(fitted / "model"), "--input", str(good), *some, "--lang", "en", "--output", str(tmp_path / "a.csv")]
    )
    printed = capsys.readouterr()
    assert "broken.jpg" in printed.err and "text.png" in printed.err and "CMYK" in printed.err
    lines = (tmp_path / "a.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines[1::2]] == [str(good), str(tmp_path / "print.jpg")]
    with pytest.raises(SystemExit) as stopped:
        main(["use", str(fitted / "model"), "--input", *some[:2]])
    error = capsys.readouterr().err
    assert stopped.value.code == 2 and "none of the images could be read" in error and error.count("\n") == 1


def test_a_finished_folder_is_not_trained_again(fitted, stripes_folder, capsys):
    before = (fitted / "model" / "variables.safetensors").stat().st_mtime_ns
    arguments = ["fit", "mlp", str(stripes_folder), "--out", str(fitted / "model"), *SHORT]
    main(arguments)
    assert "is finished" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main([*arguments, "--learning-rate", "0.01"])
    error = capsys.readouterr().err
    assert "other settings (learning_rate: 0.001 there, 0.01 now)" in error and error.count("\n") == 1
    assert (fitted / "model" / "variables.safetensors").stat().st_mtime_ns == before
    shutil.copytree(fitted / "model", fitted / "copy")
    main([*arguments[:4], str(fitted / "copy"), *arguments[5:], "--seed", "1", "--fresh", "--lang", "ja"])
    assert "正解率" in capsys.readouterr().out
    assert (fitted / "copy" / "variables.safetensors").read_bytes() != (
        fitted / "model" / "variables.safetensors"
    ).read_bytes()


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["fit", "small-alexnett", "photos", "--out", "o"], "did you mean 'small-alexnet'"),
        (["fit", "mlp", "digitz", "--out", "o"], "did you mean 'digits'"),
        (["fit", "mlp", "empty", "--out", "o"], "holds no images"),
        (["fit", "mlp", "photos", "--size", "big", "--out", "o"], "--size 'big'"),
        (["fit", "mlp", "photos", "--size", "0x4", "--out", "o"], "--size '0x4'"),
        (["fit", "mlp", "digits", "--size", "32", "--out", "o"], "28 x 28 pixels, and 32 x 32 is asked for"),
        (["fit", "simple-convnet", "photos", "--size", "4", "--out", "o"], "simple-convnet on images of 4 x 4"),
        (["fit", "alexnet", "photos", "--size", "227", "--norm", "--out", "o"], "alexnet takes no norm"),
        (["fit", "mlp", "photos", "--optimizer", "adamm", "--out", "o"], "did you mean 'adam'"),
        (["fit", "mlp", "photos", "--schedule", "cosin", "--out", "o"], "did you mean 'cosine'"),
        (["fit", "mlp", "photos", "--dropout", "1", "--out", "o"], "dropout is 1.0"),
        (["fit", "mlp", "photos", "--learning-rate", "-1", "--out", "o"], "learning_rate is -1.0"),
        (["fit", "mlp", "photos", "--steps", "3", "--epochs", "3", "--out", "o"], "give one of them"),
        (["fit", "mlp", "photos", "--size", "8", "--out", "taken"], "holds other files"),
        (["fit", "mlp", "photos", "--out", "file"], "cannot write"),
        (["fit", "mlp", "photos"], "--out"),
        (["use", "empty", "--input", "photos"], "holds no model"),
    ],
)
def test_mistakes_take_one_line(stripes_folder, tmp_path, capsys, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").symlink_to(stripes_folder)
    (tmp_path / "empty").mkdir()
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    error = capsys.readouterr().err
    assert stopped.value.code == 2
    assert words in error
    assert error.count("\n") == 1


def test_tensorboard_that_is_missing_is_said(stripes_folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(SystemExit):
        main(["fit", "mlp", str(stripes_folder), "--out", str(tmp_path / "o"), *SHORT, "--tensorboard"])
    assert INSTALL in capsys.readouterr().err


def test_too_large_a_rate_is_named_and_the_best_before_kept(stripes_folder, tmp_path):
    given = ImageOptions(
        model="mlp", data=str(stripes_folder), size=(8, 8), steps=40, batch_size=16, optimizer="sgd",
        learning_rate=1e30, schedule="constant", warm_up=0,
    )  # fmt: skip
    fitted = fit_in_folder(given, tmp_path / "o")
    assert fitted.result["ending"] == "diverged"
    said = str(divergence(fitted.kind, fitted.options, fitted.result, fitted.folder.path))
    assert "give a learning rate smaller than 1e+30" in said and re.search(r"gradient was .* in (hidden|output)", said)
    assert load_model(tmp_path / "o").preparation.classes == ("level", "upright")


@pytest.mark.slow
def test_ctrl_c_keeps_what_was_done_and_goes_on(stripes_folder, tmp_path):
    def start(out, **settings):
        arguments = ["fit", "mlp", str(stripes_folder), "--size", "8", "--batch-size", "16", "--steps", "3000"]
        more = ["--patience", "0", "--out", str(tmp_path / out)]
        return subprocess.Popen([*WAZA, *arguments, *more], stdout=subprocess.DEVNULL, **settings)

    process = start("stopped", stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "stopped" / "checkpoint.safetensors").is_file():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130 and "goes on from there" in said and said.count("\n") < 9
    other = subprocess.run([*WAZA, "use", str(tmp_path / "stopped"), "--input", "x"], capture_output=True, text=True)
    assert other.returncode == 2 and "holds no model" in other.stderr
    assert start("stopped").wait(300) == 0
    assert start("whole").wait(300) == 0
    for name in ("variables.safetensors", "history.json", "model.json"):
        assert (tmp_path / "stopped" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


# The parts.


@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_every_classifier_can_be_built(name, stripes, monkeypatch):
    """On images of its usual size, with what is usual."""
    kind = kind_of(name)
    side = {"alexnet": 227, "small-alexnet": 64, "mlp": 32}.get(name, 28)
    x = np.zeros((200, side, side, 3), np.uint8)
    data = stripes._replace(train=stripes.train._replace(x=x, y=stripes.train.y[:200]))
    preparation = ImagePreparation((side, side), 3, ("a", "b"))
    given = dataclasses.replace(images("digits", None, (8, 8)), dataset=data, preparation=preparation, photographs=True)
    settings = kind.settle(ImageOptions(model=name, data="x", precision="float32"), given)
    learner = kind.learner(settings, given)
    assert learner.batch_size == 25 and settings.steps == 1500
    assert isinstance(learner.augment.parts[1], nn.RandomFlip)
    assert set(kind.models[name]) == {"en", "ja"}


def test_digits_are_not_mirrored():
    given = images("digits", None, (8, 8))
    assert not given.photographs and given.preparation.shape == (28, 28, 1)
    assert given.preparation.classes == tuple("0123456789")
    assert len(given.dataset.validation.y) == 400
    kind = kind_of("mlp")
    learner = kind.learner(kind.settle(ImageOptions(model="mlp", data="digits"), given), given)
    assert [type(part) for part in learner.augment.parts] == [nn.RandomCrop]


def test_settings_become_an_optimizer():
    given = TrainingOptions(model="m", data="d", steps=100, warm_up=10, weight_decay=0.1, optimizer="nesterov")
    optimizer = optimizer_of(settled(given, 1000, "adam"))
    assert isinstance(optimizer, optim.WeightDecay) and isinstance(optimizer.optimizer, optim.Nesterov)
    rate = optimizer.learning_rate
    assert float(rate(9)) == pytest.approx(0.01) and float(rate(0)) == pytest.approx(0.001)
    assert float(rate(100)) == pytest.approx(0.0, abs=1e-9)
    for schedule in ("constant", "step", "exponential"):
        one = optimizer_of(settled(dataclasses.replace(given, schedule=schedule, warm_up=0), 1000, "adam"))
        assert float(getattr(one.learning_rate, "initial", one.learning_rate)) == pytest.approx(0.01)


def test_grey_images_are_made_as_pillow_makes_them():
    pixels = np.random.default_rng(0).integers(0, 256, (2, 5, 4, 3)).astype(np.uint8)
    from waza.data.image_reading import Photographs

    grey = ImagePreparation((5, 4), 1, ("a", "b")).apply(Photographs(("x", "y"), pixels))
    expected = np.asarray(Image.fromarray(pixels[0]).convert("L"))
    assert np.abs(grey[0, ..., 0].astype(int) - expected).max() <= 1


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    "facts",
    [
        {"size": [8], "channels": 3, "classes": ["a"]},
        {"size": [8, 0], "channels": 3, "classes": ["a"]},
        {"size": [8, 8], "channels": 2, "classes": ["a"]},
        {"size": [8, 8], "channels": 3, "classes": ["a", "a"]},
        {"size": [8, 8], "channels": 3, "classes": ["a", 1]},
    ],
)
def test_facts_that_are_no_preparation_are_refused(facts):
    with pytest.raises(ValueError):
        ImagePreparation.from_json(facts)


def test_what_cannot_be_read_leaves_the_others_in_their_order(tmp_path):
    colours = {"a.png": 10, "c.png": 20, "e.png": 30}
    for name, colour in colours.items():
        Image.new("RGB", (4, 4), (colour, colour, colour)).save(tmp_path / name)
    for name in ("b.png", "d.png"):
        (tmp_path / name).write_bytes(b"no image")
    preparation = ImagePreparation((4, 4), 1, ("x", "y"))
    given, notes = preparation.read([tmp_path])
    assert [Path(name).name for name in given.names] == list(colours)
    assert preparation.apply(given)[:, 0, 0, 0].tolist() == list(colours.values())
    said = " ".join(note.say("en") for note in notes)
    assert "b.png" in said and "d.png" in said


def test_missing_files_are_named(fitted):
    with pytest.raises(Error, match=r"no file gone\.png"):
        load_model(fitted / "model").preparation.read([Path("gone.png")])
