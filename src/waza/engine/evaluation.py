"""Evaluation on the host: measures summed over pieces of the data, judged outputs, and the check of declarations."""

from collections.abc import Iterable, Sequence
from typing import Any

import jax
import numpy as np
from jaxtyping import PyTree

from waza.core.errors import Error, nearest
from waza.core.measure import Mean, Measure, is_mean
from waza.engine.tally import flat_values, named_means
from waza.learners import Learner

TAKEN = ("variant", "seed", "step", "layer", "diverged_at")  # names in the results


def check_declared(
    learner: Learner, data: Any, evaluated: Iterable[str], recorded: Iterable[str] | None, judged: bool
) -> None:
    """Refuse measures that are not declared, and declared ones that are not measured.

    Args:
        learner: it declares.
        data: as `Learner.measures` is given them.
        evaluated: the names that `evaluate` returns.
        recorded: the names of `update`'s records; None where no step is made.
        judged: whether there are outputs, so that `judge` may measure what `evaluate` does not.

    Raises:
        Error: a name is missing on one side; the nearest is named.
    """
    kind, declared = type(learner).__name__, declared_names(learner, data)
    measured = [*evaluated, *(f"batch_{name}" for name in recorded or ())]
    for name in evaluated:
        if name not in declared:
            raise Error(
                f"{kind}.evaluate returns {name!r}, which {kind}.measures does not declare: add Measure({name!r}) there"
            )
    for name in declared:
        record = name.startswith("batch_")
        if name not in measured and not (recorded is None if record else judged):
            function = "update does not record" if record else "evaluate does not return"
            raise Error(f"{kind}.measures declares {name!r}, which {kind}.{function}: {nearest(name, measured)}")


def declared_measures(learner: Learner, data: Any) -> tuple[Measure, ...]:
    """The measures that a learner declares, the main one first.

    Raises:
        Error: it returns something else than Measures, or a name that the results use for something else.
    """
    found: Any = learner.measures(data)
    if not isinstance(found, tuple | list) or not all(isinstance(one, Measure) for one in found):
        raise Error(
            f"{type(learner).__name__}.measures returns {found!r}; expected a tuple of Measures, such as "
            "(Measure('loss', 'lower'),)"
        )
    for measure in found:
        if measure.name in TAKEN:
            raise Error(
                f"{type(learner).__name__}.measures declares {measure.name!r}; expected another name, since "
                "the results use this one"
            )
    return tuple(found)


def declared_names(learner: Learner, data: Any) -> list[str]:
    """The names of `declared_measures`."""
    return [measure.name for measure in declared_measures(learner, data)]


def judged(
    learners: Sequence[Learner],
    outputs: PyTree[np.ndarray],
    data: Any,
    shape: tuple[int, int],
    evaluated: Iterable[str],
) -> dict[str, np.ndarray]:
    """What `judge` measures, by path, (seed, variant).

    Args:
        learners: the variants that are judged; those that only fill the last device come after them and stay NaN.
        outputs: of `evaluate`, with the axes (seed, variant, ...).
        data: as `judge` is given them.
        shape: the numbers of seeds and variants.
        evaluated: the names that `evaluate` returns.

    Raises:
        Error: a measure is not declared, or a declared one is not measured.
    """
    evaluated = set(evaluated)
    values: dict[str, np.ndarray] = {}
    for i, learner in enumerate(learners):
        kind, declared = type(learner).__name__, declared_names(learner, data)
        expected = [name for name in declared if name not in evaluated and not name.startswith("batch_")]
        for seed in range(shape[0]):
            found = learner.judge(jax.tree.map(lambda leaf, at=(seed, i): leaf[at], outputs), data)
            means = named_means(found, f"{kind}.judge")
            for name in means:
                if name not in declared:
                    raise Error(
                        f"{kind}.judge returns {name!r}, which {kind}.measures does not declare: add it there "
                        f"({nearest(name, declared)})"
                    )
            for name in expected:
                if name not in means:
                    raise Error(
                        f"{kind}.measures declares {name!r}, which neither {kind}.evaluate nor {kind}.judge returns; "
                        "where nothing is counted, return Mean(0, 0)"
                    )
            for path, value in flat_values(means).items():
                values.setdefault(path, np.full(shape, np.nan, np.float32))[seed, i] = value
    return values


def summed(pieces: Sequence[tuple[Any, Any]]) -> tuple[Any, Any]:
    """(measures, outputs) of all pieces: Means are summed in double precision, outputs joined along their rows.

    Raises:
        Error: an output has no rows.
    """
    if len(pieces) == 1:
        return pieces[0]
    if any(leaf.ndim < 3 for leaf in jax.tree.leaves(pieces[0][1])):
        raise Error(
            "evaluate returns an output that is a single number, of several pieces of data; expected rows of each"
        )

    def total(*means: Mean) -> Mean:
        return Mean(
            np.sum([np.asarray(mean.total, float) for mean in means], axis=0),
            np.sum([np.asarray(mean.weight, float) for mean in means], axis=0),
        )

    measures = jax.tree.map(total, *(piece[0] for piece in pieces), is_leaf=is_mean)
    return measures, jax.tree.map(lambda *leaves: np.concatenate(leaves, axis=2), *(piece[1] for piece in pieces))
