"""A kind of model is one folder and one line of the registry: a third one (`curve/`) is trained and used."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from waza.cli import main
from waza.kinds import load_model, registry


@pytest.fixture
def with_curve(monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parent)
    monkeypatch.setattr(registry, "KINDS", (*registry.KINDS, "curve.kind"))


@pytest.fixture
def points(tmp_path):
    x = np.linspace(0, 4, 64)
    np.savetxt(tmp_path / "points.txt", np.stack([x, 0.5 * x], axis=1))
    return tmp_path / "points.txt"


def refused(arguments, words, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    error = capsys.readouterr().err
    assert stopped.value.code == 2 and words in error and error.count("\n") == 1


def test_a_third_kind_is_trained_and_used(with_curve, points, tmp_path, capsys):
    out, figures = str(tmp_path / "model"), tmp_path / "out.json"
    short = ["--steps", "300", "--width", "4", "--json", str(figures), "--lang", "en"]
    main(["fit", "curve", str(points), "--out", out, *short])
    assert "use it: waza use" in capsys.readouterr().out
    facts = json.loads(figures.read_text())
    assert facts["settings"]["width"] == 4 and facts["settings"]["model"] == "curve"
    assert "tokens" not in facts["settings"] and facts["points_a_second"] > 0
    page = (tmp_path / "model" / "report.html").read_text()
    assert "A curve through the points" in page and "点を通る曲線" in page
    assert type(load_model(tmp_path / "model").preparation).__name__ == "CurvePreparation"
    (tmp_path / "new.txt").write_text("1\n3\n")
    main(["use", out, "--input", str(tmp_path / "new.txt"), "--scale", "2"])
    rows = [line.split(",") for line in capsys.readouterr().out.splitlines()]
    assert rows[0] == ["x", "y"]
    assert [float(y) for _, y in rows[1:]] == pytest.approx([1, 3], abs=0.2)


def test_its_options_are_its_own(with_curve, points, tmp_path, capsys):
    out = ["--out", str(tmp_path / "o")]
    wrong = "--size is for images and images without classes, and curve is for points"
    refused(["fit", "curve", str(points), "--size", "8", *out], wrong, capsys)
    refused(
        ["fit", "mlp", "digits", "--width", "8", *out],
        "--width is for texts, translations, corpora, dialogues and points, and mlp",
        capsys,
    )
    refused(["fit", "curve", str(points), "--width", "0", *out], "width is 0; expected a whole number", capsys)
    refused(["fit", "curv", str(points), *out], "did you mean 'curve'", capsys)
    refused(["fit", "curve", "gone.txt", *out], "no file gone.txt", capsys)


def test_the_help_shows_its_options(with_curve, capsys):
    helps = {}
    for command in ("fit", "use"):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        helps[command] = " ".join(capsys.readouterr().out.split())
    assert "for points: points per step (default: all)" in helps["fit"]
    assert (
        "for texts: units of each recurrent layer (default: 200); for translations, dialogues: units of each layer, "
        "and size of an embedding (default: 256); for corpora: values of a vector (default: 100); for points: hidden "
        "units (default: 8)" in helps["fit"]
    )
    assert "for points: a file of x and y" in helps["fit"] and "for points: curve" in helps["fit"]
    assert "--scale X factor of the predictions (default: 1.0)" in helps["use"]


@pytest.mark.parametrize("arguments", [["--help"], ["fit", "--help"], ["use", "--help"], ["compare", "--help"]])
def test_help_imports_nothing_heavy(arguments):
    code = (
        "import sys\nfrom waza.cli import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit:\n    pass\n"
        "heavy = {'jax', 'numpy', 'equinox', 'xarray', 'scipy', 'pandas', 'altair', 'rich'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
