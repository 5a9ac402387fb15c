"""The results of a run as plain JSON values, and the measures that tables show."""

import dataclasses
import math
from collections.abc import Collection
from typing import Any

import xarray as xr

from waza.report.bands import final_interval
from waza.report.trained import trained_shares
from waza.study.claims import Finding
from waza.study.record import TRIAL, record_of
from waza.study.results import diverged, final

MOST_COLUMNS = 4


def scalar_measures(results: xr.Dataset) -> list[str]:
    """The measures with one value a trial and step: the main one, the declared ones in their order, then others."""
    names = sorted(str(name) for name, value in results.data_vars.items() if value.dims == TRIAL)
    record = record_of(results)
    first = (record.measure, *(measure.name for measure in record.measures))
    return [*(name for name in dict.fromkeys(first) if name in names), *(name for name in names if name not in first)]


def shown_measures(results: xr.Dataset) -> list[str]:
    """The measures of short tables: the main one, then those declared with a better direction, at most four in all."""
    record = record_of(results)
    scalar = scalar_measures(results)
    return [name for name in scalar if name == record.measure or record.declared(name).sign][:MOST_COLUMNS]


def as_json(results: xr.Dataset, findings: tuple[Finding, ...], changed: Collection[str] = ()) -> dict[str, Any]:
    """Each variant's measures at the last step with 95 % intervals, the verdicts, and the seconds; None for NaN.

    Args:
        results: of a run.
        findings: of its claims.
        changed: the claims whose rule is not the one that the run was made with.
    """
    record, trained = record_of(results), trained_shares(results)

    def measures(variant: str) -> dict[str, Any]:
        found = {}
        for measure in scalar_measures(results):
            per_seed = [float(value) for value in final(results, measure, variant).values]
            found[measure] = {
                **{end: getattr(final_interval(results, measure, variant), end) for end in ("mean", "low", "high")},
                "per_seed": per_seed,
            }
        return found

    return _plain(
        {
            "study": record.study,
            "data": {"name": record.data_name, **{split: record.rows.get(split) for split in ("train", "test")}},
            "seeds": record.seeds or results.sizes["seed"],
            "steps": int(results["step"][-1]) if record.steps is None else record.steps,
            "variants": {
                str(variant): {
                    "measures": measures(variant),
                    "diverged": diverged(results, variant),
                    **({"trained": dataclasses.asdict(trained[variant])} if trained else {}),
                }
                for variant in results["variant"].values
            },
            "claims": {finding.id: _claim(finding, finding.id in changed) for finding in findings},
            "seconds": {name: record.seconds.get(name) for name in ("compile", "train", "total")},
        }
    )


def _claim(finding: Finding, changed: bool) -> dict[str, Any]:
    """The verdict with the first part's effect, whether the rule changed after the run, and all parts."""
    parts = [dataclasses.asdict(part) for part in finding.parts]
    leading = {name: parts[0][name] for name in ("effect", "low", "high", "confidence", "seeds")}
    return {"verdict": finding.verdict, "rule_changed": changed, **leading, "parts": parts}


def _plain(value: Any) -> Any:
    """The value in types that JSON has; a number that is not finite becomes None."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
