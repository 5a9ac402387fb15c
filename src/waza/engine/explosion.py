"""Where a training that diverged broke: the gradients of the step before, layer by layer."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from waza.engine.feeding import Feed
from waza.engine.progress import Progress, restored


class Explosion(NamedTuple):
    """The layer whose gradient was the largest at a step, before any clipping, and its norm.

    Where gradients were no numbers, it is all the layers of such, and the norm is None.
    """

    step: int
    layers: tuple[str, ...]
    norm: float | None

    def __str__(self) -> str:
        """As in an error message.

        >>> str(Explosion(11, ("recurrent.layers.0",), 3.2e18))
        'at step 11 the gradient was largest in recurrent.layers.0 (norm 3.2e+18)'
        >>> str(Explosion(0, ("hidden.0", "hidden.1"), None))
        'at step 0 the gradient was no number in hidden.0, hidden.1'
        """
        layers = ", ".join(self.layers)
        if self.norm is None:
            return f"at step {self.step} the gradient was no number in {layers}"
        return f"at step {self.step} the gradient was largest in {layers} (norm {self.norm:.2g})"


def explosion(feed: Feed, diverged_at: int, checkpoint: Path | None = None) -> Explosion:
    """The explosion before the first loss that was no number.

    That loss came from the step before, whose own loss was still a number. Training follows from its seed, so it is
    gone through again up to there, from the checkpoint or from the beginning.

    Args:
        feed: the learner with its data.
        diverged_at: the first step whose loss was no number.
        checkpoint: of the same training.
    """
    step = max(diverged_at - 1, 0)
    kept = None if checkpoint is None else restored(checkpoint, feed)
    now = kept if kept is not None and kept.step <= step else Progress(feed.start(), feed.empty(), None)
    state, _ = feed.train(now.state, now.tally, now.step, step)
    return worst(step, feed.gradient_norms(state, step))


def worst(step: int, norms: Mapping[str, float]) -> Explosion:
    """The explosion that these norms of a step's gradient, by layer, tell of.

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
