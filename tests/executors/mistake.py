"""An activation that raises on the workers: a user's file with a mistake that shows only there."""

import sys

import jax


def wrong(x):
    if "pytest" not in sys.modules:
        raise ValueError("a mistake of the user's")
    return jax.numpy.tanh(x)
