"""The site is built without a warning, all of its links lead somewhere, and those that do not are found."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

SITE = Path(__file__).parents[2] / "docs" / "site"


@pytest.fixture
def module(monkeypatch):
    """Imports a module of the site's folder, which is no package."""
    monkeypatch.syspath_prepend(SITE)
    return importlib.import_module


@pytest.mark.slow
def test_the_site_is_built_in_both_languages(tmp_path):
    pytest.importorskip("sphinx", reason="make docs installs it")
    site = tmp_path / "site"
    made = subprocess.run([sys.executable, SITE / "build.py", site], capture_output=True, text=True, env=os.environ)
    assert made.returncode == 0, made.stdout + made.stderr
    for language, word in (("en", "Long short-term memory"), ("ja", "リファレンス")):
        page = (site / language / "reference" / "waza.nn.html").read_text("utf-8")
        assert word in page and 'id="waza.nn.LSTM"' in page and "<math" in page


@pytest.mark.parametrize(
    ("given", "trouble"),
    [
        ('<a href="other.html#there">', None),
        ('<a href="folder/">', "folder/ leads to no page"),
        ('<a href="gone.html">', "gone.html leads to no page"),
        ('<a href="other.html#gone">', "other.html#gone: the page has no such anchor"),
        ('<a href="#gone">', "#gone: the page has no such anchor"),
        ('<img src="gone.png">', "gone.png leads to no page"),
        ('<a href="https://example.org/">', None),
        ('<script src="https://example.org/x.js">', "https://example.org/x.js is fetched from the network"),
        ('<link rel="stylesheet" href="//example.org/x.css">', "//example.org/x.css is fetched from the network"),
    ],
)
def test_links(given, trouble, module, tmp_path):
    (tmp_path / "index.html").write_text(given)
    (tmp_path / "other.html").write_text('<p id="there">')
    assert module("links").broken_links(tmp_path) == ([f"index.html: {trouble}"] if trouble else [])


def test_what_style_sheets_fetch(module, tmp_path):
    (tmp_path / "a.css").write_text("@import 'https://example.org/b.css'; p { background: url(c.png) url(data:,x) }")
    assert module("links").broken_links(tmp_path) == [
        "a.css: https://example.org/b.css is fetched from the network",
        "a.css: c.png does not exist",
    ]


@pytest.mark.parametrize(
    ("docstring", "expected"),
    [
        ("The rate $\\eta$ of `step`.", r"The rate \ :math:`\eta`\  of \ :py:obj:`step`\ ."),
        ("A `Dense(3, 2)` * x_ | y", r"A \ ``Dense(3, 2)``\  \* x\_ \| y"),
        ("  Sum:\n  $$a\n  b$$\n  end", "  Sum:\n  \n  .. math:: a b\n  \n  end"),
        ("Text.\n\n>>> f(a_) * `b`\n1\n\nMore_.", "Text.\n\n>>> f(a_) * `b`\n1\n\nMore\\_."),
    ],
)
def test_docstrings_as_restructured_text(docstring, expected, module):
    assert module("restructured").restructured(docstring.split("\n")) == expected.split("\n")


def test_japanese_lines_are_joined(module):
    joined = module("pages").joined
    assert joined("比べます。\n次に、\nwaza は\nJAX を\n使います。") == "比べます。次に、waza は\nJAX を使います。"
    kept = "# 見出し\n\n本文\n- 一つ\n\n| 表 |\n|---|\n\n```\n一\n二\n```\n"
    assert joined(kept) == kept


def test_links_name_the_pages_of_the_site(module):
    text = "# A\n\n[日本語](a.ja.md) · [all](index.md)\n\n[b](b/c.ja.md#d) [e](e.en.md) [f](https://example.org/f.md)\n"
    kept = "# A\n\n[all](index.md)\n\n[b](b/c.md#d) [e](e.md) [f](https://example.org/f.md)\n"
    assert module("pages").linked(text) == kept
