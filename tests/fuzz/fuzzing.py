"""Feeding inputs: each is made from its kind and its seed, read, and judged."""

import contextlib
import faulthandler
import shutil
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from fuzz.damage import OUTSIDE
from fuzz.subject import Draws, Place, Reading, Subject, verdict
from fuzz.verdicts import FAULTS, FINE, SECONDS, SILENT, Ending


class Finding(NamedTuple):
    """An input with a fault: its kind and seed, what was done and read, and how it ended."""

    kind: str
    seed: int
    damage: str
    reading: str
    ending: Ending

    def __str__(self) -> str:
        again = f"make fuzz KIND={self.kind} SEED={self.seed} N=1"
        what = f"{self.kind} ({self.damage}; {self.reading})"
        return f"{self.ending.verdict}: {what}: {self.ending.told}\n    again: {again}"


class Fuzzer:
    """Inputs of some kinds in a folder, with the sound ones made once.

    Args:
        folder: for everything that is written; it may hold nothing of value.
    """

    def __init__(self, folder: Path):
        self.folder = folder.resolve()
        self.counts: dict[str, Counter[str]] = {}
        self.last = ""
        self.findings: list[Finding] = []
        self.seconds: Counter[str] = Counter()
        self._sound: dict[tuple[str, str], Ending] = {}

    def feed(self, subject: Subject, seed: int) -> Ending:
        """Make the input of this seed, read it, and count how it ended."""
        begun = time.monotonic()
        rng = Draws(subject.name, seed)
        reading = subject.drawn(rng)
        sound = self._sound_ending(subject, reading)
        with self._in(subject) as place:
            damage = subject.damage(place.input, rng)
            faulthandler.dump_traceback_later(10 * SECONDS, exit=True)  # where not even Python's signals are heard
            self.last = f"{damage.said}; {reading.name}"
            before = _contents(Path(OUTSIDE))
            ending = verdict(reading, damage, reading.end(place), sound, place)
            faulthandler.cancel_dump_traceback_later()
            if _contents(Path(OUTSIDE)) != before and ending.verdict not in FAULTS:
                ending = Ending(SILENT, "a file outside was changed through a link")
        self.counts.setdefault(subject.name, Counter())[ending.verdict] += 1
        self.seconds[subject.name] += time.monotonic() - begun
        if ending.verdict in FAULTS:
            self.findings.append(Finding(subject.name, seed, damage.said, reading.name, ending))
        return ending

    def _sound_ending(self, subject: Subject, reading: Reading) -> Ending:
        """How the sound input ends under a reading: fine, or the fuzzer itself is wrong."""
        key = (subject.name, reading.name)
        if key not in self._sound:
            with self._in(subject) as place:
                ending = reading.end(place)
            assert ending.verdict == FINE, f"{subject.name}, sound, {reading.name}: {ending}"
            self._sound[key] = ending
        return self._sound[key]

    @contextlib.contextmanager
    def _in(self, subject: Subject) -> Iterator[Place]:
        """A fresh copy of the sound input, in the current directory's folder `input`."""
        made = self.folder / "sound" / subject.name
        sound = Place(made / "input", made / "beside", made / "out")
        if not sound.input.is_dir():
            for path in sound:
                path.mkdir(parents=True)
            with contextlib.chdir(made):
                subject.make(sound)
        work = self.folder / "work" / subject.name
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(sound.input, work / "input", symlinks=True)
        (work / "out").mkdir()
        (work / OUTSIDE).mkdir()
        for name in ("one.json", "events.1", "a.safetensors", "b.json"):
            (work / OUTSIDE / name).write_bytes(b"{}")
        with contextlib.chdir(work):
            yield Place(work / "input", sound.beside, work / "out")


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def shares(subjects: Sequence[Subject], inputs: int) -> Mapping[str, int]:
    """How many inputs each subject gets of so many: by weight, at least one each while there are enough."""
    total = sum(one.weight for one in subjects)
    counts = {one.name: max(1, round(inputs * one.weight / total)) for one in subjects}
    return counts


def table(counts: Mapping[str, Counter[str]], order: Iterable[str]) -> list[tuple[str, int, int, int, int]]:
    """For each kind: its name, the inputs, fine ones, refused ones, findings; the sum at the end."""
    rows = [
        (name, one.total(), one[FINE], one["refused"], sum(one[fault] for fault in FAULTS))
        for name in order
        if (one := counts.get(name))
    ]
    return [*rows, ("all", *(sum(row[i] for row in rows) for i in range(1, 5)))]  # type: ignore[list-item]
