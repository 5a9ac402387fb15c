"""How the columns of a table are written: one decision for the whole table, made without the target."""

import collections
import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from waza.data.cells import (
    COMMA,
    CURRENCIES,
    THOUSANDS,
    TRIANGLES,
    Reading,
    as_texts,
    is_limit,
    is_missing,
    narrow,
    texts_as_numbers,
)
from waza.data.notes import Note, short

READINGS: tuple[Reading, ...] = ("number", "thousands", "comma", "date", "day_first", "month_first", "time")
NUMERIC_SHARE = 0.9
UNITED_SHARE = 0.5  # of the cells have the unit; the others may lack it
OFTEN = 0.1  # share of the cells that have a unit which counts
FEWEST_PLAIN = 10  # different numbers without the sign of a limit; below, "<5", "5" and ">5" are categories
DOTTED = re.compile(r"[-+]?[1-9]\d{0,2}(?:\.\d{3})+")
FEWEST_DOTTED = 5
WHOLE = re.compile(r"[-+]?\d+")
UNIT_AFTER = re.compile(r"[^\w]*\d(?:[\d.,'’ ]*\d)?\)?\s*((?:[^\W\d_]|°)[^\s\d,;]{0,11}[23]?)")
UNIT_BEFORE = re.compile(r"(USD|EUR|CHF|GBP|JPY|INR|CAD|AUD|CNY|BRL|SEK|NOK|DKK|Rs\.?|R\$|US\$|kr\.?)\s*[-+(]*\d.*")


class Notation(NamedTuple):
    """How a column's numbers are written; `reading` is None where it has none.

    Args:
        reading: the notation.
        unit: the unit that the cells have beside the number.
        unclear: whether the day or the month may come first.
        mixed: cells of different units, where the column has no reading because of them.
    """

    reading: Reading | None
    unit: str = ""
    unclear: bool = False
    mixed: tuple[str, ...] = ()


def find_notations(frame: Any) -> dict[str, Notation]:
    """The notation of each column, by name.

    What one column leaves open, others decide: where some have decimal commas and none a decimal point, "11.860" is
    eleven thousand; where some dates have a day above 12, its place is that of all columns.

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"a": ["11.860", "950"], "b": ["18,7", "2,5"], "c": ["73.1 kg", "80 kg"]})
    >>> {name: notation.reading for name, notation in find_notations(frame[["a", "b"]]).items()}
    {'a': 'comma', 'b': 'comma'}
    >>> find_notations(frame[["a", "c"]])["c"]
    Notation(reading='number', unit='kg', unclear=False, mixed=())
    """
    distinct = {str(name): _distinct(frame[name]) for name in frame.columns}
    found = {name: _notation(frame[name], *distinct[name]) for name in distinct}
    decimal = _decimal((found[name], distinct[name][0]) for name in found)
    if decimal == "comma":
        for name, (texts, counts) in distinct.items():
            one = found[name]
            if one.reading not in ("number", "thousands") or not any("." in text or "," in text for text in texts):
                continue
            if _share(texts, counts, "comma", one.unit) >= NUMERIC_SHARE:
                found[name] = one._replace(reading="comma")
    clear = {one.reading for one in found.values() if one.reading in ("day_first", "month_first") and not one.unclear}
    if len(clear) == 1:
        for name, one in found.items():
            if one.unclear:
                found[name] = one._replace(reading=next(iter(clear)), unclear=False)
    return found


def remarks_on(name: str, notation: Notation, cells: Any) -> list[Note]:
    """Notes on how a column was read, where that is not as plain numbers.

    Args:
        name: the column's.
        notation: as found.
        cells: the column's.
    """
    import pandas as pd

    reading = notation.reading
    if reading is None or pd.api.types.is_numeric_dtype(cells):
        return []
    texts = as_texts(cells)
    present = [narrow(text) for text in texts[~is_missing(texts)]]
    notes = []
    if reading == "number":
        if dots := _dotted(present):
            notes.append(Note("dots", {"column": name, "example": dots, "read": dots.rstrip("0").rstrip(".")}))
    elif reading in ("day_first", "month_first"):
        notes.append(Note("unclear_dates" if notation.unclear else reading, {"column": name}))
    else:
        notes.append(Note(reading, {"column": name}))
    if notation.unit:
        notes.append(Note("unit", {"column": name, "unit": notation.unit}))
    numeric = reading in ("number", "thousands", "comma")
    sign = notation.unit or next((sign for sign in "%‰" + CURRENCIES if any(sign in text for text in present)), "")
    plain = [text for text in present if sign not in text and any(map(str.isdigit, text))]
    if numeric and plain and sign:
        notes.append(
            Note("unit_in_part", {"column": name, "count": len(plain), "unit": sign, "example": short(plain[0])})
        )
    limits = [text for text in present if is_limit(text)]
    if limits and numeric:
        notes.append(Note("limits", {"column": name, "count": len(limits), "example": short(limits[0])}))
    negative = [text for text in present if text.startswith(("(", *TRIANGLES)) or text.endswith("-")]
    if negative and numeric:
        notes.append(Note("negative", {"column": name, "count": len(negative), "example": short(negative[0])}))
    return notes


def _distinct(cells: Any) -> tuple[np.ndarray, np.ndarray]:
    """The different texts of a column that are not missing, and how often each occurs; none of a column of numbers."""
    import pandas as pd

    texts = np.empty(0, object) if pd.api.types.is_numeric_dtype(cells) else as_texts(cells)
    counts = collections.Counter(texts[~is_missing(texts)].tolist())
    return np.array(list(counts), object), np.array(list(counts.values()), int)


def _notation(cells: Any, texts: np.ndarray, counts: np.ndarray) -> Notation:
    """The notation that fits most cells, on a tie the simplest; without a reading if a tenth or more do not fit."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(cells):
        return Notation("number")
    if len(texts) == 0:
        return Notation(None)
    if pd.api.types.is_datetime64_any_dtype(cells):
        return Notation("date")
    narrowed = [narrow(text) for text in texts]
    signs = sorted({letter for text in narrowed for letter in CURRENCIES if letter in text})
    if len(signs) > 1:
        examples = tuple(next(text for text in texts if sign in narrow(text)) for sign in signs)
        return Notation(None, mixed=examples)
    limited = sum(map(is_limit, texts))
    if limited and len(texts) - limited < FEWEST_PLAIN:
        return Notation(None)
    best, unclear = _best(texts, counts, "")
    if best is not None:
        return Notation(best, unclear=unclear)
    units: collections.Counter[str] = collections.Counter()
    first: dict[str, str] = {}
    for text, text_narrowed, count in zip(texts, narrowed, counts, strict=True):
        if found := UNIT_AFTER.fullmatch(text_narrowed) or UNIT_BEFORE.fullmatch(text_narrowed):
            units[found[1]] += int(count)
            first.setdefault(found[1], text)
    if not units:
        return Notation(None)
    unit, most = units.most_common(1)[0]
    if most >= UNITED_SHARE * counts.sum():
        best, _ = _best(texts, counts, unit)
        if best is not None:
            return Notation(best, unit)
    often = [one for one, count in units.most_common(3) if count >= OFTEN * counts.sum()]
    mixed = len(often) > 1 and sum(units.values()) >= NUMERIC_SHARE * counts.sum()
    return Notation(None, mixed=tuple(first[one] for one in often) if mixed else ())


def _best(texts: np.ndarray, counts: np.ndarray, unit: str) -> tuple[Reading | None, bool]:
    """The reading that fits most cells, and whether another order of day and month fits as well."""
    shares: dict[Reading, float] = {}
    for reading in READINGS if not unit else READINGS[:3]:
        shares[reading] = _share(texts, counts, reading, unit)
        if shares[reading] == 1 and reading != "day_first":
            break
    best = max(shares, key=lambda reading: shares[reading])
    if shares[best] < NUMERIC_SHARE:
        return None, False
    return best, best == "day_first" and shares.get("month_first") == shares[best]


def _share(texts: np.ndarray, counts: np.ndarray, reading: Reading, unit: str) -> float:
    fits = ~np.isnan(texts_as_numbers(texts, reading, unit))
    return float(counts[fits].sum() / max(1, counts.sum()))


def _decimal(columns: Iterable[tuple[Notation, Iterable[str]]]) -> Literal["point", "comma"] | None:
    """The decimal sign of all columns that leave no doubt; None if there are none, or they differ."""
    signs = set()
    for notation, texts in columns:
        for text in texts if notation.reading in ("number", "thousands", "comma") else ():
            cell = narrow(text).strip(" %‰()<>=" + CURRENCIES).removesuffix(notation.unit).strip()
            if "," in cell and COMMA.fullmatch(cell) and not THOUSANDS.fullmatch(cell):
                signs.add("comma")
            elif "." in cell and notation.reading != "comma" and not DOTTED.fullmatch(cell):
                signs.add("point")
    if len(signs) != 1:
        return None
    return "comma" if "comma" in signs else "point"


def _dotted(texts: Sequence[str]) -> str:
    """A cell such as "11.860" where all cells with a dot look like that and others are whole numbers below 1,000."""
    dotted = [text for text in texts if "." in text]
    whole = [text for text in texts if "." not in text]
    if len(dotted) < FEWEST_DOTTED or not whole:
        return ""
    small = all(WHOLE.fullmatch(text) and len(text.lstrip("+-")) <= 3 for text in whole)
    return dotted[0] if small and all(map(DOTTED.fullmatch, dotted)) else ""
