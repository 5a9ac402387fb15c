"""Check questions: asked with the notes' numbers or with fresh ones, in one of two languages."""

import functools
import importlib
import random
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from waza.core.errors import Error
from waza.curriculum.answers import Answer, Choice, Points
from waza.curriculum.catalogue import exercises

LANGUAGES = ("en", "ja")
PARTS = {"day2a": "day2a_training"}
Numbers = Mapping[str, float | str]


@dataclass(frozen=True)
class Question:
    """A check question: its answer is computed from its numbers when it is needed, its prose lies beside its part.

    Args:
        name: the page of the notes, and what sets questions of one page apart: "P12", "P12-where".
        answer: the right answer for some numbers.
        notes: whether the notes answer it rightly; "none" if they do not answer it.
        pages: every page that asks it, if not only the one in the name.
        claims: the claims whose trials show it.
        computed_with: what of the library computes the answer; empty if nothing does.
        numbers: those of the notes.
        fresh: draws other numbers; None if there are none to draw. Questions of one page draw alike.
        figure: a drawing in ASCII letters.
    """

    name: str
    answer: Callable[[Numbers], Answer]
    notes: Literal["right", "wrong", "none"]
    pages: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    computed_with: str = ""
    numbers: Numbers = field(default_factory=dict)
    fresh: Callable[[random.Random], Numbers] | None = None
    figure: Callable[[Numbers], str] | None = None

    def draw(self, seed: int) -> Numbers:
        """Fresh numbers, the same for the same seed, whatever else is asked; the notes' where there are none."""
        if self.fresh is None:
            return self.numbers
        return self.fresh(random.Random(f"{seed} {self.name.partition('-')[0]}"))


@dataclass(frozen=True)
class QuestionWords:
    """A question's prose in one language; `{name}` stands for a number of that name.

    `ask_fresh` takes the place of `ask` when the numbers are fresh, and `explain_fresh` comes after `explain`.
    """

    ask: str
    explain: str
    notes: str
    options: tuple[str, ...] = ()
    points: Mapping[str, str] = field(default_factory=dict)
    ask_fresh: str = ""
    explain_fresh: str = ""


@dataclass(frozen=True)
class Asked:
    """A question with its numbers and its words: what a learner sees."""

    question: Question
    words: QuestionWords
    language: str
    numbers: Numbers
    is_fresh: bool

    @functools.cached_property
    def answer(self) -> Answer:
        """The right answer; computing it may import JAX."""
        return self.question.answer(self.numbers)

    @property
    def text(self) -> str:
        """The question."""
        return self._filled((self.is_fresh and self.words.ask_fresh) or self.words.ask)

    @property
    def options(self) -> tuple[str, ...]:
        """The options to choose from, numbered."""
        return tuple(f"({i}) {self._filled(option)}" for i, option in enumerate(self.words.options, 1))

    @property
    def figure(self) -> str:
        """The drawing, or nothing."""
        return self.question.figure(self.numbers) if self.question.figure else ""

    @property
    def shown(self) -> str:
        """The right answer in words: the option, the number, the formula, or the points that a text may name."""
        match self.answer:
            case Choice(right=right):
                return self.options[right - 1]
            case Points(keywords=keywords):
                return self.named(tuple(keywords))
            case answer:
                return answer.shown

    @property
    def explanation(self) -> str:
        """Why."""
        fresh = self.words.explain_fresh if self.is_fresh else ""
        return self._filled("\n\n".join(filter(None, (self.words.explain.strip(), fresh.strip()))))

    @property
    def notes(self) -> str:
        """What the notes answer, and what is to be said about it."""
        return self._filled(self.words.notes)

    @property
    def pages(self) -> tuple[str, ...]:
        """The pages of the notes that ask it."""
        return self.question.pages or (self.question.name.partition("-")[0],)

    @property
    def studies(self) -> tuple[str, ...]:
        """The studies whose trials show it."""
        return tuple(one.name for one in exercises() if set(one.claims) & set(self.question.claims))

    def named(self, points: tuple[str, ...]) -> str:
        """Points of a free text, in words."""
        return {"en": "; ", "ja": "、"}[self.language].join(self.words.points[point] for point in points)

    def _filled(self, text: str) -> str:
        """The text with its numbers, its lines joined to paragraphs."""
        numbers = {
            name: f"{value:g}" if isinstance(value, int | float) else value for name, value in self.numbers.items()
        }
        return paragraphs(text.format(**numbers), self.language)


def questions(part: str, language: str, seed: int | None = None) -> tuple[Asked, ...]:
    """The questions of a part, in the order of the notes; with fresh numbers if there is a seed.

    >>> [one.text for one in questions("day2a", "en")][2]
    'z = t², t = x + y. Find dz/dx by the chain rule, in terms of x and y.'
    """
    words = question_words(part)[language]
    module = importlib.import_module(f"waza.curriculum.{PARTS[part]}.questions")
    return tuple(
        Asked(
            one,
            words[one.name],
            language,
            one.numbers if seed is None else one.draw(seed),
            seed is not None and one.fresh is not None,
        )
        for one in module.QUESTIONS
    )


def question_words(part: str) -> dict[str, dict[str, QuestionWords]]:
    """The prose of a part's questions, by language and name."""
    if part not in PARTS:
        raise Error(f"no part with check questions is called {part!r}; known: {', '.join(PARTS)}")
    folder = Path(__file__).parent / PARTS[part]
    return {
        language: {
            name: QuestionWords(**{**words, "options": tuple(words.get("options", ()))})
            for name, words in tomllib.loads((folder / f"questions.{language}.toml").read_text("utf-8")).items()
        }
        for language in LANGUAGES
    }


@functools.cache
def labels(language: str) -> dict[str, Any]:
    """The fixed words of a quiz."""
    return tomllib.loads((Path(__file__).parent / f"questions.{language}.toml").read_text("utf-8"))


def paragraphs(text: str, language: str) -> str:
    """Lines joined to paragraphs, without a blank in Japanese; indented lines (equations) stay as they are.

    >>> print(paragraphs("So\\nit is:\\n  y = x\\nas said.", "en"))
    So it is:
      y = x
    as said.
    """
    joiner = {"en": " ", "ja": ""}[language]
    lines: list[str] = []
    before = ""
    for line in text.strip("\n").splitlines():
        if all(one.strip() and not one.startswith(" ") for one in (before, line)):
            lines[-1] += joiner + line
        else:
            lines.append(line)
        before = line
    return "\n".join(lines)
