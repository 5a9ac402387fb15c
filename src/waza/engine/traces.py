"""Traces that JAX keeps of its own functions: one for each shape, without a limit."""

import jax

PROGRAMS = 64  # of a training and its evaluation each; they leave about 50 MiB of traces


class Traces:
    """Drops what JAX keeps of traced functions, once in 64 compiled programs.

    A compiled program that is still held goes on as it was. Other jitted functions of the process, also a user's, are
    compiled once more at their next call.
    """

    def __init__(self) -> None:
        self._programs = 0

    def count(self, programs: int) -> None:
        """Count programs that are about to be compiled."""
        self._programs += programs
        if self._programs >= PROGRAMS:
            self._programs = 0
            jax.clear_caches()


traces = Traces()
