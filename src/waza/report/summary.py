"""A run's figures as plain JSON values."""

import dataclasses
import math
from typing import Any

import xarray as xr

from waza.study.claims import Finding
from waza.study.results import diverged, final
from waza.study.statistics import t_interval


def scalar_measures(results: xr.Dataset) -> list[str]:
    """The measures that have one value a trial and step, the main one first."""
    names = [str(name) for name, value in results.data_vars.items() if value.dims == ("variant", "seed", "step")]
    main = results.attrs.get("measure")
    return sorted(names, key=lambda name: (name != main, not name.startswith("test_"), name))


def as_json(results: xr.Dataset, findings: tuple[Finding, ...]) -> dict[str, Any]:
    """Each variant's measures at the last step with 95 % intervals, the verdicts, and the seconds; None for NaN."""
    attrs = results.attrs

    def measures(variant: str) -> dict[str, Any]:
        found = {}
        for measure in scalar_measures(results):
            values = final(results, measure, variant).values
            interval = t_interval(values)
            found[measure] = {
                "mean": interval.mean,
                "low": interval.low,
                "high": interval.high,
                "per_seed": [float(value) for value in values],
            }
        return found

    return _plain(
        {
            "study": attrs["study"],
            "data": {"name": attrs.get("data_name"), "train": attrs.get("data_train"), "test": attrs.get("data_test")},
            "seeds": attrs.get("seeds", results.sizes["seed"]),
            "steps": attrs.get("steps", int(results["step"][-1])),
            "variants": {
                str(variant): {"measures": measures(variant), "diverged": diverged(results, variant)}
                for variant in results["variant"].values
            },
            "claims": {finding.id: _claim(finding) for finding in findings},
            "seconds": {name: attrs.get(f"{name}_seconds") for name in ("compile", "train", "total")},
        }
    )


def _claim(finding: Finding) -> dict[str, Any]:
    """The verdict, with the leading part's effect."""
    parts = [dataclasses.asdict(part) for part in finding.parts]
    leading = {name: parts[0][name] for name in ("effect", "low", "high", "confidence", "seeds")}
    return {"verdict": finding.verdict, **leading, "parts": parts}


def _plain(value: Any) -> Any:
    """The value in types that JSON has; a number that is not finite becomes None."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
