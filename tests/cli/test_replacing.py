"""A command does not write over what it reads: its files, images in a folder, and the model."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import waza as wz
from waza.cli import main
from waza.cli.keep import writable
from waza.core.errors import Error


@pytest.fixture(scope="module")
def vae(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vae")
    images = np.random.default_rng(0).integers(0, 256, (8, 6, 6), np.uint8)
    wz.fit("vae", images, latent=2, hidden=(4,), steps=2, batch_size=4).save(folder / "model")
    (folder / "images").mkdir()
    Image.fromarray(images[0]).save(folder / "photo.png")
    Image.fromarray(images[1]).save(folder / "images" / "one.png")
    return folder


@pytest.mark.parametrize(
    "arguments",
    [
        "--reconstruct photo.png --png photo.png",
        "--encode photo.png --output photo.png",
        "--encode photo.png --output images/../photo.png",
        "--encode images --output images/one.png",
        "--sample 1 --png model/model.json",
        "--sample 1 --png model/variables.safetensors",
    ],
)
def test_what_is_read_is_not_replaced(vae, monkeypatch, capsys, arguments):
    monkeypatch.chdir(vae)
    kept = {path: path.read_bytes() for path in vae.rglob("*") if path.is_file()}
    with pytest.raises(SystemExit):
        main(["use", "model", *arguments.split(), "--lang", "en"])
    assert "would be replaced: give another name" in capsys.readouterr().err
    assert kept == {path: path.read_bytes() for path in vae.rglob("*") if path.is_file()}


def test_other_files_are_replaced(vae, monkeypatch, capsys):
    monkeypatch.chdir(vae)
    for _ in range(2):
        main(["use", "model", "--encode", "images", "--output", "images/codes.csv"])
        main(["use", "model", "--sample", "1", "--png", "model/sample.png"])
    assert Path("images/codes.csv").read_text().startswith("file,") and Path("model/sample.png").exists()


def test_a_text_and_its_translation(tmp_path, monkeypatch, capsys):
    source = [f"{a} {b}" for a in "abcdef" for b in "abcdef"]
    wz.fit("translator", (source, [one.upper() for one in source]), tokens="words", width=4, depth=1, steps=1).save(
        tmp_path / "model"
    )
    monkeypatch.chdir(tmp_path)
    Path("text.txt").write_text("a b\n")
    os.link("text.txt", "linked.txt")
    shutil.copy("text.txt", "copy.txt")
    for output in ("text.txt", "./text.txt", "linked.txt"):
        with pytest.raises(SystemExit):
            main(["use", "model", "--input", "text.txt", "--output", output])
        assert Path("text.txt").read_text() == "a b\n"
    main(["use", "model", "--input", "text.txt", "--output", "copy.txt"])
    assert Path("copy.txt").read_text() != "a b\n"


@pytest.mark.parametrize(
    "command", ["fit mlp rows.csv --target y --out m", "compare rows.csv --target y", "campaign rows.csv"]
)
def test_figures_do_not_replace_the_rows(tmp_path, monkeypatch, capsys, command):
    monkeypatch.chdir(tmp_path)
    Path("rows.csv").write_text("x,y\n1,a\n2,b\n")
    with pytest.raises(SystemExit):
        main([*command.split(), "--json", "rows.csv"])
    assert Path("rows.csv").read_text() == "x,y\n1,a\n2,b\n"
    assert "would be replaced" in capsys.readouterr().err


def test_names_that_can_be_no_path_are_not_read(tmp_path):
    written = tmp_path / "out.csv"
    written.write_text("")
    writable(written, ["x" * 5000, "a\0b", "nowhere", ""])
    with pytest.raises(Error, match="would be replaced"):
        writable(written, ["nowhere", str(written)])
