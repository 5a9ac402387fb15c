"""Texts in the commands: what is listed and what is refused."""

import pytest

from waza.cli import main


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "starting-weights", "--data", "tinyshakespeare"],
        ["compare", "tinyshakespeare"],
        ["compare", "wikitext2", "--model", "simple-convnet"],
        ["fit", "mlp", "tinyshakespeare", "--out", "model"],
    ],
)
def test_a_text_is_no_data_set_of_rows(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    said = capsys.readouterr().err.strip().splitlines()
    assert stopped.value.code == 2
    assert said[-1].startswith("waza: ") and "is a text" in said[-1] and "waza.data.corpus(" in said[-1]
    assert not any("Traceback" in line for line in said)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_texts_are_listed(language, capsys):
    main(["data", "list", "--lang", language])
    listed = capsys.readouterr().out
    assert "tinyshakespeare" in listed and "wikitext2" in listed


def test_what_nobody_publishes_cannot_be_fetched(capsys):
    with pytest.raises(SystemExit):
        main(["data", "get", "wikitext2"])
    (said,) = capsys.readouterr().err.strip().splitlines()
    assert "put the one with the sha256 728c77e8" in said
