"""`waza quiz`: the notes' check questions."""

import argparse
import secrets
import sys
from typing import Any

from waza.core.errors import Error
from waza.curriculum.questions import Asked, labels, questions

TRIES = 2


def command(options: argparse.Namespace) -> None:
    """Ask the part's questions one by one, or show them with their answers."""
    if options.seed is not None and not options.fresh:
        raise Error("--seed draws fresh numbers: give --fresh with it")
    seed = (secrets.randbelow(2**31) if options.seed is None else options.seed) if options.fresh else None
    asked = questions(options.part, options.lang, seed)
    say = labels(options.lang)
    right = answered = 0
    for number, one in enumerate(asked, 1):
        _ask(one, number, len(asked), say)
        if options.show:
            _print(say["answer"].format(answer=one.shown))
            _explain(one, say)
            continue
        verdict = _answered(one, say)
        if verdict is None:
            break
        answered += 1
        right += verdict
        _explain(one, say)
    if not options.show:
        _print(say["score"].format(right=right, asked=answered) if answered else say["none"])


def _ask(one: Asked, number: int, count: int, say: dict[str, Any]) -> None:
    _print(f"\n[{number}/{count}] {one.text}  ({say['pages'].format(pages=', '.join(one.pages))})")
    for part in (one.figure, *one.options):
        if part:
            _print(part)


def _answered(one: Asked, say: dict[str, Any]) -> bool | None:
    """Read an answer and say what it is worth; None where the input has ended."""
    for attempt in range(TRIES):
        print(say["prompt"], end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            print()
            return None
        if not line.strip():
            _print(say["skipped"].format(answer=one.shown))
            return False
        judgement = one.answer.judge(line)
        if judgement.readable or attempt == TRIES - 1:
            break
        _print(say["unreadable"].format(expected=say["expected"][type(one.answer).__name__]))
    _print(say["right"] if judgement.right else say["wrong"].format(answer=one.shown))
    return judgement.right


def _explain(one: Asked, say: dict[str, Any]) -> None:
    """Why, what the notes say, what computed it, and the studies that show it."""
    _print(one.explanation)
    _print(one.notes)
    if one.question.computed_with:
        _print(say["computed"].format(**{"with": one.question.computed_with}))
    if one.studies:
        _print(say["show"].format(commands=", ".join(f"waza run {name}" for name in one.studies)))


def _print(text: str) -> None:
    print(text, flush=True)
