"""`waza use` for a dialogue model: a conversation in the terminal, or replies to the dialogues of a file."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from waza.core.language import texts
from waza.data.text.dialogue import read_dialogues
from waza.kinds.dialogue.model import DialogueReplies, Replying
from waza.kinds.dialogue.options import ReplyOptions
from waza.kinds.using import Lines, Writing

OF_TRAINING = ("turns_unknown", "dialogues_single")  # notes that do not matter to replies


def use(model: DialogueReplies, asked: ReplyOptions, language: str) -> Lines | Writing:
    """A conversation, or the replies to each dialogue as JSON lines.

    Raises:
        Error: the file holds no dialogue.
    """
    how = Replying(**_given(asked))
    if asked.chat:
        return Writing(conversation(model, how, language))
    assert asked.input is not None
    text, notes = read_dialogues(asked.input[0])
    found = model.replies([[turn.text for turn in dialogue] for dialogue in text.dialogues], how)
    lines = [json.dumps({"replies": replies}, ensure_ascii=False) for replies in found]
    return Lines(lines, [note for note in notes if note.kind not in OF_TRAINING])


def _given(asked: ReplyOptions) -> dict[str, Any]:
    values = {name: getattr(asked, name) for name in ("beam", "samples", "length", "seed")}
    return {name: value for name, value in values.items() if value is not None} | asked.sampling


def conversation(model: DialogueReplies, how: Replying, language: str) -> Iterator[str]:
    """The pieces of a conversation on standard input and output; an empty line, or the input's end, ends it.

    With several samples, each reply has a line, and the conversation goes on from the first.
    """
    say = texts(Path(__file__).parent / "texts", language)
    turns: list[str] = []
    yield say["chat_begins"] + "\n"
    while True:
        yield say["chat_you"]
        line = sys.stdin.readline().strip()
        if not line:
            return
        turns.append(line)
        now = how._replace(seed=how.seed + len(turns))  # other draws for each reply
        yield say["chat_model"]
        reply = ""
        for piece in model.stream(turns, now):
            reply += piece
            yield piece
        yield "\n"
        if how.samples > 1:
            others = model.replies([turns], now)[0][1:]
            yield "".join(f"{say['chat_model']}{other}\n" for other in others)
        if reply:
            turns.append(reply)
