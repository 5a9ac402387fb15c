"""The samples, and the commands of the README, which can be typed as they stand."""

import io
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from waza.cli import main, parser
from waza.cli.data import TRY
from waza.core.errors import Error
from waza.core.language import LANGUAGES
from waza.data.samples import SAMPLES, write_sample
from waza.data.tables import read_table
from waza.kinds.registry import fit_options, kind_of

ROOT = Path(__file__).parents[2]
MADE = re.compile(r"--(?:out|json|png) (\S+)")


def written(folder, language="en"):
    return {path for name in SAMPLES for path in write_sample(name, folder, language)}


def test_they_are_the_same_each_time_and_are_not_written_over_others(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    written(first), written(second)
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert all((first / file).read_bytes() == (second / file).read_bytes() for file in files)
    written(first)
    (first / "wine.csv").write_text("mine")
    with pytest.raises(Error, match=r"wine.csv is already there and has other contents"):
        write_sample("wine", first)
    assert (first / "wine.csv").read_text() == "mine"
    with pytest.raises(Error, match="did you mean 'wine'"):
        write_sample("wines", first)


def test_the_tables_hold_what_is_said_of_them(tmp_path):
    written(tmp_path)
    wine, houses, new = (read_table(tmp_path / f"{name}.csv")[0] for name in ("wine", "houses", "new"))
    assert set(wine["cultivar"]) == {"A", "B", "C"} and len(wine) == 240 and wine.isna().to_numpy().any()
    assert list(new.columns) == [name for name in wine.columns if name != "cultivar"]
    assert len(houses) == 400
    area, price = (np.asarray(houses[name], float) for name in ("area", "price"))
    assert np.corrcoef(area, price)[0, 1] > 0.6 and price.min() > 0


@pytest.mark.parametrize(("language", "prompt"), [("en", "To be"), ("ja", "船長は")])
def test_the_text_knows_the_prompt_of_the_readme(tmp_path, language, prompt):
    written(tmp_path, language)
    text, other = ((tmp_path / f"{name}.txt").read_text("utf-8") for name in ("corpus", "other"))
    assert set(prompt) | set(other) <= set(text) and len(text) > 20_000
    assert f'--prompt "{prompt}"' in (ROOT / ("README.md" if language == "en" else "README.ja.md")).read_text("utf-8")


def test_the_pictures_have_three_classes(tmp_path):
    written(tmp_path)
    classes = {path.name: len(list(path.iterdir())) for path in (tmp_path / "photos").iterdir()}
    assert classes == {"cross": 60, "disc": 60, "stripes": 60}
    with Image.open(tmp_path / "holiday.png") as picture:
        assert picture.size == (48, 48) and picture.mode == "RGB"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_lists_and_writes_them(tmp_path, monkeypatch, capsys, language):
    monkeypatch.chdir(tmp_path)
    main(["data", "sample", "--lang", language])
    listed = capsys.readouterr().out
    assert all(name in listed for name in SAMPLES)
    main(["data", "sample", "houses", "--lang", language])
    assert capsys.readouterr().out.splitlines() == ["houses.csv", TRY["houses"]]
    assert set(TRY) == set(SAMPLES)


@pytest.mark.slow
@pytest.mark.parametrize("readme", ["README.md", "README.ja.md"])
def test_every_command_of_the_readme_can_be_typed(tmp_path, monkeypatch, readme):
    """Its options exist, and what it reads is there: a sample, a data set, or what a command above it wrote."""
    monkeypatch.chdir(tmp_path)
    written(tmp_path)
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / readme).read_text("utf-8"), re.DOTALL)
    lines = [line.partition(" #")[0] for block in blocks for line in block.splitlines()]
    commands = [part.strip() for line in lines for part in line.split("&&") if part.strip().startswith("waza ")]
    assert len(commands) > 20
    made = {one for command in commands for one in MADE.findall(command)}
    for command in commands:
        words = shlex.split(command)[1:]
        options = parser(words[0]).parse_args(words)
        if options.command == "fit":
            assert kind_of(options.model, options.data).data
            given = {name: value for name, value in vars(options).items() if name in ("source", "target", "tokens")}
            fit_options(options.model, options.data, given)
        inputs = [options.data] if options.command in ("fit", "compare", "campaign") else []
        if vars(options).get("source"):
            inputs = [options.source, options.target]
        if options.command == "use":
            inputs = [options.model, *getattr(options, "input", ())]
        if vars(options).get("model") == "policy" and options.command == "fit":
            inputs = []  # an environment, which needs no file
        for name in inputs:
            assert Path(name).exists() or name in made, command


@pytest.mark.slow
@pytest.mark.parametrize(("name", "target"), [("wine", "cultivar"), ("houses", "price")])
def test_one_model_is_trained_on_a_table_and_predicts_from_standard_input(tmp_path, monkeypatch, capsys, name, target):
    monkeypatch.chdir(tmp_path)
    write_sample(name, Path())
    main(["fit", "mlp", f"{name}.csv", "--target", target, "--steps", "200", "--out", "model", "--lang", "en"])
    printed = capsys.readouterr().out
    assert "use it: waza use model --input new.csv" in printed
    assert ("accuracy" in printed.splitlines()[0]) == (name == "wine")
    page = Path("model/report.html").read_text("utf-8")
    assert f"mlp on {name}" in page and 'data-spec="en-curves"' in page
    frame, _ = read_table(Path(f"{name}.csv"))
    rows = Path(f"{name}.csv").read_bytes()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(rows)))
    main(["use", "model", "--input", "-"])
    found = [line.split(",")[0] for line in capsys.readouterr().out.splitlines()[1:]]
    assert len(found) == len(frame)
    if name == "wine":
        assert np.mean(np.array(found) == frame[target]) > 0.9
    else:
        assert np.corrcoef(np.array(found, float), np.asarray(frame[target], float))[0, 1] > 0.9
