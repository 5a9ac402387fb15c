"""Functions of two bits: which of them a line separates, and a learner that is shown one pattern at a time."""

import itertools
import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int
from scipy.optimize import linprog

from waza import nn
from waza.core.measure import Mean
from waza.data import Dataset, Split
from waza.learners import Measure, Measures, Supervised

PATTERNS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
GATES = {"OR": (0, 1, 1, 1), "AND": (0, 0, 0, 1), "XOR": (0, 1, 1, 0)}
SOLVED = "solved"


def patterns() -> Dataset:
    """The four patterns and the answers of all gates, (4, gates), to train and to test."""
    rows = Split(PATTERNS, np.array(list(GATES.values()), np.int32).T)
    return Dataset("logic_gates", rows, rows)


class GateLoss(nn.Loss):
    r"""Cross entropy of a sigmoid unit for one gate: $\log(1 + e^z) - t z$.

    Args:
        gate: the name of the gate.

    >>> measures = GateLoss("AND")(jnp.array([[0.0], [3.0]]), jnp.array([[1, 0, 1], [1, 1, 0]]))
    >>> [round(loss, 4) for loss in measures["loss"].tolist()], measures["accuracy"].tolist()
    ([0.6931, 0.0486], [1.0, 1.0])
    """

    gate: str

    @property
    def column(self) -> int:
        """The column of the targets."""
        return list(GATES).index(self.gate)

    def measures(self) -> tuple[Measure, ...]:
        """The share of the patterns that are right, and the loss."""
        return Measure("accuracy", "higher", bounds=(0.0, 1.0)), Measure("loss", "lower", "nats", (0.0, math.inf))

    def __call__(
        self, outputs: Float[Array, "batch 1"], targets: Int[Array, "batch gates"], weights: Array | None = None
    ) -> dict[str, Array]:
        """The loss and the accuracy of each pattern."""
        z, t = outputs[:, 0], targets[:, self.column]
        return {"loss": jax.nn.softplus(z) - t * z, "accuracy": ((z > 0) == (t > 0)).astype(z.dtype)}

    def chance(self, targets: np.ndarray) -> dict[str, float]:
        """The entropy of the answers, and the share of the more frequent one."""
        share = float(np.mean(targets[:, self.column]))
        return {
            "loss": -share * math.log(share) - (1 - share) * math.log(1 - share),
            "accuracy": max(share, 1 - share),
        }


class OnGate(Supervised):
    """Supervised learning of a gate; further measure: "solved", whether all four patterns are right."""

    def measures(self, data: Dataset) -> tuple[Measure, ...]:
        """Whether the gate is solved, and all other measures."""
        return Measure(SOLVED, "higher", bounds=(0.0, 1.0)), *super().measures(data)

    def evaluate(self, state: Any, data: Dataset, key: Any) -> Measures:
        """All measures of `Supervised`, and this one."""
        found = super().evaluate(state, data, key)
        right = found["test_accuracy"]
        share = right.total / right.weight if isinstance(right, Mean) else right
        return found | {SOLVED: (jnp.asarray(share) > 0.99).astype(jnp.float32)}

    def chance(self, data: Dataset) -> dict[str, float]:
        """A constant answer solves no gate."""
        return super().chance(data) | {SOLVED: 0.0}


def margin(answers: tuple[int, ...]) -> float:
    r"""The greatest m with $s_i (w^\top x_i + b) \ge m$ for all patterns and |w_1|, |w_2|, |b| at most 1.

    It is 0 where no line separates the patterns: a linear program decides, not a search.

    >>> round(margin((0, 1, 1, 1)), 3), abs(round(margin((0, 1, 1, 0)), 3))
    (0.5, 0.0)
    """
    signs = 2.0 * np.array(answers) - 1
    rows = np.column_stack([-signs[:, None] * np.column_stack([PATTERNS, np.ones(4)]), np.ones(4)])
    found = linprog([0, 0, 0, -1], A_ub=rows, b_ub=np.zeros(4), bounds=[(-1, 1)] * 3 + [(0, 1)])
    return float(-found.fun)


def separable() -> list[tuple[int, ...]]:
    """The functions of two bits that a line separates.

    >>> len(separable())
    14
    """
    return [answers for answers in itertools.product((0, 1), repeat=4) if margin(answers) > 1e-6]


def most_right(answers: tuple[int, ...]) -> float:
    """The largest share of the four patterns that any line puts on the right side.

    >>> most_right((0, 1, 1, 0))
    0.75
    """
    return max(float(np.mean(np.equal(answers, line))) for line in separable())
