"""Conversion of a column's cells to texts or numbers."""

import re
import unicodedata
from typing import Any, Literal

import numpy as np

from waza.data.dates import days, hours, stamps_as_days
from waza.data.encodings import composed

Reading = Literal["number", "thousands", "comma", "date", "day_first", "month_first", "time"]

DATES = ("date", "day_first", "month_first")
# What programs write for a missing value, and nobody uses as a name.
PROGRAMS = frozenset(
    {"nan", "NaN", "-nan", "-NaN", "NAN", "<NA>", "#N/A", "#NA", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "1.#IND"}
    | {"-1.#IND", "1.#QNAN", "-1.#QNAN", "欠損"}
)
WORDS = PROGRAMS | {"NA", "N/A", "n/a", "NULL", "null", "None", "?", "-", "--", "–", "—"}
CURRENCIES = "$€£¥円"
SIGNS = " %‰" + CURRENCIES
TRIANGLES = ("△", "▲")  # before negative numbers, in Japanese accounts
GROUPED = r"[-+]?[1-9]\d{0,2}(?:([,'’ ])\d{3})(?:\1\d{3})*(?:\.\d*)?"  # 1,234,567.5
INDIAN = r"[-+]?[1-9]\d?(?:,\d{2})+,\d{3}(?:\.\d*)?"  # 12,34,567.5
THOUSANDS = re.compile(f"(?:{GROUPED}|{INDIAN})")
COMMA = re.compile(r"[-+]?(?:[1-9]\d{0,2}(?:[. '’]\d{3})+|\d+)?(?:,\d+)?(?:[eE][-+]?\d+)?")
BETWEEN = re.compile(r"[. '’]")
LIMIT = re.compile(r"[<>≤≥≦≧~≈]=?\s*(?=[-+.,\d])")
SIGN_FIRST = re.compile(rf"^([-+])\s*[{CURRENCIES}]\s*")


def as_texts(cells: Any) -> np.ndarray:
    """Cells as stripped texts, "" if missing; whole numbers have no decimal point, and letters are composed.

    >>> import pandas as pd
    >>> as_texts(pd.Series([1.0, None, 2.5])).tolist()
    ['1', '', '2.5']
    """
    missing = cells.isna().to_numpy()
    texts = np.empty(len(cells), object)  # object dtype: one long cell must not widen all others
    texts[:] = [
        cell.strip() if type(cell) is str and cell.isascii() else "" if gone else _text(cell)
        for cell, gone in zip(cells.tolist(), missing, strict=True)
    ]
    return texts


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return composed(str(cell).strip())


def is_missing(texts: np.ndarray) -> np.ndarray:
    """Which texts stand for a missing value: the empty one, and words such as NA.

    >>> is_missing(np.array(["", "NA", "no"], object)).tolist()
    [True, True, False]
    """
    return np.array([not text or text in WORDS for text in texts], bool)


def as_numbers(cells: Any, reading: Reading, unit: str = "") -> np.ndarray:
    """Cells as float64, NaN if missing or not in this notation; dates as days since 1970, and times as hours.

    "number" has a decimal point, "thousands" signs between thousands, and "comma" a decimal comma. Full-width digits,
    percent and currency signs at either end, and brackets around negative numbers are accepted. A number at a limit of
    detection, such as "<0.3", is the limit.

    >>> import pandas as pd
    >>> as_numbers(pd.Series(["1,234", "12 %", "x", "(6,39,637)"]), "thousands").tolist()
    [1234.0, 12.0, nan, -639637.0]
    >>> as_numbers(pd.Series(["1.234,5", "0,5", "<0,3"]), "comma").tolist()
    [1234.5, 0.5, 0.3]
    >>> as_numbers(pd.Series(["73.1 kg"]), "number", "kg").tolist()
    [73.1]
    """
    import pandas as pd

    dated = reading in DATES
    if pd.api.types.is_datetime64_any_dtype(cells):
        return stamps_as_days(cells) if dated else np.full(len(cells), np.nan)
    if pd.api.types.is_numeric_dtype(cells):  # booleans too
        return np.full(len(cells), np.nan) if dated else cells.to_numpy(dtype=float, na_value=np.nan)
    return texts_as_numbers(as_texts(cells), reading, unit)


def texts_as_numbers(texts: np.ndarray, reading: Reading, unit: str = "") -> np.ndarray:
    """The same for cells that are texts."""
    import pandas as pd

    if reading == "time" or reading in DATES:
        narrowed = [narrow(text) for text in texts]
        return hours(narrowed) if reading == "time" else days(narrowed, reading)
    numbers = np.full(len(texts), np.nan)
    if reading != "comma":  # most cells are plain, and read at once
        numbers = np.array(pd.to_numeric(texts, errors="coerce"), float)
    others = np.flatnonzero(np.isnan(numbers) & (texts != ""))
    plain = [_plain(_bare(narrow(text), unit), reading) for text in texts[others]]
    numbers[others] = pd.to_numeric(np.array(plain, object), errors="coerce")
    return numbers


def narrow(text: str) -> str:
    """The text with full-width letters, digits and signs as half-width ones, and the minus sign as a hyphen."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).replace("−", "-")


def is_limit(text: str) -> bool:
    """Whether the number is a limit of detection, such as "<0.3"."""
    return LIMIT.match(narrow(text)) is not None


def _bare(text: str, unit: str) -> str:
    """The number without unit, currency, brackets and the sign of a limit."""
    text = _without(text, unit)
    if text.startswith("(") and text.endswith(")"):
        return "-" + _without(text[1:-1], unit)
    if text.startswith(TRIANGLES):
        return "-" + _without(text[1:], unit)
    if text.endswith("-") and text[0].isdigit():  # a trailing minus sign
        return "-" + text[:-1]
    return SIGN_FIRST.sub(r"\1", LIMIT.sub("", text, count=1))


def _without(text: str, unit: str) -> str:
    text = text.strip(SIGNS)
    return text.removesuffix(unit).removeprefix(unit).strip(SIGNS) if unit else text


def _plain(text: str, reading: Reading) -> str:
    """The text with a decimal point and nothing between the thousands; "" if it is not in this notation."""
    if reading == "thousands" and THOUSANDS.fullmatch(text):
        return re.sub("[,'’ ]", "", text)
    if reading == "comma":
        return BETWEEN.sub("", text).replace(",", ".") if COMMA.fullmatch(text) else ""
    return text
