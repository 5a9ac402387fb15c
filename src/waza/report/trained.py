"""The share of trials that have trained, a variant a line, where a study declares what that means."""

import xarray as xr

from waza.report.words import Words, labels, number
from waza.study.deciding import trained_trials
from waza.study.record import record_of
from waza.study.shares import wilson_interval
from waza.study.statistics import Interval


def trained_shares(results: xr.Dataset) -> dict[str, Interval]:
    """The share of seeds whose trial has trained with Wilson's interval, by variant; empty where none is declared."""
    record = record_of(results)
    if record.trained is None:
        return {}
    trained = trained_trials(results, record)
    return {str(name): wilson_interval(trained.sel(variant=name).values) for name in trained["variant"].values}


def share_text(share: Interval, language: str) -> str:
    """The number of trials that have trained, and the interval of their share.

    >>> share_text(Interval(0.8, 0.49, 0.9433, 0.95, 10), "en")
    '8 of 10 (49 to 94 %)'
    """
    low, high = (f"{100 * end:.0f}" for end in (share.low, share.high))
    return str(
        labels(language)["trained"]["share"].format(
            reached=round(share.mean * share.count), seeds=share.count, low=low, high=high
        )
    )


def trained_note(results: xr.Dataset, words: Words, language: str) -> str:
    """What "trained" means in this study; empty where none is declared."""
    record = record_of(results)
    if record.trained is None:
        return ""
    name, bound = record.trained.measure, number(record.trained.bound)
    text = labels(language)["trained"]["higher" if record.declared(name).sign > 0 else "lower"]
    return str(text.format(measure=words[language].measure(name), bound=bound))
