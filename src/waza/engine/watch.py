"""Watch: receives the progress events of a run, and may ask it to stop."""

from collections.abc import Mapping


class Interrupted(Exception):
    """A run was stopped between two segments because its `Watch` asked for it; what was done is kept."""


class Watch:
    """Ignores all events and never asks to stop; a subclass overrides the events that it needs."""

    def reading(self, done: int, total: int) -> None:
        """`done` of `total` files have been read."""

    def compiling(self, programs: int) -> None:
        """Compiling begins, of this number of programs."""

    def training(self, steps: int) -> None:
        """Training begins, of this number of steps in all."""

    def advance(self, steps: int) -> None:
        """`steps` more steps were done."""

    def trained(self) -> None:
        """Training has ended: nothing asks whether to stop until more is compiled or trained."""

    def evaluated(self, step: int, measures: Mapping[str, float]) -> None:
        """A single training has been evaluated."""

    def noted(self, sentence: str) -> None:
        """Something was decided about the data."""

    def stop_asked(self) -> bool:
        """Whether the run is to stop at the end of the current segment."""
        return False
