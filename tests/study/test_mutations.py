"""Damaged study files: an argument is missing, or a value is of another kind. None ends in a traceback of waza."""

import contextlib
import importlib.util
import io
import random
import sys
import traceback
from pathlib import Path

import pytest

import waza
from waza.cli import main
from waza.core.errors import Error

FILES = Path(__file__).parents[1] / "fixtures" / "studies"
OURS = str(Path(waza.__file__).parent)


def _mutations():
    """`mutations` of the file beside this one."""
    spec = importlib.util.spec_from_file_location("mutations", Path(__file__).parent / "mutations.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.mutations


def chosen(count, seed):
    """Some of the mutations of all files, as (what is changed, source)."""
    all_of_them = [
        (f"{path.stem}, {where}", mutated)
        for path in sorted(FILES.glob("*.py"))
        for where, mutated in _mutations()(path.read_text("utf-8"))
    ]
    return [(where, mutated()) for where, mutated in random.Random(seed).sample(all_of_them, count)]


def read(source):
    """Execute a study file, and return what is wrong with how it ended: nothing where the mistake is told."""
    try:
        exec(compile(source, "damaged.py", "exec"), {"__name__": "damaged"})
    except Error as error:
        return f"several lines: {error}" if "\n" in str(error) else ""
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} at {last.filename}:{last.lineno}" if last.filename.startswith(OURS) else ""
    return ""


@pytest.mark.wrong_types
def test_a_study_is_made_or_refused():
    wrong = {where: found for where, source in chosen(60, 0) if (found := read(source))}
    assert not wrong


@pytest.mark.slow
@pytest.mark.wrong_types
def test_a_damaged_file_is_run_or_refused_in_one_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for where, source in chosen(60, 1):
        Path("damaged.py").write_text(source, "utf-8")
        said, ended = io.StringIO(), 0
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
            try:
                main(["run", "damaged.py", "--fresh"])
            except SystemExit as left:
                ended = left.code
            finally:
                sys.modules.pop("waza_study_file", None)
        lines = [line for line in said.getvalue().splitlines() if line.startswith("waza: ")]
        assert (ended, len(lines)) in ((0, 0), (2, 1)), (where, said.getvalue())
