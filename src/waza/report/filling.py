"""Numbers in texts: placeholders are filled from the results, and other digits must be settings."""

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import xarray as xr

from waza.core.errors import Error, nearest

Numbers = Mapping[str, Callable[[xr.Dataset], float]]

DIGITS = 3
LARGE, HUGE, TINY = 1e3, 1e12, 1e-6
_PLACE = re.compile(r"\{([^{}]*)\}")
# A number in a text, without its sign. Digits of a name (L2, C04) and ordinals (第 1 層) are none; "1e-05" is one.
_LITERAL = re.compile(r"(?<![A-Za-z\d.第])(?<!第 )(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:e[-+]?\d+)?)")


class NotFinite(Error):
    """A number of a text that is not finite for these results."""


def values_of(numbers: Numbers, results: xr.Dataset) -> dict[str, float]:
    """The numbers of a study for its results, by name; NaN where one cannot be computed, as with fewer steps."""
    values = {}
    for name, compute in numbers.items():
        try:
            values[name] = _value_of(compute, results)
        except Exception:  # a study's function may raise anything; `check_numbers` says what
            values[name] = math.nan
    return values


def check_numbers(numbers: Numbers, results: xr.Dataset, source: str) -> None:
    """Refuse numbers that cannot be computed.

    Args:
        numbers: functions of the results, by name.
        results: of a run.
        source: where the functions are defined.

    Raises:
        Error: a function raises; it is named.
    """
    for name, compute in numbers.items():
        try:
            _value_of(compute, results)
        except Exception as error:
            raise Error(f"{source}: NUMBERS[{name!r}] fails: {type(error).__name__}: {error}") from error


def _value_of(compute: Callable[[xr.Dataset], float], results: xr.Dataset) -> float:
    with np.errstate(all="ignore"):  # what is not finite is shown as such
        value = compute(results)
    return value if isinstance(value, int) else float(value)


def filled(text: str, values: Mapping[str, float], place: str) -> str:
    """The text with each `{name}` replaced by the number of that name.

    Args:
        text: of a claim.
        values: the numbers by name.
        place: where the text stands, for errors: file, claim and field.

    Raises:
        NotFinite: a number is not finite.
        Error: there is no number of that name.

    >>> filled("It falls {factor}-fold.", {"factor": 783_219.0}, "a.toml")
    'It falls 783,000-fold.'
    """

    def number(found: re.Match[str]) -> str:
        name = found[1]
        if name not in values:
            raise Error(f"{place}: there is no number {{{name}}}: {nearest(name, values)}")
        if not math.isfinite(values[name]):
            raise NotFinite(f"{place}: the number {{{name}}} is {values[name]}, which is not finite")
        return in_text(values[name])

    return _PLACE.sub(number, text)


def names_in(text: str) -> list[str]:
    """The names of the numbers that a text needs.

    >>> names_in("From {low} to {high}.")
    ['low', 'high']
    """
    return _PLACE.findall(text)


def in_text(value: float) -> str:
    """A number as a sentence shows it: three significant digits, a whole number (an int) with all of them.

    >>> [in_text(value) for value in (46.96, 0.5, 783_219.4, 0.000123, 5856, 1.2e-9)]
    ['47', '0.5', '783,000', '0.000123', '5,856', '1.2 × 10⁻⁹']
    """
    if isinstance(value, int):
        return f"{value:,}"
    if value and (abs(value) < TINY or abs(value) >= HUGE):
        mantissa, _, exponent = f"{value:.{DIGITS - 1}e}".partition("e")
        raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{float(mantissa):g} × 10{raised}"
    rounded = float(f"{value:.{DIGITS}g}")
    if abs(rounded) >= LARGE:
        return f"{rounded:,.0f}"
    return np.format_float_positional(rounded, trim="-")


def check_literals(text: str, allowed: Iterable[float], place: str) -> None:
    """Refuse a digit that is neither filled from the results nor a setting.

    Args:
        text: of a claim, with its placeholders.
        allowed: the numbers of the settings.
        place: where the text stands, for errors.

    Raises:
        Error: the text has another number.
    """
    known = set(allowed)
    for literal in literals(_PLACE.sub("", text)):
        if _number(literal) not in known:
            raise Error(
                f"{place}: the number {literal} is not among the study's settings; "
                "write a placeholder such as {gap} and a function in NUMBERS"
            )


def literals(text: str) -> list[str]:
    """The numbers in a text as they are written, without signs; names and ordinals do not count.

    >>> literals("With L2 at rate 0.1, 2,000 steps end at 35 % (C04)."), literals("第 1 層から第12層まで 3 倍")
    (['0.1', '2,000', '35'], ['3'])
    """
    return _LITERAL.findall(unicodedata.normalize("NFKC", text))


def numbers_in(settings: Any) -> set[float]:
    """All numbers in texts and in nested settings, without signs.

    >>> sorted(numbers_in({"rate": 0.1, "lead": "784-40-20, minibatches of 100", "sizes": [784, -40]}))
    [0.1, 20.0, 40.0, 100.0, 784.0]
    """
    if isinstance(settings, Mapping):
        return set().union(*(numbers_in(item) for pair in settings.items() for item in pair))
    if isinstance(settings, str):
        return {_number(literal) for literal in literals(settings)}
    if isinstance(settings, Iterable):
        return set().union(*(numbers_in(item) for item in settings))
    if isinstance(settings, bool) or not isinstance(settings, int | float | np.number):
        return set()
    return {_rounded(abs(float(settings)))} if math.isfinite(settings) else set()


def _number(literal: str) -> float:
    return _rounded(float(literal.replace(",", "")))


def _rounded(value: float) -> float:
    """The value with six significant digits: 0.1 in single precision is 0.1."""
    return float(f"{value:.6g}")
