"""The pages with code: it runs in the page's order, with shorter trainings, and is the same in both languages."""

import importlib.util
import io
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from waza.cli import main

DOCS = Path(__file__).parents[2] / "docs"
ALONE = ("tensorflow",)  # pages that choose Keras's backend, of which a process can have only one
PAGES = (
    "tutorial",
    "own-study",
    "own-data",
    "translators",
    "dialogue",
    "autoencoders",
    "word2vec",
    "policies",
    "reinforcement",
    "export",
    *ALONE,
)
BLOCK = re.compile(r"(?P<before>[^\n]*)\n\n```(?P<kind>\w+)\n(?P<code>.*?)```", re.DOTALL)
SET_UP = ("make demo", ". .venv/bin/activate")
LENGTH = re.compile(r"(?P<option>--steps |--epochs |\bsteps=)(?P<count>\d+)")
MOST = {"--steps ": 60, "--epochs ": 2, "steps=": 60}


def blocks_of(page):
    return list(BLOCK.finditer((DOCS / page).read_text("utf-8")))


def shorter(code):
    """The code with shorter trainings: how well a model does is not looked at here."""
    return LENGTH.sub(lambda found: found["option"] + str(min(int(found["count"]), MOST[found["option"]])), code)


def run(page):
    """Runs the page's code in the current folder."""
    names = {"__name__": page}
    for block in blocks_of(f"{page}.md"):
        saved = re.match(r"Save this as `(.+)`:", block["before"])
        if saved:
            Path(saved[1]).write_text(shorter(block["code"]), "utf-8")
        elif block["kind"] == "python":
            exec(compile(shorter(block["code"]), f"docs/{page}.md", "exec"), names)
        elif block["kind"] == "sh":
            for line in shorter(block["code"]).splitlines():
                if line not in SET_UP:
                    run_line(line)


def run_line(line):
    """Runs a command: one of waza, or a Python program in a process of its own."""
    command, *arguments = shlex.split(line, comments=True)
    if command == "python":
        subprocess.run([sys.executable, *arguments], check=True)
        return
    assert command == "waza"
    assert not main(arguments), line


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_the_code_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO("Hello. I am looking for a clock.\n"))  # of a conversation
    if page in ALONE:
        if importlib.util.find_spec("tensorflow") is None:
            pytest.skip("TensorFlow is not installed")
        subprocess.run([sys.executable, __file__, page], check=True)
    else:
        run(page)


@pytest.mark.parametrize("page", PAGES)
def test_both_languages_have_the_same_code(page):
    ours, theirs = (
        [block["code"] for block in blocks_of(f"{page}{language}.md") if block["kind"] != "text"]
        for language in ("", ".ja")
    )
    assert ours == theirs


def test_the_tutorial_says_how_waza_is_set_up():
    makefile = (DOCS.parent / "Makefile").read_text("utf-8")
    assert "waza run vanishing-gradient" in re.search(r"^demo:.*\n\t(.*)", makefile, re.MULTILINE)[1]


if __name__ == "__main__":
    run(sys.argv[1])
