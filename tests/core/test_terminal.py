"""Text for a terminal: controls and markup are shown as text; streams that are full or closed."""

import ast
import errno
import io
import sys
from pathlib import Path

import pytest
from rich.table import Table

import waza
from waza.core import streams
from waza.core.console import Terminal, styled
from waza.core.streams import OutputLost
from waza.core.terminal import ask_line, hand_over, one_line, put, shown, tell

HOSTILE = "\x1b]0;title\x07\x1b[2J\x9b1m\x7f\u202ename\u2066\u2028[/b] [red]:smile:"
PRINTING = ("print", "input", "Console", "Text", "Text.from_markup", "sys.stdout.write", "sys.stderr.write")
PLAIN = "\\x1b]0;title\\x07\\x1b[2J\\x9b1m\\x7f\\u202ename\\u2066\\u2028[/b] [red]:smile:"


class Full(io.StringIO):
    """A stream on a full disk."""

    number = errno.ENOSPC

    def write(self, text):
        raise OSError(self.number, "No space left on device")


class Ended(Full):
    """A pipe whose reader has ended."""

    number = errno.EPIPE


def test_controls_are_shown_and_other_letters_are_not_changed():
    assert shown(HOSTILE) == PLAIN and one_line(HOSTILE) == PLAIN
    assert shown(PLAIN) == PLAIN and one_line("a\nb\tc\r") == "a\\nb\\tc\\r"
    kept = "日本語 \u3000 é ñ \u200d👩\u200d🔬 עברית \n\t"
    assert shown(kept) == kept


@pytest.mark.parametrize("first", [0, 0x2000, 0x1F000])
def test_what_is_escaped_can_be_read_back(first):
    text = "".join(map(chr, range(first, first + 0x100)))
    assert all(ord(letter) >= 32 or letter in "\n\t" for letter in shown(text))
    back = one_line(text.replace("\\", "")).encode("latin-1", "backslashreplace").decode("unicode_escape")
    assert back == text.replace("\\", "")


def test_a_console_prints_names_as_they_are():
    console = Terminal(file=io.StringIO(), width=200, force_terminal=True)
    table = Table(HOSTILE, box=None)
    table.add_row(HOSTILE)
    table.add_row(styled((HOSTILE, "bold")))
    for one in (HOSTILE, table, styled(HOSTILE, " ", (HOSTILE, "red"))):
        console.print(one, style="dim")
    printed = console.file.getvalue()
    assert printed.count(PLAIN) == 6
    for sequence in ("\x1b]", "\x1b[2J", "\x9b", "\x07", "\u202e"):
        assert sequence not in printed


@pytest.mark.parametrize("is_terminal", [True, False])
def test_data_are_handed_over_as_they_are_unless_to_a_terminal(monkeypatch, capsys, is_terminal):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    hand_over(HOSTILE)
    put(HOSTILE)
    tell(f"two\nlines {HOSTILE}")
    out, err = capsys.readouterr()
    assert out == f"{PLAIN if is_terminal else HOSTILE}{PLAIN}\n" and err == f"two\\nlines {PLAIN}\n"


@pytest.mark.parametrize("stream", [Full(), Ended()])
def test_output_that_cannot_be_written_is_one_kind_of_error(monkeypatch, stream):
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "stdin", io.StringIO("a line\n"))
    for write in (put, hand_over, lambda text: Terminal().print(text), ask_line):
        with pytest.raises(OutputLost, match="standard output") as lost:
            write("text")
        assert lost.value.told is (type(stream) is Full)


def test_errors_that_cannot_be_written_are_lost(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Full())
    tell("text")
    Terminal(errors=True).print("text")
    assert streams.Errors().number == errno.ENOSPC  # anything else is the stream's own


def test_a_line_is_read_until_the_input_ends(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"one \xff\n"), "utf-8"))
    assert ask_line("> ") == "one \ufffd" and ask_line("> ") is None


def test_all_text_for_a_terminal_goes_through_one_module():
    """No other module prints, writes to a standard stream, or makes a console or a text of rich."""
    home, wrong = Path(waza.__file__).parent, []
    allowed = {"core/terminal.py", "core/console.py", "core/streams.py", "data/image_workers.py"}  # the last: to a pipe
    for path in sorted(home.rglob("*.py")):
        name = path.relative_to(home).as_posix()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or name in allowed:
                continue
            called = ast.unparse(node.func)
            if called in PRINTING:
                wrong.append(f"{name}:{node.lineno}: {called}")
    assert not wrong, "\n".join(wrong)
