"""One training, for use rather than for comparison."""

from typing import Any

import jax

from waza.learners import Supervised
from waza.nn import named_key


def fit(learner: Supervised, data: Any, steps: int, seed: int) -> Any:
    """The variables after so many steps from this seed, with the keys that a study gives the trial."""
    root = jax.random.key(seed)
    batches, updates = named_key(root, "batch"), named_key(root, "update")

    @jax.jit
    def trained(state: Any, data: Any) -> Any:
        def step(i: Any, state: Any) -> Any:
            batch = learner.batch(data, jax.random.fold_in(batches, i), i)
            return learner.update(state, batch, jax.random.fold_in(updates, i))[0]

        return jax.lax.fori_loop(0, steps, step, state)

    arrays = data._replace(name=None, classes=())  # texts are no arguments of a compiled program
    return trained(learner.init(named_key(root, "init"), arrays), arrays).variables
