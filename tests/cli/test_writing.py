"""`waza use --prompt` as a process: the text comes while it is written, and Ctrl-C ends it."""

import signal
import subprocess
import sys

import jax
import pytest

from waza import models
from waza.cli.use import _put, _write
from waza.data import Characters
from waza.data.text.preparation import TextPreparation
from waza.kinds import save_model
from waza.kinds.model_folder import prepared_model

WAZA = [sys.executable, "-c", "from waza.cli import main; main()"]


def test_ctrl_c_ends_a_text_without_end(tmp_path):
    network = models.lstm_language_model(4, width=8, depth=1)
    model = prepared_model(network, network.init(jax.random.key(0)), TextPreparation(Characters("abc")))
    save_model(tmp_path, model)
    arguments = ["use", str(tmp_path), "--prompt", "ab", "--length", "10000000", "--lang", "en"]
    process = subprocess.Popen([*WAZA, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    begun = process.stdout.read(40)
    process.send_signal(signal.SIGINT)
    rest, said = process.communicate(timeout=60)
    assert begun.startswith("ab") and set(begun + rest) <= set("abc�\n") and rest.endswith("\n")
    assert process.returncode == 130 and said == "waza: stopped\n"


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_terminal_is_given_control_characters_as_text(monkeypatch, capsys, is_terminal):
    text = "a\tb\x1b[2J\x07\r\x9b1m\n"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    _put(text, None)
    _write(iter([text]))
    assert capsys.readouterr().out == (2 * (text if not is_terminal else "a\tb\\x1b[2J\\x07\\r\\x9b1m\n")) + "\n"
