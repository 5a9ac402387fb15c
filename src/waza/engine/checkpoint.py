"""Checkpoint: everything that a training needs to go on in another process."""

import dataclasses
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
from jaxtyping import PyTree

from waza.core.arrays import read_arrays, write_arrays
from waza.core.errors import Damaged, Error
from waza.core.parsing import parsed
from waza.core.paths import from_named_leaves, named_leaves
from waza.engine.processes import arrays_of_first, by_first
from waza.engine.program import Portion, Program

Trial = tuple[int, int]  # the position of a seed in its block, and of a variant in its group
SEEDS = "seeds"


class Facts(TypedDict):
    """What a checkpoint holds beside its arrays, as in `Progress`."""

    step: int
    evaluated: list[int]
    seconds: float
    settings: str


@dataclasses.dataclass
class Progress:
    """How far a training has come.

    Args:
        portions: the states of all trials, and what was counted since the last evaluation.
        step: steps done.
        evaluated: the steps that were evaluated.
        measures: by path, (evaluation, seed, variant).
        best_step: the step of each trial's best evaluation, or -1, (seed, variant).
        kept: of each trial what a saved model consists of, at the best or the last step.
        seconds: of training, in all processes.
        settings: a digest of the training's settings.
    """

    portions: list[Portion]
    step: int = 0
    evaluated: list[int] = dataclasses.field(default_factory=list)
    measures: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)
    best_step: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros((0, 0), np.int32))
    kept: dict[Trial, PyTree[np.ndarray]] = dataclasses.field(default_factory=dict)
    seconds: float = 0.0
    settings: str = ""


@dataclasses.dataclass(frozen=True)
class Checkpoint:
    """A file that holds the progress of a training. Of several processes, the first one alone reads and writes it.

    Args:
        path: of the file.
        remedy: what the user should do where it is damaged, as the end of an error message.
    """

    path: Path
    remedy: str

    def save(self, now: Progress) -> None:
        """Write the progress.

        Raises:
            Error: the file cannot be written.
        """
        by_first(lambda: self._write(now))

    def _write(self, now: Progress) -> None:
        portions = [portion._replace(seeds=None) for portion in now.portions]
        arrays = {f"portions/{path}": np.asarray(leaf) for path, leaf in named_leaves(portions).items()}
        arrays |= {f"measures/{path}": values for path, values in now.measures.items()}
        arrays["best_step"] = now.best_step
        for (seed, variant), kept in now.kept.items():
            arrays |= {f"kept/{seed}/{variant}/{path}": leaf for path, leaf in named_leaves(kept).items()}
        facts = {name: getattr(now, name) for name in ("step", "evaluated", "seconds", "settings")}
        write_arrays(self.path, arrays, facts)

    def step(self) -> int:
        """The step that was saved; 0 where there is no file."""
        found = self._read()
        return 0 if found is None else found[1]["step"]

    def load(self, program: Program, seeds: range) -> Progress | None:
        """The progress that was saved, on the program's devices; None where there is no file.

        Raises:
            Damaged: the file is damaged, or its arrays are not those of this program.
        """
        found = self._read()
        if found is None:
            return None
        arrays, facts = found
        parts: dict[str, dict[str, Any]] = {"portions": {}, "measures": {}, "kept": {}}
        for name, array in arrays.items():
            kind, _, path = name.partition("/")
            if kind in parts:
                parts[kind][path] = array
        try:
            shapes = [portion._replace(seeds=None) for portion in program.portion_shapes()]
            portions = program.restore(seeds, from_named_leaves(parts["portions"], shapes))
            kept = {
                trial: from_named_leaves(leaves, program.kept_shapes)
                for trial, leaves in _by_trial(parts["kept"]).items()
            }
            return Progress(portions, measures=parts["measures"], best_step=arrays["best_step"], kept=kept, **facts)
        except (Error, KeyError, TypeError, ValueError) as error:
            raise Damaged(f"{self.path} does not fit this training ({error}): {self.remedy}") from error

    def _read(self) -> tuple[dict[str, np.ndarray], Facts] | None:
        arrays: dict[str, np.ndarray] = {}

        def facts() -> dict[str, Any] | None:
            found = read_arrays(self.path, self.remedy)
            arrays.update({} if found is None else found[0])
            return None if found is None else found[1]

        given = by_first(facts)
        if given is None:
            return None
        try:
            return arrays_of_first(arrays), parsed(Facts, given)
        except ValueError as error:
            raise Damaged(f"{self.path} is damaged ({error}): {self.remedy}") from error


def _by_trial(named: dict[str, Any]) -> dict[Trial, dict[str, Any]]:
    """Arrays called "seed/variant/path", by trial and then by path."""
    trials: dict[Trial, dict[str, Any]] = {}
    for name, array in named.items():
        seed, variant, path = name.split("/", 2)
        trials.setdefault((int(seed), int(variant)), {})[path] = array
    return trials
