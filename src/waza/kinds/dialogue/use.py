"""`waza use` for a dialogue model: a conversation in the terminal, or replies to the dialogues of a file."""

import json
from typing import Any

from waza.data.text.dialogue import read_contexts
from waza.kinds.dialogue.conversation import conversation
from waza.kinds.dialogue.model import DialogueReplies, Replying
from waza.kinds.dialogue.options import ReplyOptions
from waza.kinds.using import Lines, Writing

OF_TRAINING = "turns_unknown"  # a note that does not matter to replies


def use(model: DialogueReplies, asked: ReplyOptions, language: str) -> Lines | Writing:
    """A conversation, or a JSON line with the replies to each dialogue of a file, in its order.

    Raises:
        Error: the file cannot be read, or a line is no dialogue.
    """
    how = Replying(**_given(asked))
    if asked.chat:
        return Writing(conversation(model, how, language))
    assert asked.input is not None
    dialogues, notes = read_contexts(asked.input[0])
    lines = [json.dumps({"replies": replies}, ensure_ascii=False) for replies in model.replies(dialogues, how)]
    notes = [note for note in notes if note.kind != OF_TRAINING]
    return Lines(lines, [*notes, *model.preparation.notes(turn for turns in dialogues for turn in turns)])


def _given(asked: ReplyOptions) -> dict[str, Any]:
    values = {name: getattr(asked, name) for name in ("beam", "samples", "length", "seed")}
    return {name: value for name, value in values.items() if value is not None} | asked.sampling
