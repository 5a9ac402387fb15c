"""Cells: a column's cells as texts, or as the numbers that they are meant to be."""

import re
import unicodedata
from typing import Any, Literal

import numpy as np

Reading = Literal["number", "thousands", "comma", "date"]

NUMERIC_SHARE = 0.9
SIGNS = " %‰$€£¥円"
THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?")
COMMA = re.compile(r"[-+]?(?:[1-9]\d{0,2}(?:[. '’]\d{3})+|\d+)?(?:,\d+)?(?:[eE][-+]?\d+)?")
BETWEEN = re.compile(r"[. '’]")
DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?([ T].*)?")


def as_texts(cells: Any) -> np.ndarray:
    """Cells as stripped texts, "" where they are missing; a number that is whole without its point.

    >>> import pandas as pd
    >>> as_texts(pd.Series([1.0, None, 2.5])).tolist()
    ['1', '', '2.5']
    """
    missing = cells.isna().to_numpy()
    texts = np.empty(len(cells), object)  # as objects: one long cell must not widen all others
    texts[:] = ["" if gone else _text(cell) for cell, gone in zip(cells.tolist(), missing, strict=True)]
    return texts


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()


def as_numbers(cells: Any, reading: Reading) -> np.ndarray:
    """Cells as float64, NaN where they are missing or cannot be read so; dates as days since 1970.

    "number" has a decimal point, "thousands" commas between thousands, and "comma" a decimal comma. Full-width digits
    and signs of percent and money at either end are understood.

    >>> import pandas as pd
    >>> as_numbers(pd.Series(["1,234", "12 %", "x"]), "thousands").tolist()
    [1234.0, 12.0, nan]
    >>> as_numbers(pd.Series(["1.234,5", "0,5"]), "comma").tolist()
    [1234.5, 0.5]
    """
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(cells):
        return _days(cells) if reading == "date" else np.full(len(cells), np.nan)
    if pd.api.types.is_numeric_dtype(cells):  # booleans too
        return np.full(len(cells), np.nan) if reading == "date" else cells.to_numpy(dtype=float, na_value=np.nan)
    texts = [_narrow(text) for text in as_texts(cells)]
    if reading == "date":
        return _days(pd.to_datetime(pd.Series(map(_date, texts)), errors="coerce", format="ISO8601", utc=True))
    texts = [_plain(text.strip(SIGNS), reading) for text in texts]
    return np.asarray(pd.to_numeric(np.array(texts, object), errors="coerce"), float)


def _narrow(text: str) -> str:
    """The text with full-width letters, digits and signs made narrow, and the true minus sign as a hyphen."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).replace("−", "-")


def _plain(text: str, reading: Reading) -> str:
    """The text with a decimal point and nothing between the thousands; "" where it is not of this reading."""
    if reading == "thousands" and THOUSANDS.fullmatch(text):
        return text.replace(",", "")
    if reading == "comma":
        return BETWEEN.sub("", text).replace(",", ".") if COMMA.fullmatch(text) else ""
    return text


def _date(text: str) -> str | None:
    """The date as year-month-day; None where the text does not begin with one."""
    found = DATE.fullmatch(text)
    return None if found is None else "{}-{}-{}{}".format(*found.group(1, 2, 3), found.group(4) or "")


def _days(stamps: Any) -> np.ndarray:
    import pandas as pd

    stamps = stamps.dt.tz_localize(None) if stamps.dt.tz is None else stamps.dt.tz_convert(None)
    return ((stamps - pd.Timestamp(1970, 1, 1)) / pd.Timedelta(days=1)).to_numpy(float, na_value=np.nan)


def find_reading(cells: Any, texts: np.ndarray) -> Reading | None:
    """The reading that most present cells allow, the plainest of equals; None where a tenth or more cannot be read.

    >>> import pandas as pd
    >>> cells = pd.Series(["0,5", "2", "3"])
    >>> find_reading(cells, as_texts(cells))
    'comma'
    """
    present = texts != ""
    best: Reading | None = None
    most = 0.0
    readings: tuple[Reading, ...] = ("number", "thousands", "comma", "date")
    for reading in readings:
        share = float((~np.isnan(as_numbers(cells, reading)) & present).sum() / max(1, present.sum()))
        if share > most:
            best, most = reading, share
        if most == 1:
            break
    return best if most >= NUMERIC_SHARE else None
