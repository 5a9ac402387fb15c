"""Decide: apply the rules of a study's claims to its results."""

import dataclasses
import functools
import math
import numbers
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
import xarray as xr

from waza.core.errors import Error
from waza.core.showing import shown
from waza.study.claims import (
    AnyPart,
    Claim,
    Exact,
    Finding,
    MoreOften,
    Part,
    PartFinding,
    Rule,
    Share,
    Verdict,
    combine,
)
from waza.study.record import RunRecord, record_of
from waza.study.shares import difference_p, paired_difference, share_p, wilson_interval
from waza.study.statistics import (
    Interval,
    anytime_half_width,
    anytime_interval,
    interquartile_mean,
    seeds_needed,
    sign_flip_p,
    smallest_effect,
    student_half_width,
    t_interval,
)
from waza.study.trained import finite_trials

FEWEST_SEEDS = 10
CONFIDENCE = 0.95
UNTIL_DECIDED = "until decided"
STRICTER = 5  # a verdict that an error rate smaller by this factor would not reach is close to its bound


class Sampling(NamedTuple):
    """How the seeds came about.

    Args:
        anytime: whether seeds were added until something was decided.
        block: seeds between two looks at the results.
        overlap: the share of the pool that each seed's test rows are, where seeds draw their own; else 0.
    """

    anytime: bool = False
    block: int = 10
    overlap: float = 0.0


FIXED = Sampling()


class _Found(NamedTuple):
    """What is known of a part before its verdict: its interval, and the test that goes with it."""

    interval: Interval
    p: float = math.nan
    bound: float = math.nan
    reason: str = ""


def decide(claims: Sequence[Claim], results: xr.Dataset, confidence: float = CONFIDENCE) -> tuple[Finding, ...]:
    """Apply the rules of a study's claims to its results, with Holm's correction over all effects that are judged.

    The chance of any false verdict in the study is at most 1 - confidence: with m effects, each part is first tried at
    1 - (1 - confidence)/m; once all parts of k effects are decided, the others are tried again with m - k in the place
    of m. Parts with other bounds for the same effect count once: they have one interval, and a false verdict on any of
    them says that it misses the truth. Exact parts have no error and are not counted. Where seeds were added until
    the claims were decided, intervals that hold at every look take the place of the usual ones.

    Source: Holm, "A simple sequentially rejective multiple test procedure", 1979; Shaffer, "Modified sequentially
    rejective multiple test procedures", 1986 (hypotheses that cannot be true together).
    """
    record = record_of(results)
    sampling = Sampling(record.stopping == UNTIL_DECIDED, record.block or 10, record.overlap)
    parts = [part for claim in claims for part in claim.parts]
    tries = [_tried(part, results, record, sampling) for part in parts]
    found: list[PartFinding | None] = [
        one(confidence) if isinstance(part, Exact) else None for part, one in zip(parts, tries, strict=True)
    ]
    while left := [i for i, one in enumerate(found) if one is None]:
        level = 1 - (1 - confidence) / effects_judged([parts[i] for i in left])
        tried = {i: tries[i](level) for i in left}
        decided = [i for i in left if tried[i].verdict != "undecided"]
        for i in decided or left:
            found[i] = tried[i]
    together = iter(found)
    findings = []
    for claim in claims:
        own = tuple(one for one in (next(together) for _ in claim.parts) if one is not None)
        verdict, cases = combine(own)
        findings.append(Finding(claim.id, verdict, own, cases))
    return tuple(findings)


def effects_judged(parts: Sequence[AnyPart]) -> int:
    """The number of effects that these parts judge: those of the same effect count once, exact ones do not."""
    sampled = [part for part in parts if not isinstance(part, Exact)]
    return len({(part.effect, part.among) if isinstance(part, Part) else part for part in sampled})


def _tried(part: AnyPart, results: xr.Dataset, record: RunRecord, sampling: Sampling) -> Callable[[float], PartFinding]:
    """The finding on a part as a function of the confidence; what does not depend on it is computed once."""
    if isinstance(part, Exact):
        return lambda _: decide_exact(part)
    if isinstance(part, Share):
        reached = per_seed(part, "reached", results).astype(bool)
        return lambda level: decide_share(part, reached, level, sampling)
    if isinstance(part, MoreOften):
        pair = [per_seed(part, name, results).astype(bool) for name in ("first", "second")]
        return lambda level: decide_more_often(part, pair[0], pair[1], level, sampling)
    effects, left_out = effects_of(part, results, record)
    return lambda level: dataclasses.replace(decide_part(part, effects, level, sampling), left_out=left_out)


def effects_of(part: Part, results: xr.Dataset, record: RunRecord) -> tuple[np.ndarray, int]:
    """A sampled part's effects, one a seed that counts, and the number of seeds that do not."""
    effects = per_seed(part, "effect", results).astype(float)
    if not part.among:
        return effects, 0
    trained = trained_trials(results, record).sel(variant=list(part.among)).all("variant").values
    return effects[trained], int((~trained).sum())


def per_seed(part: Rule, name: str, results: xr.Dataset) -> np.ndarray:
    """What one of a part's functions of the results returns: one value a seed.

    Raises:
        Error: it returns something else, or looks for a step at which this run has no evaluation.
    """
    function = getattr(part, name)
    if isinstance(function, type):
        raise Error(f"{name} of {part.name!r} is {shown(function)}; expected a function of the results")
    with np.errstate(all="ignore"):  # what is not finite is judged, and said
        try:
            found = function(results)
        except KeyError as error:
            if "'step'" not in str(error):
                raise
            steps = f"{results['step'].values[-1]:,} steps"
            raise Error(
                f"{part.name!r} is judged at a step where a run of {steps} has no evaluation: "
                "leave the study's own steps as they are"
            ) from error
    what, expected = f"{name} of {part.name!r} returns", "expected one value a seed, as wz.final(results, ...) gives"
    if not isinstance(found, xr.DataArray):
        raise Error(f"{what} {shown(found)}; {expected}")
    if found.dims != ("seed",) or not 0 < found.size <= results.sizes["seed"]:  # a rule may judge some seeds alone
        raise Error(f"{what} values over ({', '.join(map(str, found.dims))}); {expected}")
    if getattr(part, "among", ()) and found.size != results.sizes["seed"]:
        raise Error(f"{what} {found.size} values; with `among`, expected one for each seed")
    if found.dtype.kind not in "biuf":
        raise Error(f"{what} {found.dtype} values; {expected}")
    return np.asarray(found.values)


def trained_trials(results: xr.Dataset, record: RunRecord) -> xr.DataArray:
    """Whether each trial has trained, (variant, seed): as the study declares, or at least without diverging."""
    if record.trained is None:
        return finite_trials(results)
    return record.trained.trials(results, record.declared(record.trained.measure))


def decide_exact(part: Exact) -> PartFinding:
    """Apply a part's rule to a value without an interval."""
    value = part.value()
    if not isinstance(value, numbers.Real | np.ndarray | jax.Array) or np.size(value) != 1:
        raise Error(f"value of {part.name!r} returns {shown(value)}; expected a number")
    value = float(value)
    holds = part.low < value < part.high
    verdict: Verdict = "holds" if holds else "fails"
    return _finding(part, "exact", _Found(Interval(value, value, value, 1.0, 0)), verdict)


def decide_part(
    part: Part, effects: np.ndarray, confidence: float = CONFIDENCE, sampling: Sampling = FIXED
) -> PartFinding:
    """Apply a part's rule to one effect a seed."""
    effects = np.asarray(effects, float)
    usable = bool(np.isfinite(effects).all())
    interval_of = functools.partial(anytime_interval if sampling.anytime else t_interval, overlap=sampling.overlap)
    mean = float(effects.mean()) if effects.size else math.nan
    bound = min(part.bounds, key=lambda one: abs(mean - one))
    p = sign_flip_p(effects - bound) if usable and effects.size else math.nan

    def at(level: float) -> tuple[_Found, Verdict]:
        found = _Found(interval_of(effects, level), p, bound, "" if usable else "not finite")
        return _judged(part, found, level)

    found, verdict = at(confidence)
    spread = float(effects.std(ddof=1)) if effects.size > 1 and usable else math.nan
    needed = None
    if verdict == "undecided" and usable and effects.size > 1:
        half_width = functools.partial(
            anytime_half_width if sampling.anytime else student_half_width, overlap=sampling.overlap
        )
        needed = seeds_needed(spread, abs(mean - bound), confidence, half_width)
        if needed is not None:
            needed = max(needed, FEWEST_SEEDS, effects.size + 1 if effects.size >= FEWEST_SEEDS else 0)
    return _finding(
        part,
        "sampled",
        found,
        verdict,
        needed=needed,
        smallest=smallest_effect(spread, effects.size, confidence, overlap=sampling.overlap),
        interquartile=interquartile_mean(effects) if usable else math.nan,
        equivalent=_equivalent(part, found.interval) and not found.reason,
        near=_near(at, confidence, verdict),
    )


def decide_share(
    part: Share, reached: np.ndarray, confidence: float = CONFIDENCE, sampling: Sampling = FIXED
) -> PartFinding:
    """Apply a part's rule to the share of seeds that reached something."""
    share = float(np.mean(reached)) if reached.size else math.nan
    bound = min(part.bounds, key=lambda one: abs(share - one))
    p = share_p(reached, bound) if reached.size and 0 <= bound <= 1 else math.nan

    def at(level: float) -> tuple[_Found, Verdict]:
        at_look = _at_look(level, reached.size, sampling)
        return _judged(part, _Found(wilson_interval(reached, at_look), p, bound), at_look)

    found, verdict = at(confidence)
    return _finding(part, "share", found, verdict, near=_near(at, confidence, verdict))


def decide_more_often(
    part: MoreOften,
    first: np.ndarray,
    second: np.ndarray,
    confidence: float = CONFIDENCE,
    sampling: Sampling = FIXED,
) -> PartFinding:
    """Apply a part's rule to the paired difference of two shares."""
    difference = float(np.mean(first) - np.mean(second)) if first.size else math.nan
    bound = min(part.bounds, key=lambda one: abs(difference - one))
    p = difference_p(first, second, bound) if first.size and abs(bound) < 1 else math.nan

    def at(level: float) -> tuple[_Found, Verdict]:
        at_look = _at_look(level, first.size, sampling)
        return _judged(part, _Found(paired_difference(first, second, at_look), p, bound), at_look)

    found, verdict = at(confidence)
    equivalent = _equivalent(part, found.interval) and not found.reason
    return _finding(part, "more often", found, verdict, equivalent=equivalent, near=_near(at, confidence, verdict))


def _judged(part: Rule, found: _Found, confidence: float) -> tuple[_Found, Verdict]:
    """The verdict of a region on an interval; a test that does not agree, or too few seeds, leaves it open."""
    low, high = part.low, part.high
    interval = found.interval
    if found.reason:
        return found, "undecided"
    if interval.count < FEWEST_SEEDS:
        return found._replace(reason="few seeds"), "undecided"
    if interval.low > low and interval.high < high:
        verdict: Verdict = "holds"
    elif interval.high < low or interval.low > high:
        verdict = "fails"
    else:
        return found, "undecided"
    if found.p > 1 - confidence:
        return found._replace(reason="test"), "undecided"
    return found, verdict


def _near(at: Callable[[float], tuple[_Found, Verdict]], confidence: float, verdict: Verdict) -> bool:
    """Whether a verdict is close to its bound."""
    return verdict != "undecided" and at(1 - (1 - confidence) / STRICTER)[1] == "undecided"


def _equivalent(part: Rule, interval: Interval) -> bool:
    """Whether the interval of a difference lies within the smallest difference that matters, either way."""
    one_sided, symmetric = len(part.bounds) == 1, part.low == -part.high
    return (one_sided or symmetric) and max(-interval.low, interval.high) < abs(part.bounds[0])


def _at_look(confidence: float, count: int, sampling: Sampling) -> float:
    r"""The confidence at look k, $1 - \alpha \cdot 6/(\pi^2 k^2)$, so that all looks share the error rate."""
    if not sampling.anytime:
        return confidence
    look = max(1, math.ceil(count / sampling.block))
    return 1 - (1 - confidence) * 6 / (math.pi * look) ** 2


def _finding(part: Rule, kind: Any, found: _Found, verdict: Verdict, **more: Any) -> PartFinding:
    interval = found.interval
    return PartFinding(
        name=part.name,
        kind=kind,
        verdict=verdict,
        effect=interval.mean,
        low=interval.low,
        high=interval.high,
        confidence=interval.confidence,
        seeds=interval.count,
        region=(part.low, part.high),
        p=found.p,
        bound=found.bound,
        unit=part.unit or ("points" if kind in ("share", "more often") else ""),
        reason=found.reason,
        further=part.further,
        case=part.case,
        **more,
    )
