"""The gradients before a divergence, layer by layer."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import jax
import numpy as np

from waza.engine.checkpoint import Checkpoint
from waza.engine.program import Program
from waza.learners.probes import norms_by_layer


class Explosion(NamedTuple):
    """The layer with the largest gradient at a step, before any clipping, and the gradient's norm.

    Where gradients are not finite, it lists the layers of these, and the norm is None.
    """

    step: int
    layers: tuple[str, ...]
    norm: float | None

    def __str__(self) -> str:
        """As in an error message.

        >>> str(Explosion(11, ("recurrent.layers.0",), 3.2e18))
        'at step 11 the gradient was largest in recurrent.layers.0 (norm 3.2e+18)'
        >>> str(Explosion(0, ("hidden.0", "hidden.1"), None))
        'at step 0 the gradient was not finite in hidden.0, hidden.1'
        """
        layers = ", ".join(self.layers)
        if self.norm is None:
            return f"at step {self.step} the gradient was not finite in {layers}"
        return f"at step {self.step} the gradient was largest in {layers} (norm {self.norm:.2g})"


def explosion(program: Program, seed: int, diverged_at: int, checkpoint: Checkpoint | None = None) -> Explosion:
    """The explosion before the first loss that was not finite.

    That loss came from the update of the step before, whose own loss was finite. A training follows from its seed, so
    it is repeated up to there, from the checkpoint or from the start.

    Args:
        program: of the single trial; its learner has `gradients(state, batch, key)`.
        seed: of the trial.
        diverged_at: the first step whose loss was not finite.
        checkpoint: of the same training.
    """
    step, seeds = max(diverged_at - 1, 0), range(seed, seed + 1)
    kept = None if checkpoint is None else checkpoint.load(program, seeds)
    if kept is None or kept.step > step:
        begin, portions = 0, program.start(seeds)
    else:
        begin, portions = kept.step, kept.portions
    portions = program.train(portions, begin, step)
    gradients = jax.tree.map(np.float64, program.gradients_at(portions[0], step))  # float32 squares would overflow
    return worst(step, {layer: float(norm) for layer, norm in norms_by_layer(gradients).items()})


def worst(step: int, norms: Mapping[str, float]) -> Explosion:
    """The explosion that follows from the norms of a step's gradient by layer.

    >>> worst(3, {"hidden.0": 2.0, "hidden.1": 5.0, "output": 1.0})
    Explosion(step=3, layers=('hidden.1',), norm=5.0)
    >>> worst(3, {"hidden.0": float("nan"), "hidden.1": float("inf"), "output": 1.0})
    Explosion(step=3, layers=('hidden.0', 'hidden.1'), norm=None)
    """
    broken = tuple(layer for layer, norm in norms.items() if not math.isfinite(norm))
    if broken:
        return Explosion(step, broken, None)
    layer = max(norms, key=lambda one: norms[one])
    return Explosion(step, (layer,), norms[layer])
