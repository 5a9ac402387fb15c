"""Reading dialogues from a file: JSON lines, or plain text with a blank line between dialogues."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from waza.core.errors import Error
from waza.core.given_files import as_path
from waza.data.notes import MOST_LISTED, Note, quoted, with_notes
from waza.data.text.dialogue.text import DialogueText, cleaned, contexts, counted_notes
from waza.data.text.reading import decoded_file, split_lines

JSON = re.compile(r'\s*(\{|\[\s*([\[\]{"]|$))', re.MULTILINE)  # "[12:01] Hello" is a line of a conversation
FORM = '{"turns": [["A", "Hello."], ["B", "Hi."]]}'

Turns = list[tuple[str | None, str]]


def read_dialogues(path: str | Path) -> tuple[DialogueText, list[Note]]:
    r"""The dialogues in a file, with notes on what was decided (`cleaned`).

    In a file of JSON lines, each line is an object with "turns", a list of [speaker, text]; other fields are ignored,
    and a speaker may be null. In plain text each line is a turn of an unknown speaker, and one or more blank lines
    separate dialogues. A file that begins with "{", or with the "[" of a JSON list, is read as JSON lines. Encodings
    are found as for other texts.

    Args:
        path: the file.

    Raises:
        Error: the file cannot be read, a line is no such object (the message names the line), or no dialogue is left.
    """
    given, notes = _given(path)
    found, counts = cleaned(as_path(path).stem, given)
    notes += counted_notes(counts)
    if not found.size:
        with with_notes(notes):
            raise Error(f"{path} has no turn with a text: give dialogues, one on a line, such as {FORM}")
    return found, notes


def read_contexts(path: str | Path) -> tuple[list[list[str]], list[Note]]:
    """What was said in each dialogue of a file that is to be replied to (`contexts`), with notes.

    Args:
        path: the file, in the form that `read_dialogues` takes.

    Raises:
        Error: the file cannot be read, or a line is no dialogue.
    """
    given, notes = _given(path)
    found, counts = contexts(given)
    return found, [*notes, *counted_notes(counts)]


def _given(path: str | Path) -> tuple[Iterator[Turns], list[Note]]:
    """The turns of each dialogue as the file has them, and notes on its encoding."""
    text, notes = decoded_file(path)
    lines = split_lines(text)
    return (of_json_lines(lines, path) if JSON.match(text) else _of_plain_lines(lines)), notes


def of_json_lines(lines: list[str], path: str | Path) -> Iterator[Turns]:
    """The turns of each line that is not blank.

    Raises:
        Error: a line is no object with "turns"; the message names the line and the turn.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        place = f"{path}: line {number:,}"
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:  # a number may have too many digits
            at = f" at character {error.pos + 1:,} ({error.msg})" if isinstance(error, json.JSONDecodeError) else ""
            raise Error(f"{place} is no valid JSON{at}; expected one dialogue on each line, such as {FORM}") from error
        if not isinstance(value, dict) or not isinstance(value.get("turns"), list):
            what = (
                f"the fields {', '.join(map(quoted, list(value)[:MOST_LISTED]))}"
                if isinstance(value, dict)
                else _kind(value)
            )
            raise Error(f'{place} has {what}; expected an object with the list "turns", such as {FORM}')
        yield [_turn(turn, f"{place}, turn {i:,}") for i, turn in enumerate(value["turns"], 1)]


def _turn(turn: Any, place: str) -> tuple[str | None, str]:
    is_pair = isinstance(turn, list) and len(turn) == 2
    if not is_pair or not isinstance(turn[0], str | None) or not isinstance(turn[1], str):
        given = f"[{', '.join(map(_kind, turn[:MOST_LISTED]))}]" if isinstance(turn, list) else _kind(turn)
        raise Error(f"{place} is {given}; expected [speaker, text], two strings, or null for an unknown speaker")
    return turn[0] or None, turn[1]


def _kind(value: Any) -> str:
    """What a value is, in the terms of JSON."""
    if isinstance(value, bool):
        return "true or false"
    names = {dict: "an object", list: "a list", str: "a string", type(None): "null"}
    return names.get(type(value), "a number")


def _of_plain_lines(lines: list[str]) -> Iterator[Turns]:
    """The turns between blank lines."""
    turns: Turns = []
    for line in [*lines, ""]:
        if line.strip():
            turns.append((None, line))
        elif turns:
            yield turns
            turns = []
