"""Pace: the length of a segment, and the times of checkpoints."""

import contextlib
import time
from collections.abc import Iterator

SEGMENT_SECONDS = 0.5
CALIBRATION_STEPS = 10
CHECKPOINT_SHARE = 0.1


class Pace:
    """Chooses the length of segments and the times of checkpoints from how long they take.

    A segment lasts about half a second: between segments progress is reported and a run can be stopped. The first
    segment has 10 steps. A checkpoint is due after half a second, and takes at most a tenth of the time.

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
        """The number of steps of the next segment."""
        return max(1, round(SEGMENT_SECONDS / self._a_step)) if self._a_step else CALIBRATION_STEPS

    @contextlib.contextmanager
    def segment(self, steps: int) -> Iterator[None]:
        """Time a segment of `steps` steps."""
        begun = time.perf_counter()
        yield
        self._a_step = (time.perf_counter() - begun) / steps

    def checkpoint_due(self) -> bool:
        """Whether a checkpoint is due."""
        return time.perf_counter() - self._saved > max(SEGMENT_SECONDS, self._saving / CHECKPOINT_SHARE)

    @contextlib.contextmanager
    def checkpoint(self) -> Iterator[None]:
        """Time the writing of a checkpoint."""
        begun = time.perf_counter()
        yield
        self._saved = time.perf_counter()
        self._saving = self._saved - begun
