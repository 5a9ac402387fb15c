"""A conversation with a dialogue model on standard input and output."""

import contextlib
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

from waza.core.language import texts
from waza.core.terminal import ask_line
from waza.data.text.lines import one_line
from waza.kinds.dialogue.model import DialogueReplies, Replying
from waza.kinds.option import MOST_SEED


def conversation(model: DialogueReplies, how: Replying, language: str) -> Iterator[str]:
    """The pieces of a conversation; an empty line, or the input's end, ends it.

    With several samples, each reply has a line, and the conversation goes on from the first. What is decided about a
    line, such as unknown words, stands below it.

    Args:
        model: replies.
        how: how it replies.
        language: of what is said beside the conversation.
    """
    say = texts(Path(__file__).parent / "texts", language)
    _ready()
    turns: list[str] = []
    yield say["chat_begins"] + "\n"
    while line := _line(say["chat_you"]):
        turns.append(line)
        for note in model.preparation.notes([line]):
            yield f"• {note.say(language)}\n"
        now = how._replace(seed=(how.seed + len(turns)) % (MOST_SEED + 1))  # other draws for each reply
        yield say["chat_model"]
        reply = ""
        for piece in model.stream(turns, now):
            reply += piece
            yield piece
        yield "\n"
        if how.samples > 1:
            others = model.replies([turns], now)[0][1:]
            yield "".join(f"{say['chat_model']}{other}\n" for other in others)
        if reply := reply.strip():
            turns.append(reply)


def _ready() -> None:
    """Let a line be edited on a terminal."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        with contextlib.suppress(ImportError):
            importlib.import_module("readline")  # `input` uses it: arrow keys, and the lines before


def _line(prompt: str) -> str:
    """The next line of the input; "" at its end."""
    return one_line(ask_line(prompt) or "")
