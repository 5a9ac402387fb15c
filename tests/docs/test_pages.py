"""The pages with code: it runs as it stands, in the page's order, and is the same in both languages."""

import io
import re
import shlex
from pathlib import Path

import pytest

from waza.cli import main

DOCS = Path(__file__).parents[2] / "docs"
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
)
BLOCK = re.compile(r"(?P<before>[^\n]*)\n\n```(?P<kind>\w+)\n(?P<code>.*?)```", re.DOTALL)
SET_UP = ("make demo", ". .venv/bin/activate")


def blocks_of(page):
    return list(BLOCK.finditer((DOCS / page).read_text("utf-8")))


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_the_code_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO("Hello. I am looking for a clock.\n"))  # of a conversation
    names = {"__name__": page}
    for block in blocks_of(f"{page}.md"):
        saved = re.match(r"Save this as `(.+)`:", block["before"])
        if saved:
            Path(saved[1]).write_text(block["code"], "utf-8")
        elif block["kind"] == "python":
            exec(compile(block["code"], f"docs/{page}.md", "exec"), names)
        elif block["kind"] == "sh":
            for line in block["code"].splitlines():
                if line not in SET_UP:
                    command, *arguments = shlex.split(line, comments=True)
                    assert command == "waza"
                    assert not main(arguments), line


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
