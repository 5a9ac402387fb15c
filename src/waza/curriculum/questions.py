"""Check questions with the notes' numbers or fresh ones, in English or Japanese."""

import functools
import importlib
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from waza.core.errors import Error, nearest
from waza.core.language import texts
from waza.curriculum.answers import Answer, Choice, Judgement, Points, plain

PARTS = {
    "day2a": "day2a_training",
    "day2b": "day2b_convolution",
    "day3a": "day3a_recurrent",
    "day3b": "day3b_language",
}
Numbers = Mapping[str, float | str]


@dataclass(frozen=True)
class Question:
    """A check question: its answer is computed from its numbers, its text is in `questions.<language>.toml`.

    Args:
        name: the page of the notes, with a suffix if a page has several questions: "P12", "P12-where".
        answer: computes the right answer from the numbers.
        study: the study that demonstrates the answer.
        pages: all pages that ask it, if there are more than the one in the name.
        numbers: the numbers in the notes.
        fresh: draws other numbers; None if the numbers are fixed. Questions of one page draw the same numbers.
        figure: an ASCII drawing.
    """

    name: str
    answer: Callable[[Numbers], Answer]
    study: str
    pages: tuple[str, ...] = ()
    numbers: Numbers = field(default_factory=dict)
    fresh: Callable[[random.Random], Numbers] | None = None
    figure: Callable[[Numbers], str] | None = None

    def draw(self, seed: int) -> Numbers:
        """Fresh numbers, which depend only on the seed and the page; the notes' numbers if `fresh` is None."""
        if self.fresh is None:
            return self.numbers
        return self.fresh(random.Random(f"{seed} {self.name.partition('-')[0]}"))


@dataclass(frozen=True)
class QuestionWords:
    """The text of a question in one language; `{name}` is replaced by the number of that name.

    `ask_fresh` and `explain_fresh` replace `ask` and `explain` when the numbers are fresh. `model` is the model answer
    to a question that is answered in free text. `notes` says what the notes answer and whether it is right.
    """

    ask: str
    explain: str
    notes: str = ""
    options: tuple[str, ...] = ()
    model: str = ""
    ask_fresh: str = ""
    explain_fresh: str = ""


@dataclass(frozen=True)
class Asked:
    """A question with its numbers and its text, as it is shown."""

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
        """The text of the question."""
        return self._filled((self.is_fresh and self.words.ask_fresh) or self.words.ask)

    @property
    def options(self) -> tuple[str, ...]:
        """The options to choose from; the first is number 1."""
        return tuple(self._filled(option) for option in self.words.options)

    @property
    def figure(self) -> str:
        """The drawing, or an empty string."""
        return self.question.figure(self.numbers) if self.question.figure else ""

    @property
    def shown(self) -> str:
        """The right answer in words: the option, the number, the formula or the model answer."""
        match self.answer:
            case Choice(right=right) as choice:
                return f"{choice.shown} {self.options[right - 1]}"
            case Points():
                return self._filled(self.words.model)
            case answer:
                return answer.shown

    @property
    def explanation(self) -> str:
        """Why the answer is right."""
        return self._filled((self.is_fresh and self.words.explain_fresh) or self.words.explain)

    @property
    def notes(self) -> str:
        """What the notes answer and whether it is right; empty if they give no answer."""
        return self._filled(self.words.notes)

    @property
    def pages(self) -> tuple[str, ...]:
        """The pages of the notes that ask it."""
        return self.question.pages or (self.question.name.partition("-")[0],)

    def judge(self, text: str) -> Judgement:
        """Judge an answer. An option may be given by its number or by its text."""
        judgement = self.answer.judge(text)
        options = [plain(option) for option in self.options]
        if not judgement.readable and plain(text) in options:
            return self.answer.judge(str(options.index(plain(text)) + 1))
        return judgement

    def _filled(self, text: str) -> str:
        """The text with the numbers filled in and lines joined to paragraphs."""
        numbers = {
            name: f"{value:g}" if isinstance(value, int | float) else value for name, value in self.numbers.items()
        }
        return paragraphs(text.format(**numbers), self.language)


def questions(part: str, language: str, seed: int | None = None) -> tuple[Asked, ...]:
    """The questions of a part in the order of the notes, with fresh numbers if `seed` is given.

    >>> questions("day2a", "en")[2].text
    'z = t^2 and t = x + y. What is the partial derivative of z with respect to x? Write it in x and y.'
    """
    words = question_words(part, language)
    return tuple(
        Asked(
            one,
            words[one.name],
            language,
            one.numbers if seed is None else one.draw(seed),
            seed is not None and one.fresh is not None,
        )
        for one in importlib.import_module(f"waza.curriculum.{_folder(part)}.questions").QUESTIONS
    )


def question_words(part: str, language: str) -> dict[str, QuestionWords]:
    """The texts of a part's questions in one language ("en" or "ja"), by the name of the question."""
    stem = Path(__file__).parent / _folder(part) / "questions"
    return {
        name: QuestionWords(**{**words, "options": tuple(words.get("options", ()))})
        for name, words in texts(stem, language).items()
    }


def paragraphs(text: str, language: str) -> str:
    """Join lines to paragraphs, without spaces in Japanese; indented lines (equations) are unchanged.

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


def _folder(part: str) -> str:
    if part not in PARTS:
        raise Error(f"no part with check questions is called {part!r}: {nearest(part, PARTS)}")
    return PARTS[part]
