"""Watch: what a run tells of its progress, and how it is asked to stop."""

from collections.abc import Mapping


class Interrupted(Exception):
    """A run was stopped between two segments because its `Watch` asked for it; what was done is kept."""


class Watch:
    """Sees a run go by, silently, and never asks it to stop; a kind of watch overrides what it wants to know."""

    def reading(self, done: int, total: int) -> None:
        """So many of all files have been read."""

    def compiling(self, programs: int) -> None:
        """So many programs are being compiled."""

    def training(self, steps: int) -> None:
        """Training begins; this many steps are to be done in all."""

    def advance(self, steps: int) -> None:
        """So many steps were done."""

    def evaluated(self, step: int, measures: Mapping[str, float]) -> None:
        """A single training has been evaluated."""

    def stop_asked(self) -> bool:
        """Whether the run is to stop at the end of the current segment."""
        return False
