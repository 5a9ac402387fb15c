"""Public names and their types, comparisons in Python, progress outside of the command, the code of the README."""

import dataclasses
import functools
import re
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import waza as wz
from waza.study import progress

ROOT = Path(__file__).parents[1]
SMALL = {"steps": 30, "hidden": (8,), "learning_rate": 0.02}


def rows(count=60):
    """Inputs, and what decides their class."""
    x = np.random.default_rng(0).normal(size=(count, 3))
    return x, x[:, 0] + x[:, 1] > 0


# Comparisons.


@pytest.mark.parametrize(
    ("data", "more", "words"),
    [
        (lambda x, y: (x, y), {"tried": ["adan"]}, "did you mean 'adam'"),
        (lambda x, y: (x, y), {"tried": "adam"}, r"expected a list of techniques"),
        (lambda x, y: (x, y), {"model": "alexnet"}, "alexnet is for images"),
        (lambda x, y: (x, y), {"model": "alexnett"}, "did you mean 'alexnet'"),
        (lambda x, y: (x, y[:-1]), {}, "x has 60 rows and y has 59"),
        (lambda x, y: [x, y], {}, r"a list is given as data; expected \(x, y\)"),
    ],
)
@pytest.mark.wrong_types
def test_mistakes_of_a_comparison_take_one_line(data, more, words):
    with pytest.raises(wz.Error, match=words):
        wz.compare(data(*rows()), **more)


# Progress.


def test_a_notebook_shows_one_line(monkeypatch):
    lines = []
    handle = types.SimpleNamespace(update=lambda bundle, raw: lines.append(bundle["text/plain"]))
    display = types.ModuleType("IPython.display")
    display.display = lambda bundle, raw, display_id: handle
    shell = types.SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    monkeypatch.setattr(progress, "DRAW_SECONDS", 0.0)
    x, y = rows()
    wz.fit("mlp", (x, y), **SMALL)
    assert any(re.fullmatch(r"mlp: validation .*: \d+ %, about \d+ s left", line) for line in lines)
    assert "• Rows that are trained on: 36" in lines[-1]
    lines.clear()
    wz.fit("mlp", (x, y), watch=wz.Watch(), **SMALL)
    assert not lines


def test_a_terminal_shows_a_bar_and_a_file_nothing(monkeypatch, capsys):
    x, y = rows()
    wz.fit("mlp", (x, y), **SMALL)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    wz.fit("mlp", (x, y), **SMALL)
    printed = capsys.readouterr()
    assert not printed.out and "mlp: " in printed.err and "• Rows that are trained on: 36" in printed.err


# Names.


def test_importing_the_package_imports_nothing_heavy():
    code = "import sys, waza; print([name for name in ('jax', 'numpy', 'pandas', 'rich') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


def test_every_public_name_is_there():
    assert dir(wz) == sorted(wz.__all__) and "__version__" in dir(wz)
    for name in wz.__all__:
        assert getattr(wz, name) is not None
    assert re.match(r"\d+\.\d+", wz.__version__)
    with pytest.raises(AttributeError, match="no attribute 'fitt'"):
        _ = wz.fitt


@pytest.mark.slow
def test_type_checkers_see_all_names(tmp_path):
    """The imports for type checkers are the table of names; a checker knows the types and finds misspelt names."""
    names = [name for name in wz.__all__ if name != "load"]
    snippet = tmp_path / "snippet.py"
    uses = ["wz.fit", "wz.Study", "wz.run", "wz.compare", "wz.load", "wz.fit('mlp', ([[1.0]], [1]))", "wz.__version__"]
    lines = [f"reveal_type({use})" for use in [*uses, *map("wz.{}".format, names)]]
    snippet.write_text("\n".join(["import waza as wz", *lines, "wz.fitt"]))
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(ROOT / ".mypy_cache"), str(snippet)]
    found = subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout
    revealed = re.findall(r'Revealed type is "(.*)"', found)
    assert len(revealed) == len(uses) + len(names) and "Any" not in revealed, found
    assert revealed[5] == "waza.kinds.model.Model" and 'has no attribute "fitt"' in found


# The README.


def blocks(name):
    """The Python parts of a README."""
    return re.findall(r"```python\n(.*?)```", (ROOT / name).read_text("utf-8"), re.DOTALL)


def test_both_readmes_have_the_same_code():
    """But for comments, and for the names of variants."""
    english, japanese = (
        [re.sub(r'\s*#.*|"[^"\n]*":', "", part) for part in blocks(name)] for name in ("README.md", "README.ja.md")
    )
    assert english == japanese


@pytest.mark.slow
def test_the_python_of_the_readme_runs(tmp_path, monkeypatch):
    """With less to do: few steps, one technique. The comparison keeps nothing."""
    monkeypatch.chdir(tmp_path)
    x, y = rows()
    names = {"x": x, "y": y, "new_rows": x[:5], "frame": pd.DataFrame(x, columns=["a", "b", "price"])}
    fit, compare = wz.kinds.fit, wz.comparison.compare
    monkeypatch.setattr(wz.kinds, "fit", functools.partial(fit, **SMALL))
    short = {"steps": 5, "tried": ["early_stopping"], "max_seeds": 10}
    monkeypatch.setattr(wz.comparison, "compare", functools.partial(compare, **short))
    for part in blocks("README.md"):
        exec(part, names)
    assert names["model"].predict(x[:5]).dtype == bool
    found = names["found"]
    assert "On your data: early stopping" in found.answer() and found.page is None and found.folder is None
    assert [one.technique for one in found.outcomes] == ["early_stopping"] and found.results.sizes["seed"] == 10
    assert found.model.predict(names["frame"]).dtype == float
    study = dataclasses.replace(names["study"], steps=2, evaluate_every=1, seeds=2, block=2)
    assert wz.run(study)["test_accuracy"].dims == ("variant", "seed", "step")
