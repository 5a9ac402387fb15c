"""From a folder of images or a data set to a VAE, its pictures and its codes, as the commands and `waza.fit` do it."""

import csv
import io
import json
import sys
from types import SimpleNamespace

import jax
import numpy as np
import pytest
from PIL import Image

import waza as wz
from waza.cli import main
from waza.core.errors import Error
from waza.data import Dataset, Split
from waza.kinds import load_model
from waza.kinds.vae.images import plain_images, plain_images_in_memory
from waza.kinds.vae.kind import KIND
from waza.kinds.vae.learner import learner, settle
from waza.kinds.vae.options import VAEOptions, VAEUseOptions
from waza.kinds.vae.outcome import pixels_of
from waza.kinds.vae.use import zoom_of

SHORT = ["--steps", "60", "--hidden", "16", "--batch-size", "32", "--lang", "en"]


def bars(count=60, seed=0):
    """Images of 8 x 8 pixels with a white bar: upright or lying, labelled by which."""
    rng = np.random.default_rng(seed)
    x, y = np.zeros((count, 8, 8), np.uint8), rng.integers(0, 2, count)
    for image, lying, place in zip(x, y, rng.integers(0, 7, count), strict=True):
        (image.T if lying else image)[:, place : place + 2] = 255
    return x, y


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """A flat folder of grey images without classes; the first one is larger, and one is damaged."""
    folder = tmp_path_factory.mktemp("photos")
    for number, image in enumerate(bars(40)[0]):
        larger = np.kron(image, np.ones((2, 2), np.uint8)) if number == 0 else image
        Image.fromarray(larger).save(folder / f"{number:02}.png")
    (folder / "broken.png").write_bytes(b"no image")
    return folder


@pytest.fixture(scope="module")
def fitted(tmp_path_factory, photos):
    """A short training by the command: its folder, its figures, and what it printed."""
    folder = tmp_path_factory.mktemp("vae")
    printed = io.StringIO()
    given = [str(photos), "--size", "8", "--latent", "2", "--out", str(folder / "model")]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "stdout", printed)
        main(["fit", "vae", *given, "--json", str(folder / "out.json"), *SHORT])
    return folder, json.loads((folder / "out.json").read_text(), parse_constant=pytest.fail), printed.getvalue()


@pytest.fixture(scope="module")
def model(fitted):
    return load_model(fitted[0] / "model")


def refused(arguments, words, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([*arguments, "--lang", "en"])
    error = capsys.readouterr().err.splitlines()
    assert stopped.value.code and words in error[-1] and len(error) == 1, error


@pytest.mark.slow
def test_the_command_keeps_a_vae_with_its_report(fitted):
    folder, found, printed = fitted
    measures, settings = found["measures"], found["settings"]
    for split in ("train", "validation", "test"):
        parts = measures[f"{split}_reconstruction"] + measures[f"{split}_kl"]
        assert measures[f"{split}_loss"] == pytest.approx(parts, rel=1e-5)
    assert measures["test_kl"] == pytest.approx(sum(measures[f"test_kl_by_dimension/z{i}"] for i in (0, 1)), rel=1e-4)
    assert found["estimate"]["images"] == 8 and found["estimate"]["nats"] == pytest.approx(measures["test_nll"])
    assert found["estimate"]["nats"] < measures["test_loss"] + 1
    assert (settings["architecture"], settings["likelihood"], settings["size"]) == ("dense", "bernoulli", [8, 8])
    assert (
        "broken.png" in printed
        and "All images are grey" in printed
        and "200 importance samples" in printed
        and "--sample 64" in printed
    )
    page = (folder / "model" / "report.html").read_text("utf-8")
    for language, title in (("en", "The plane of codes"), ("ja", "潜在変数の平面")):
        shown = [f'data-spec="{language}-{name}"' in page for name in ("curves", "plane", "divergence")]
        assert title in page and all(shown)
    assert page.count("data:image/png") == 2 * 4 and "http" not in page.split("<script")[0]


@pytest.mark.slow
def test_pictures_and_codes_of_the_command(fitted, model, photos, tmp_path, capsys):
    place, out = str(fitted[0] / "model"), tmp_path / "out.png"
    one, other = (str(photos / f"{number:02}.png") for number in (0, 1))
    sizes = {}
    for name, given in {
        "sample": ["--sample", "9"],
        "again": ["--sample", "9"],
        "seed": ["--sample", "9", "--seed", "1"],
        "interpolate": ["--interpolate", one, other],
        "reconstruct": ["--reconstruct", str(photos)],
    }.items():
        main(["use", place, *given, "--png", str(out), "--lang", "en"])
        with Image.open(out) as picture:
            sizes[name] = picture.size
        if name in ("sample", "again", "seed"):
            sizes[f"{name} bytes"] = out.read_bytes()
    assert sizes["sample bytes"] == sizes["again bytes"] != sizes["seed bytes"]
    zoom = zoom_of(np.zeros((9, 8, 8, 1)))
    assert sizes["sample"] == (3 * (8 * zoom + 2) - 2,) * 2
    assert sizes["interpolate"][0] > 11 * sizes["interpolate"][1]
    assert "broken.png" in capsys.readouterr().err
    main(["use", place, "--encode", one, other, "--output", str(tmp_path / "codes.csv"), "--lang", "en"])
    rows = list(csv.DictReader((tmp_path / "codes.csv").read_text("utf-8").splitlines()))
    assert [row["file"] for row in rows] == [one, other] and list(rows[0]) == ["file", "z0", "z1"]
    codes = np.array([[float(row["z0"]), float(row["z1"])] for row in rows])
    assert codes == pytest.approx(model.encode([one, other]), rel=1e-4)


@pytest.mark.slow
def test_mistakes_of_use_are_refused(fitted, photos, tmp_path, capsys):
    place, one = str(fitted[0] / "model"), str(photos / "00.png")
    picture = ["--png", str(tmp_path / "out.png")]
    for given, words in (
        ([], "give --sample, --interpolate or --reconstruct with --png, or --encode"),
        (["--sample", "0", *picture], "sample is 0; expected a whole number from 1 to 10000"),
        (["--sample", "4"], "give its file as --png"),
        (["--sample", "4", "--encode", one, *picture], "--sample and --encode are both given"),
        (["--interpolate", one, *picture], "given 1 files; expected two images"),
        (["--interpolate", one, str(photos / "broken.png"), *picture], "needs one image from each of two files"),
        (["--reconstruct", one, "--seed", "1", *picture], "--seed goes with --sample"),
        (["--encode", one, *picture], "--png is for a picture"),
        (["--reconstruct", str(photos / "none.png"), *picture], "there is no file"),
        (["--reconstruct", str(photos / "broken.png"), *picture], "none of the images could be read"),
    ):
        refused(["use", place, *given], words, capsys)
    assert not (tmp_path / "out.png").exists()


@pytest.mark.slow
def test_the_model_in_python(model, tmp_path):
    x = bars(5, seed=3)[0]
    codes = model.encode(x)
    assert codes.shape == (5, 2) and np.array_equal(model.reconstruct(x), model.decode(codes))
    assert model.predict(x).shape == (5, 8, 8, 1) and model.predict(x).dtype == np.uint8
    line = model.interpolate(x[:2], 4)
    assert np.array_equal(line[[0, -1]], model.decode(codes[:2])) and len(line) == 4
    assert np.array_equal(model.sample(120)[:3], model.sample(3)) and not np.array_equal(
        model.sample(3), model.sample(3, 1)
    )
    model.save(tmp_path / "kept")
    assert np.array_equal(wz.load(tmp_path / "kept").encode(x), codes)
    for call, words in (
        (lambda: model.sample(0), "expected a whole number from 1 to 10000"),
        (lambda: model.decode(np.zeros((2, 3))), r"expected codes of 2 numbers, \(n, 2\)"),
        (lambda: model.decode(np.full((1, 2), np.nan)), "not finite"),
        (lambda: model.interpolate(x[:3]), "3 images are given; expected two"),
        (lambda: model.encode(np.zeros((1, 9, 9), np.uint8)), "resize them"),
        (lambda: model.encode(np.full((1, 8, 8), np.nan)), "not finite, such as image 0"),
        (lambda: model.predict_proba(x), "no probabilities of classes"),
    ):
        with pytest.raises(Error, match=words):
            call()


def test_data_in_memory_with_and_without_labels():
    x, y = bars(30)
    assert plain_images_in_memory(x).classes == () and plain_images_in_memory((x, y)).classes == ("0", "1")
    split = Split(x[:20], y[:20])
    given = plain_images_in_memory(Dataset("bars", split, Split(x[20:], y[20:])))
    assert len(given.dataset.validation.y) == 2 and given.dataset.train.x.shape == (18, 8, 8, 1)
    assert KIND.takes(x) and KIND.takes((x, y)) and KIND.takes("photos/")
    assert not KIND.takes(np.zeros((3, 4))) and not KIND.takes("wine.csv")
    for data, words in (
        (x[:2], "2 images are given; expected 3 or more"),
        ((x, y[:-1]), "give a label for each image"),
        (x / 255, "expected uint8 in 0..255"),
    ):
        with pytest.raises(Error, match=words):
            plain_images_in_memory(data)


def test_options_that_do_not_go_together():
    for given, words in (
        ({"likelihood": "gaussian", "binarisation": "dynamic"}, "leave one of them out"),
        ({"likelihood": "bernoulli", "spread": 0.1}, "leave one of them out"),
        ({"binarisation": "static", "spread": 0.1}, "--binarisation static makes pixels black or white"),
        ({"free_bits": 0.1, "importance_samples": 5}, "--importance-samples has not"),
        ({"free_bits": 0.1, "prior": "vamp"}, "--prior vamp has not"),
        ({"architecture": "convolutional", "hidden": (9,)}, "--hidden is for a dense network"),
        ({"dropout": 0.5}, "a VAE has none"),
        ({"latent": 0}, "latent is 0"),
        ({"spread": 0.0}, "spread is 0"),
    ):
        with pytest.raises(Error, match=words):
            VAEOptions(model="vae", data="digits", **given)
    with pytest.raises(Error, match="annealing lasts 90 steps, and the training 60"):
        wz.fit("vae", bars()[0], steps=60, annealing=90)
    assert VAEUseOptions(sample=3, png="a.png").outputs() == ("a.png",)


def test_what_is_usual_follows_from_the_images():
    grey, colour = bars(30)[0], np.random.default_rng(0).integers(0, 256, (30, 8, 8, 3), np.uint8)
    shades = np.random.default_rng(0).integers(0, 256, (30, 8, 8), np.uint8)
    found = [settle(VAEOptions(model="vae", data="x"), plain_images_in_memory(x)) for x in (grey, shades, colour)]
    assert [(one.likelihood, one.binarisation, one.architecture) for one in found] == [
        ("bernoulli", "dynamic", "dense"),
        ("gaussian", None, "dense"),
        ("gaussian", None, "convolutional"),
    ]
    assert plain_images("digits", None).nearly_binary
    spread = settle(VAEOptions(model="vae", data="x", spread=0.05), plain_images_in_memory(grey))
    assert (spread.likelihood, spread.spread, spread.binarisation) == ("gaussian", 0.05, None)


def test_one_black_image_makes_no_binary_pixels():
    shades = np.random.default_rng(0).integers(0, 256, (30, 8, 8), np.uint8)
    shades[-6:, :, :4] = 0
    given = plain_images_in_memory(shades)
    given.dataset.test.x[0] = 0
    one = learner(settle(VAEOptions(model="vae", data="x", likelihood="bernoulli", binarisation="none"), given), given)
    assert pixels_of(one, given) == "grey"


@pytest.mark.parametrize("labels", [[0, 1, 2], [0, 1, -1], [0.5, 1.0, 2.0]])
def test_labels_that_the_training_does_not_have(labels):
    """They colour pictures: with a name they may be any, without one they are left out."""
    x, y = bars(30)
    test = np.resize(np.array(labels), 10)
    given = plain_images_in_memory(Dataset("bars", Split(x[:20], y[:20]), Split(x[20:], test)))
    assert given.classes == (("0", "1", "2") if labels == [0, 1, 2] else ())


@pytest.mark.slow
@pytest.mark.parametrize(
    "more",
    [
        {"importance_samples": 3, "binarisation": "static"},
        {"prior": "vamp", "beta": 0.5, "annealing": 10},
        {"free_bits": 0.2, "binarisation": "none"},
        {"architecture": "convolutional", "likelihood": "gaussian", "spread": 0.2},
    ],
)
def test_every_variant_trains(more, tmp_path):
    model = wz.fit("vae", bars(60)[0], steps=40, latent=3, batch_size=16, out=tmp_path / "model", **more)
    assert np.isfinite(model.history[-1]["validation_loss"]) and model.sample(2).shape == (2, 8, 8, 1)
    first, last = (model.history[i]["train_loss"] for i in (0, -1))
    assert last < first and (tmp_path / "model" / "report.html").is_file()


@pytest.mark.slow
def test_a_code_that_is_not_used_is_said_first():
    model = wz.fit("vae", bars(60)[0], steps=40, beta=1000.0, hidden=(8,), latent=2)
    assert any("posterior collapse" in note or "same image for all" in note for note in model.notes), model.notes


def rows_of(count, height=8, channels=1):
    return Split(np.zeros((count, height, 8, channels), np.uint8), np.zeros(count, np.int32))


@pytest.mark.parametrize(
    "data, said",
    [
        (np.zeros((9, 0, 8), np.uint8), "have no pixels"),
        (np.zeros((9, 8, 0), np.uint8), "have no pixels"),
        ((bars(20)[0], [None, "a"] * 10), "labels of several types"),
        (Dataset("x", rows_of(9), rows_of(0)), "at least one in each split"),
        (Dataset("x", rows_of(9), rows_of(4, height=7)), "images of one size"),
        (Dataset("x", rows_of(9), rows_of(4, channels=3)), "images of one size"),
    ],
)
def test_images_in_memory_that_cannot_be_learned_from(data, said):
    with pytest.raises(Error, match=said):
        wz.fit("vae", data, steps=2, hidden=(4,))


def test_codes_are_numbers(model):
    with pytest.raises(Error, match="expected numbers"):
        model.decode(np.array([["a", "b"]]))


@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian"])
def test_the_constant_image_is_the_mean_of_the_training_images(likelihood):
    given = plain_images_in_memory(bars(6)[0])
    asked = settle(VAEOptions(model="vae", data="x", likelihood=likelihood, steps=1, hidden=(4,)), given)
    made = learner(asked, given)
    trained = SimpleNamespace(best={}, variables=made.model.init(jax.random.key(0)))
    found = KIND.outcome(made, given, trained).facts["constant"]
    test, known = (np.asarray(split.x, float) / 255 for split in (given.dataset.test, given.dataset.train))
    assert len(test) == 1  # its own mean would be a perfect reconstruction
    assert found == pytest.approx(made.model.likelihood.chance(test, known), rel=1e-6)
    assert found > made.model.likelihood.chance(test) + 1
