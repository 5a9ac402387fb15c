"""Keys of a trial: every random draw of a training follows from its seed, the purpose and the step."""

from typing import Any, Literal

import jax
from jaxtyping import Array, Int, PRNGKeyArray

from waza.nn import named_key

Purpose = Literal["init", "batch", "update", "evaluate", "data"]

LAST_SEED = 2**31 - 1  # seeds are int32 in compiled programs


def trial_key(seed: int | Int[Array, ""], purpose: Purpose) -> PRNGKeyArray:
    """The key of one purpose in the trial with this seed.

    >>> bool(trial_key(0, "batch") == trial_key(0, "update"))
    False
    """
    return named_key(jax.random.key(seed), purpose)


def step_key(key: PRNGKeyArray, step: Any) -> PRNGKeyArray:
    """The key of a step, counted from 0; it does not depend on where a training was cut off."""
    return jax.random.fold_in(key, step)
