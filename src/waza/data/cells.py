"""Conversion of a column's cells to texts or numbers."""

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
    """Cells as stripped texts, "" if missing; whole numbers have no decimal point.

    >>> import pandas as pd
    >>> as_texts(pd.Series([1.0, None, 2.5])).tolist()
    ['1', '', '2.5']
    """
    missing = cells.isna().to_numpy()
    texts = np.empty(len(cells), object)  # object dtype: one long cell must not widen all others
    texts[:] = ["" if gone else _text(cell) for cell, gone in zip(cells.tolist(), missing, strict=True)]
    return texts


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()


def as_numbers(cells: Any, reading: Reading) -> np.ndarray:
    """Cells as float64, NaN if missing or not in this notation; dates as days since 1970.

    "number" has a decimal point, "thousands" commas between thousands, and "comma" a decimal comma. Full-width digits,
    and percent and currency signs at either end, are accepted.

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
    """The text with full-width letters, digits and signs as half-width ones, and the minus sign as a hyphen."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).replace("−", "-")


def _plain(text: str, reading: Reading) -> str:
    """The text with a decimal point and nothing between the thousands; "" if it is not in this notation."""
    if reading == "thousands" and THOUSANDS.fullmatch(text):
        return text.replace(",", "")
    if reading == "comma":
        return BETWEEN.sub("", text).replace(",", ".") if COMMA.fullmatch(text) else ""
    return text


def _date(text: str) -> str | None:
    """The date as year-month-day; None if the text does not begin with one."""
    found = DATE.fullmatch(text)
    return None if found is None else "{}-{}-{}{}".format(*found.group(1, 2, 3), found.group(4) or "")


def _days(stamps: Any) -> np.ndarray:
    import pandas as pd

    stamps = stamps.dt.tz_localize(None) if stamps.dt.tz is None else stamps.dt.tz_convert(None)
    return ((stamps - pd.Timestamp(1970, 1, 1)) / pd.Timedelta(days=1)).to_numpy(float, na_value=np.nan)


def find_reading(cells: Any, texts: np.ndarray) -> Reading | None:
    """The notation that fits most non-empty cells, on a tie the simplest; None if a tenth or more do not fit.

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
