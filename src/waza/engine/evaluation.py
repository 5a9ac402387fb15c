"""Evaluation on the host: measures summed over pieces of the data, judged outputs, and the check of declarations."""

from collections.abc import Iterable, Sequence
from typing import Any

import jax
import numpy as np
from jaxtyping import PyTree

from waza.core.errors import Error, nearest
from waza.core.measure import Mean, as_mean, is_mean
from waza.engine.tally import flat_values
from waza.learners import Learner


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
    missing = [
        name for name in declared if name not in measured and not (recorded is None and name.startswith("batch_"))
    ]
    if missing and not judged:
        raise Error(
            f"{kind}.measures declares {missing[0]!r}, which {kind}.evaluate does not return: "
            f"{nearest(missing[0], measured)}"
        )


def declared_names(learner: Learner, data: Any) -> list[str]:
    """The names of the measures that a learner declares, the main one first."""
    return [measure.name for measure in learner.measures(data)]


def judged(learners: Sequence[Learner], outputs: PyTree[np.ndarray], data: Any) -> dict[str, np.ndarray]:
    """What `judge` measures of outputs with the axes (seed, variant, ...), by path, (seed, variant).

    Variants that only fill the last device are not judged and stay NaN.

    Raises:
        Error: a measure is not declared.
    """
    shape = jax.tree.leaves(outputs)[0].shape[:2]
    values: dict[str, np.ndarray] = {}
    for i, learner in enumerate(learners):
        declared = declared_names(learner, data)
        for seed in range(shape[0]):
            found = learner.judge(jax.tree.map(lambda leaf, at=(seed, i): leaf[at], outputs), data)
            for name, value in flat_values(jax.tree.map(as_mean, found, is_leaf=is_mean)).items():
                if name.partition("/")[0] not in declared:
                    kind = type(learner).__name__
                    raise Error(
                        f"{kind}.judge returns {name!r}, which {kind}.measures does not declare: add it there "
                        f"({nearest(name, declared)})"
                    )
                values.setdefault(name, np.full(shape, np.nan, np.float32))[seed, i] = value
    return values


def summed(pieces: Sequence[tuple[Any, Any]]) -> tuple[Any, Any]:
    """(measures, outputs) of all pieces: Means are summed in double precision, outputs joined along their rows."""
    if len(pieces) == 1:
        return pieces[0]

    def total(*means: Mean) -> Mean:
        return Mean(
            np.sum([np.asarray(mean.total, float) for mean in means], axis=0),
            np.sum([np.asarray(mean.weight, float) for mean in means], axis=0),
        )

    measures = jax.tree.map(total, *(piece[0] for piece in pieces), is_leaf=is_mean)
    return measures, jax.tree.map(lambda *leaves: np.concatenate(leaves, axis=2), *(piece[1] for piece in pieces))
