"""Rehearsal: the parts of claims are applied to made-up results before anything trains."""

import contextlib
import dataclasses
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import equinox as eqx
import jax
import numpy as np
import xarray as xr

from waza.core.errors import Error, nearest
from waza.core.names import PACKAGE
from waza.engine.evaluation import declared_names
from waza.engine.work import Outcome, Trials, Unit
from waza.learners import Learner
from waza.learners.keys import trial_key
from waza.study.assembly import assemble
from waza.study.claims import Exact, MoreOften, Part, Rule, Share
from waza.study.deciding import per_seed
from waza.study.record import RunRecord
from waza.study.study import Study
from waza.study.tuning import tuned_name

BLIND = (AttributeError, KeyError, NameError, TypeError)  # exceptions that hardly depend on the values


def rehearse(study: Study, trials_of: Any, everything: bool = False) -> None:
    """Refuse the claims of a study that cannot be applied to its results, whatever these will be.

    Each effect is called with results of the study's variants, seeds, steps and measures whose values are made up:
    zeros, ones, and values that rise from 0 to 1. It must return one value a seed. An exception that says that a
    name, a key or a type is wrong counts if all three raise it; others may depend on the values, and wait for these.

    Args:
        study: with its tuning, if it has one.
        trials_of: gives the `Trials` of a study without tuning.
        everything: also the parts of the package's own studies, which were tried with the steps that these have.

    Raises:
        Error: an effect returns something else, or a part names no variant.
        AttributeError, KeyError, NameError, TypeError: raised by an effect.
    """
    parts = [(claim, part) for claim in study.claims for part in claim.parts if everything or _is_users(part)]
    if not parts:
        return
    if study.tuning is not None:
        tuned = {tuned_name(name): study.variants[name] for name in study.tuning.grid if name in study.variants}
        kept = {} if study.tuning.nested else study.variants
        baseline = tuned_name(study.baseline) if study.tuning.nested else study.baseline
        study = dataclasses.replace(study, variants={**kept, **tuned}, baseline=baseline, tuning=None)
    made = list(_made_up(study, trials_of(study)))
    for claim, part in parts:
        for name in part.among if isinstance(part, Part) else ():
            if name not in study.variants:
                raise Error(
                    f"{part.name!r} of the claim {claim.id!r} is among {name!r}, which is no variant: "
                    f"{nearest(name, study.variants)}"
                )
        for field in _effects(part):
            _try(part, field, made)


def _is_users(part: Rule) -> bool:
    """Whether a sampled part is of the user's own; those of the package were tried when it was made."""
    effects = [getattr(part, field) for field in _effects(part)]
    return any(not str(getattr(one, "__module__", "")).startswith(f"{PACKAGE}.") for one in effects)


def _effects(part: Rule) -> tuple[str, ...]:
    """The names of a part's functions of the results."""
    return {Part: ("effect",), Share: ("reached",), MoreOften: ("first", "second"), Exact: ()}[type(part)]


def _try(part: Rule, name: str, made: list[xr.Dataset]) -> None:
    """Apply one of a part's functions to made-up results."""
    failed: list[Exception] = []
    for results in made:
        try:
            with warnings.catch_warnings(action="ignore"), np.errstate(all="ignore"):
                per_seed(part, name, results)
        except (*BLIND, Error) as error:
            failed.append(error)
        except Exception:  # it may depend on the values
            continue
    if made and len(failed) == len(made):
        raise failed[0]


def _made_up(study: Study, trials: Trials) -> Iterator[xr.Dataset]:
    """Results of a study with values of zero, one, and rising from 0 to 1; none where a learner's own code fails."""
    evaluations, seeds = trials.plan.evaluations, study.block
    paths = []
    with contextlib.suppress(Exception):  # what fails here fails again, with more to say, when programs are compiled
        paths = [_paths(list(study.variants.values())[group[0]], trials) for group in trials.groups]
    if not paths:
        return
    blocks = -(-study.seeds // study.block)
    chance = {name: float(level) for name, level in study.variants[study.baseline].chance(study.data).items()}
    record = RunRecord(measures=study.measures, chance=chance, trained=study.trained, block=study.block)
    for value in (0.0, 1.0, None):
        outcomes: dict[Unit, Outcome] = {}
        for g, group in enumerate(trials.groups):
            shape = (evaluations, seeds, len(group))
            rising = np.linspace(0, 1, int(np.prod(shape)), dtype=np.float32).reshape(shape)
            values = rising if value is None else np.full(shape, value, np.float32)
            outcome = Outcome(dict.fromkeys(paths[g], values), np.full(shape[1:], -1))
            outcomes |= {Unit(block, g, "vmap"): outcome for block in range(blocks)}
        results = assemble(study, trials, outcomes)
        results.attrs |= record.to_attrs()
        yield results


def _paths(learner: Learner, trials: Trials) -> list[str]:
    """The paths of all that a learner measures and records, without computing any of it."""
    arrays, rest = eqx.partition(trials.data, eqx.is_array)

    def evaluated(arrays: Any) -> Any:
        data = eqx.combine(arrays, rest)
        state = learner.init(trial_key(0, "init"), data)
        found = learner.evaluate(state, next(iter(learner.source(data).pieces(data))), trial_key(0, "evaluate"))
        return found[0] if isinstance(found, tuple) else found

    found: Mapping[str, Any] = jax.eval_shape(evaluated, arrays)
    paths = []
    for name, value in found.items():
        paths += [f"{name}/{layer}" for layer in value] if isinstance(value, Mapping) else [name]
    names = {path.partition("/")[0] for path in paths}
    return [*paths, *(name for name in declared_names(learner, trials.data) if name not in names)]
