"""Answers: how a typed one is read, and what counts as right."""

import ast
import math
import operator
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

LONGEST = 200  # letters of a number or a formula: enough for any, and too few to exhaust the parser
TOLERANCE = 0.005  # relative: three significant digits suffice
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SIGNS = str.maketrans({"−": "-", "–": "-", "ー": "-", "‐": "-", "×": "*", "÷": "/", "·": "*", "・": "*", "⁄": "/"})
_NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?"
_OPERATIONS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


@dataclass(frozen=True)
class Judgement:
    """Whether an answer is right; what cannot be read is wrong, and said to be unreadable."""

    right: bool
    readable: bool = True


UNREADABLE = Judgement(right=False, readable=False)


@dataclass(frozen=True)
class Choice:
    """One of so many options, numbered from 1.

    >>> [Choice(2, options=4).judge(text).right for text in ("2", "(2)", "②", "2番", "3")]
    [True, True, True, True, False]
    """

    right: int
    options: int

    @property
    def shown(self) -> str:
        """The right option's number, as the options are numbered."""
        return f"({self.right})"

    def judge(self, text: str) -> Judgement:
        """Compare the option's number."""
        found = re.fullmatch(r"\(?0?([1-9])[).]?番?目?", plain(text))
        if found is None or int(found[1]) > self.options:
            return UNREADABLE
        return Judgement(int(found[1]) == self.right)


@dataclass(frozen=True)
class Number:
    """A number, to three significant digits; fractions, powers and full-width digits are read.

    >>> [Number(0.25).judge(text).right for text in ("1/4", "0.25", "1/4", "2^-2", "0.26")]
    [True, True, True, True, False]
    """

    value: float

    @property
    def shown(self) -> str:
        """The number, and the fraction that it is if that is a simple one.

        >>> Number(0.25).shown, Number(1 / 3).shown, Number(-4.0).shown, Number(0.1416).shown
        ('1/4 = 0.25', '1/3 ≈ 0.3333', '-4', '0.1416')
        """
        simple = Fraction(self.value).limit_denominator(50)
        if simple.denominator == 1 or not math.isclose(simple, self.value, rel_tol=1e-6):
            return f"{self.value:.4g}"
        decimal = f"{self.value:.4g}"
        return f"{simple} {'=' if Fraction(decimal) == simple else '≈'} {decimal}"

    def judge(self, text: str) -> Judgement:
        """Compare within the tolerance."""
        value = evaluate(text, {})
        return UNREADABLE if value is None else Judgement(_close(value, self.value))


@dataclass(frozen=True)
class Formula:
    """A formula in some letters, right if it agrees in value wherever it is tried; how it is written is free.

    >>> formula = Formula("2(x + y)", ({"x": 1.0, "y": 2.0}, {"x": -3.0, "y": 0.5}), (6.0, -5.0))
    >>> [formula.judge(text).right for text in ("2(x+y)", "2x + 2y", "(y + x)*2", "x+y")]
    [True, True, True, False]
    """

    shown: str
    points: tuple[Mapping[str, float], ...]
    values: tuple[float, ...]

    def judge(self, text: str) -> Judgement:
        """Compare the values at every point."""
        pairs = [(evaluate(text, point), value) for point, value in zip(self.points, self.values, strict=True)]
        if all(given is None for given, _ in pairs):
            return UNREADABLE
        return Judgement(all(given is not None and _close(given, value) for given, value in pairs))


@dataclass(frozen=True)
class Points:
    """A free text that should make so many of some points; a point is made if one of its keywords occurs.

    Keywords of all languages count, whatever the language of the quiz. A keyword is found in "not stable" too:
    the judgement is a hint, and the model answer is what the learner compares with.

    >>> points = Points({"fast": ("speed", "速"), "stable": ("stab", "安定")}, needed=2)
    >>> points.judge("It speeds up training and stabilises it.").right, points.judge("速くなる").right
    (True, False)
    """

    keywords: Mapping[str, tuple[str, ...]]
    needed: int

    def judge(self, text: str) -> Judgement:
        """Look for the keywords."""
        found = [point for point, words in self.keywords.items() if any(word in plain(text) for word in words)]
        return Judgement(len(found) >= self.needed)


Answer = Choice | Number | Formula | Points


def evaluate(text: str, values: Mapping[str, float]) -> float | None:
    """The value of a formula as people type it: 2(x + y)^2, 1/4, "= x²/2"; letters are those of `values`.

    None if it is no formula, has other letters, or has no value. Nothing of the text is run: it is cut into
    numbers, letters and signs, and what they say is calculated.

    >>> evaluate("z = 2(x + 1)²", {"x": 2.0})
    18.0
    >>> evaluate("__import__('os')", {}), evaluate("9**9**9", {}), evaluate("1/0", {})
    (None, None, None)
    """
    if len(text) > LONGEST:
        return None
    text = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda power: f"^({power[0].translate(_SUPERSCRIPTS)})", text)
    text = plain(text).translate(_SIGNS).rpartition("=")[2]
    letters = "|".join(re.escape(name) for name in sorted(values, key=len, reverse=True)) or "(?!)"
    written = ""
    before = "sign"  # what the last token was; an operand that follows an operand is multiplied
    for token in re.findall(rf"{_NUMBER}|{letters}|\*\*|\S", text):
        kind = "number" if re.fullmatch(_NUMBER, token) else "letter" if token in values else "sign"
        if kind == "sign" and token not in ("**", *"-+*/^()"):
            return None
        if kind == "number" and before == "number":  # "1 2" may be 12 or 2
            return None
        if before != "sign" and (kind != "sign" or token == "("):
            written += "*"
        written += "**" if token == "^" else f"{float(token)!r}" if kind == "number" else token
        before = "letter" if token == ")" else kind
    try:
        value = _value(ast.parse(written, mode="eval").body, values)
    except (SyntaxError, ValueError, ArithmeticError, RecursionError, MemoryError):
        return None
    return value if math.isfinite(value) else None


def plain(text: str) -> str:
    """Full-width letters as ASCII, small letters, no blanks or full stops at the ends.

    >>> plain(" 0.25。")
    '0.25'
    """
    return unicodedata.normalize("NFKC", text).casefold().strip().rstrip("。、,. ")


def _value(node: ast.expr, values: Mapping[str, float]) -> float:
    """The value of a parsed formula; what is not arithmetic is a ValueError."""
    match node:
        case ast.Constant(value=float() as number):
            return number
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.UnaryOp(op=ast.USub()):
            return -_value(node.operand, values)
        case ast.UnaryOp(op=ast.UAdd()):
            return _value(node.operand, values)
        case ast.BinOp() if type(node.op) in _OPERATIONS:
            value = _OPERATIONS[type(node.op)](_value(node.left, values), _value(node.right, values))
            if isinstance(value, float):  # a negative number to a fractional power is complex
                return value
    raise ValueError(ast.dump(node))


def _close(given: float, value: float) -> bool:
    return math.isclose(given, value, rel_tol=TOLERANCE, abs_tol=1e-6)
