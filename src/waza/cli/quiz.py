"""`waza quiz`: the check questions of the curriculum."""

import argparse
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from waza.core.console import Terminal
from waza.core.language import texts
from waza.core.terminal import ask_line, put
from waza.curriculum.answers import Choice, Judgement, Points
from waza.curriculum.questions import PARTS, Asked, questions

TRIES = 2


def command(options: argparse.Namespace) -> None:
    """Ask the questions and judge the answers, or show both; print the score at the end of the input."""
    seed = options.seed
    if seed is None and options.fresh:
        seed = secrets.randbelow(10**6)
    parts = list(PARTS) if options.part is None else [options.part]
    asked = [one for part in parts for one in questions(part, options.lang, seed)]
    words = texts(Path(__file__).parent / "quiz", options.lang)
    # Japanese has no spaces at which rich could break lines, so the terminal breaks them.
    console = Terminal(soft_wrap=options.lang == "ja")
    if seed is not None:
        console.print(words["fresh"].format(seed=seed))
    if options.show:
        for number, one in enumerate(asked, 1):
            _pose(one, number, len(asked), console)
            _explain(one, words, console)
        return
    console.print(words["how"])
    _quiz(asked, words, console)


def _quiz(asked: Sequence[Asked], words: dict[str, Any], console: Terminal) -> None:
    """Ask until the questions or the input end, then print the score."""
    right = answered = 0
    for number, one in enumerate(asked, 1):
        _pose(one, number, len(asked), console)
        judgement = _judged(one, words, console)
        if judgement is None:
            break
        answered += 1
        right += judgement.right
        _explain(one, words, console)
    console.print(
        "\n" + (words["score"].format(right=right, asked=answered) if answered else words["none"]), style="bold"
    )


def _judged(one: Asked, words: dict[str, Any], console: Terminal) -> Judgement | None:
    """Read an answer, again if it cannot be parsed, and print whether it is right; None at the end of the input."""
    judgement = Judgement(right=False)
    for attempt in range(TRIES):
        given = _read()
        if given is None:
            return None
        if not given.strip():
            console.print(words["passed"])
            return Judgement(right=False)
        judgement = one.judge(given)
        if judgement.readable or attempt == TRIES - 1:
            break
        count = one.answer.options if isinstance(one.answer, Choice) else 0
        console.print(words["unreadable"][type(one.answer).__name__].format(options=count))
    say = words["text"] if isinstance(one.answer, Points) else words
    console.print(say["right" if judgement.right else "wrong"], style="green" if judgement.right else "red")
    return judgement


def _pose(one: Asked, number: int, of: int, console: Terminal) -> None:
    """Print the question, its figure and its options."""
    console.print(f"\n[{number}/{of}] {', '.join(one.pages)}", style="bold")
    console.print(one.text)
    if one.figure:
        console.print(f"\n{one.figure}\n")
    for i, option in enumerate(one.options, 1):
        console.print(f"  ({i}) {option}")


def _read() -> str | None:
    """A line of the input, None at its end; a line that does not come from a terminal is echoed."""
    given = ask_line("> ")
    if given is None:
        put("")
    elif not sys.stdin.isatty():
        put(given)
    return given


def _explain(one: Asked, words: dict[str, Any], console: Terminal) -> None:
    """Print the right answer, the explanation, what the notes say, and the study."""
    console.print(words["answer"].format(shown=one.shown))
    console.print(one.explanation)
    if one.notes:
        console.print(one.notes)
    console.print(words["study"].format(study=one.question.study))
