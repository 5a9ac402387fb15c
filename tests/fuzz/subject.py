"""Subject: a kind of input, how a sound one is made, and what reads it."""

import dataclasses
import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from fuzz.damage import Damage, damage_folder
from fuzz.verdicts import FAULTS, FINE, HALF, SILENT, Ending, left_behind


class Draws(random.Random):
    """The random numbers of an input, which follow from its kind and its number."""

    def __init__(self, kind: str, number: int):
        super().__init__(f"{kind} {number}")
        self.number = number


class Place(NamedTuple):
    """The folders of one input.

    Args:
        input: holds what is damaged.
        beside: holds sound things that it is used with.
        out: is empty; what is written goes there.
    """

    input: Path
    beside: Path
    out: Path


@dataclasses.dataclass(frozen=True)
class Reading:
    """A way to read the inputs of a subject.

    Args:
        name: of the reading.
        end: reads a place's input, in this process or in its own.
        weight: how often it is drawn.
        sealed: what was damaged is refused, or read with the meaning of the sound input.
    """

    name: str
    end: Callable[[Place], Ending]
    weight: float = 1.0
    sealed: bool = False


@dataclasses.dataclass(frozen=True)
class Subject:
    """A kind of input.

    Args:
        name: of the kind, for `KIND=`.
        make: writes a sound input into `place.input`, and what belongs to it into `place.beside`.
        readings: what reads it.
        damage: damages the folder of the input.
        trained: whether `make` trains a model, which takes seconds.
        weight: how many of the inputs are of this kind.
        prepare: is given all seeds before the first input.
    """

    name: str
    make: Callable[[Place], None]
    readings: Sequence[Reading]
    damage: Callable[[Path, random.Random], Damage] = damage_folder
    trained: bool = False
    weight: float = 1.0
    prepare: Callable[[Iterable[int]], None] = lambda seeds: None

    def drawn(self, rng: random.Random) -> Reading:
        """A reading, by weight."""
        return rng.choices(self.readings, [one.weight for one in self.readings])[0]


def verdict(reading: Reading, damage: Damage, ending: Ending, sound: Ending, place: Place) -> Ending:
    """The ending, with the faults that only the files and the sound input tell."""
    if ending.verdict in FAULTS:
        return ending
    if left := left_behind(place.out.parent):
        return Ending(HALF, f"{left} is left")
    silent = set(ending.remarks) <= set(sound.remarks)
    if ending.verdict == FINE and silent and reading.sealed and damage.noticed and ending.meaning != sound.meaning:
        return Ending(SILENT, f"{_first_difference(sound.meaning, ending.meaning)}")
    return ending


def _first_difference(sound: str, found: str) -> str:
    at = next(
        (i for i, (one, other) in enumerate(zip(sound, found, strict=False)) if one != other),
        min(len(sound), len(found)),
    )
    return f"{sound[max(0, at - 20) : at + 40]!r} became {found[max(0, at - 20) : at + 40]!r}"
