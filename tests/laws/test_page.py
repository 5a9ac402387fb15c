"""The page on writing a learner: its code runs as it stands, in both languages."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def code_of(page):
    return re.findall(r"```python\n(.*?)```", (ROOT / "docs" / page).read_text("utf-8"), re.DOTALL)


def test_the_code_of_the_page_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "extending"}
    for block in code_of("extending.md"):
        exec(compile(block, "docs/extending.md", "exec"), names)
    verdict, effect = capsys.readouterr().out.splitlines()[0].split()
    assert verdict in ("holds", "fails", "undecided")
    assert names["policy"]["preferences"].shape == (10,)
    kept, again = (names[one].variables["preferences"] for one in ("model", "again"))
    assert (tmp_path / "bandit").is_dir() and kept.tolist() == again.tolist()
    assert names["results"].sizes["seed"] == 20
    assert float(effect) > -1


def test_both_languages_have_the_same_code():
    assert code_of("extending.md") == code_of("extending.ja.md")


def test_the_learner_of_the_page_is_the_one_that_is_tested():
    own = (Path(__file__).parent / "bandit.py").read_text("utf-8").split('"""\n\n', 1)[1]
    assert code_of("extending.md")[0] == own
