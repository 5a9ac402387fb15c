"""Pace: how long a segment is, and when a checkpoint is worth its time."""

import contextlib
import time
from collections.abc import Iterator

SEGMENT_SECONDS = 0.5
CALIBRATION_STEPS = 10
CHECKPOINT_SHARE = 0.1


class Pace:
    """Measures steps and checkpoints as they happen.

    A segment lasts about half a second, since between segments a run tells of its progress and can be stopped; the
    first one has a few steps only. A checkpoint is due after half a second, but takes a tenth of the time at most.

    >>> pace = Pace()
    >>> pace.steps()
    10
    >>> with pace.segment(10):
    ...     time.sleep(0.01)
    >>> pace.steps() > 10
    True
    """

    def __init__(self) -> None:
        self._a_step = 0.0
        self._saved, self._saving = time.perf_counter(), 0.0

    def steps(self) -> int:
        """How many steps the next segment should have."""
        return max(1, round(SEGMENT_SECONDS / self._a_step)) if self._a_step else CALIBRATION_STEPS

    @contextlib.contextmanager
    def segment(self, steps: int) -> Iterator[None]:
        """Around so many steps."""
        begun = time.perf_counter()
        yield
        self._a_step = (time.perf_counter() - begun) / steps

    def checkpoint_due(self) -> bool:
        """Whether enough has been done since the last checkpoint."""
        return time.perf_counter() - self._saved > max(SEGMENT_SECONDS, self._saving / CHECKPOINT_SHARE)

    @contextlib.contextmanager
    def checkpoint(self) -> Iterator[None]:
        """Around the writing of a checkpoint."""
        begun = time.perf_counter()
        yield
        self._saved = time.perf_counter()
        self._saving = self._saved - begun
