"""Types of answers: how typed answers are parsed and compared."""

import ast
import math
import operator
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

LONGEST = 200  # characters of a number or a formula; longer input is rejected to protect the parser
TOLERANCE = 0.005  # relative: three significant digits are enough
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
    """Whether an answer is right. An answer that cannot be parsed is wrong and has `readable=False`."""

    right: bool
    readable: bool = True


UNREADABLE = Judgement(right=False, readable=False)


@dataclass(frozen=True)
class Choice:
    """A choice among `options` options, numbered from 1.

    >>> [Choice(2, options=4).judge(text).right for text in ("2", "(2)", "②", "2番", "3")]
    [True, True, True, True, False]
    """

    right: int
    options: int

    @property
    def shown(self) -> str:
        """The number of the right option in parentheses."""
        return f"({self.right})"

    def judge(self, text: str) -> Judgement:
        """Compare the number of the option."""
        found = re.fullmatch(r"\(?0?([1-9])[).]?番?目?", plain(text))
        if found is None or int(found[1]) > self.options:
            return UNREADABLE
        return Judgement(int(found[1]) == self.right)


@dataclass(frozen=True)
class Number:
    """A number, compared to three significant digits; fractions, powers and full-width digits are accepted.

    >>> [Number(0.25).judge(text).right for text in ("1/4", "0.25", "1/4", "2^-2", "0.26")]
    [True, True, True, True, False]
    """

    value: float

    @property
    def shown(self) -> str:
        """The number, with its fraction if the denominator is at most 50.

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
    """A formula in some variables; right if its values agree at all given points, however it is written.

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
    """A free text that should contain `needed` of some points; a point counts if one of its keywords occurs.

    Keywords of all languages count, whatever the language of the quiz. A keyword is also found in "not stable":
    the judgement is only a hint, and the learner compares the answer with the model answer.

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
    """The value of a typed formula such as 2(x + y)^2, 1/4 or "= x²/2"; its variables are the keys of `values`.

    None if it is not a formula, has other variables, or has no finite value. The text is not executed: it is split
    into numbers, variables and signs, and only arithmetic is evaluated.

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
    """Normalise: full-width characters to ASCII, lower case, no spaces or full stops at the ends.

    >>> plain(" 0.25。")
    '0.25'
    """
    return unicodedata.normalize("NFKC", text).casefold().strip().rstrip("。、,. ")


def _value(node: ast.expr, values: Mapping[str, float]) -> float:
    """The value of a parsed formula; raises ValueError for anything but arithmetic."""
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
