"""Dates and times of day as numbers."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

REST = r"((?:[ T]|, ).*)?"  # the time of day
YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?" + REST)
YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})" + REST)
NAMED = re.compile(r"(\d{1,2})[-/. ]+([A-Za-z]{3,9})\.?[-/., ]+(\d{4}|\d{2})" + REST)  # 31 Dec 2022
NAME_FIRST = re.compile(r"([A-Za-z]{3,9})\.? +(\d{1,2}),? +(\d{4})" + REST)  # Dec 31, 2022
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
CLOCK = re.compile(r"(\d{1,3}):(\d{2})(?::(\d{2}(?:\.\d*)?))? ?([AaPp]\.?[Mm]\.?)?")
CENTURY = 69  # two-digit years from 69 are of the twentieth century


def days(texts: Sequence[str], reading: str) -> np.ndarray:
    """Dates as days since 1970, NaN if a text is no date in this notation.

    "date" begins with the year or has the month's English name; the others begin with the day or the month.

    >>> days(["1970-01-02", "2 Jan 1970 6:00 PM", "31/12/1969"], "date").tolist()
    [1.0, 1.75, nan]
    >>> days(["31/12/1969"], "day_first").tolist(), days(["12.31.69"], "month_first").tolist()
    ([-1.0], [-1.0])
    """
    import pandas as pd

    written = pd.Series([_date(text, reading) for text in texts], dtype=object)
    return stamps_as_days(pd.to_datetime(written, errors="coerce", format="ISO8601", utc=True))


def stamps_as_days(stamps: Any) -> np.ndarray:
    """Time stamps as days since 1970."""
    import pandas as pd

    stamps = stamps.dt.tz_localize(None) if stamps.dt.tz is None else stamps.dt.tz_convert(None)
    return ((stamps - pd.Timestamp(1970, 1, 1)) / pd.Timedelta(days=1)).to_numpy(float, na_value=np.nan)


def hours(texts: Sequence[str]) -> np.ndarray:
    """Times of day or durations as hours, NaN if a text is none.

    >>> hours(["08:30", "2:15:00 PM", "8h"]).tolist()
    [8.5, 14.25, nan]
    """
    return np.array([_hours(text) for text in texts], float)


def _hours(text: str) -> float:
    found = CLOCK.fullmatch(text)
    if found is None or int(found[2]) > 59 or float(found[3] or 0) >= 60:
        return np.nan
    hour, half = int(found[1]), (found[4] or "").lower()[:1]
    if half:
        if not 1 <= hour <= 12:
            return np.nan
        hour = hour % 12 + (12 if half == "p" else 0)
    return hour + int(found[2]) / 60 + float(found[3] or 0) / 3600


def _date(text: str, reading: str) -> str | None:
    """The date as year-month-day with its time; None if the text does not begin with one."""
    if reading == "date":
        if found := YEAR_FIRST.fullmatch(text):
            year, month, day, rest = found.groups()
        elif found := NAMED.fullmatch(text):
            day, month, year, rest = found[1], _month(found[2]), found[3], found[4]
        elif found := NAME_FIRST.fullmatch(text):
            month, day, year, rest = _month(found[1]), found[2], found[3], found[4]
        else:
            return None
    else:
        if (found := YEAR_LAST.fullmatch(text)) is None:
            return None
        day, month = (found[1], found[3]) if reading == "day_first" else (found[3], found[1])
        year, rest = found[4], found[5]
    if len(year) == 2:
        year = ("19" if int(year) >= CENTURY else "20") + year
    return f"{year}-{month.zfill(2)}-{day.zfill(2)}{_time(rest or '')}"


def _month(name: str) -> str:
    """The month's number; "" if this is no English name of one."""
    short = name[:3].lower()
    return str(MONTHS.index(short) + 1) if short in MONTHS else ""


def _time(rest: str) -> str:
    """The time of day as hours, minutes and seconds; other endings, such as time zones, stay as they are."""
    value = _hours(rest.lstrip(" T,"))
    if np.isnan(value) or value >= 24:
        return rest
    seconds = min(round(value * 3600), 86399)
    return f"T{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
