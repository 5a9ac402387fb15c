"""Languages: which there are, and how one is chosen."""

import pytest

from waza.core.language import LANGUAGES, system_language, texts


@pytest.mark.parametrize(
    ("settings", "language"),
    [
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LC_ALL": "C.UTF-8", "LANG": "ja_JP.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "ja_JP", "LANG": "en"}, "ja"),
        ({}, "en"),
    ],
)
def test_the_first_setting_that_is_not_empty_decides(settings, language, monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert system_language() == language and language in LANGUAGES


def test_texts_are_read_once(tmp_path):
    for language in LANGUAGES:
        (tmp_path / f"page.{language}.toml").write_text(f'title = "{language}"')
    assert [texts(tmp_path / "page", language)["title"] for language in LANGUAGES] == list(LANGUAGES)
    assert texts(tmp_path / "page", "en") is texts(tmp_path / "page", "en")
