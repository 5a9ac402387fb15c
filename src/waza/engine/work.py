"""Units of work: a block of seeds of one group of variants, as a pure function of what is given."""

import dataclasses
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import safetensors
import safetensors.numpy

from waza.core.arrays import as_bytes
from waza.core.errors import Error
from waza.core.paths import named_leaves
from waza.data import Split
from waza.engine import structure
from waza.engine.checkpoint import Checkpoint
from waza.engine.devices import mesh
from waza.engine.group import Group
from waza.engine.layout import Layout
from waza.engine.mapping import How
from waza.engine.program import Program
from waza.engine.training import Plan, train
from waza.engine.watch import Watch
from waza.learners import Learner, Stream


class Unit(NamedTuple):
    """A block of seeds of a group of variants, and how the group's trials are mapped over."""

    block: int
    group: int
    how: How

    @property
    def name(self) -> str:
        """The name under which it is kept."""
        return f"block{self.block}-group{self.group}"


@dataclasses.dataclass(frozen=True)
class Trials:
    """The trials of a study: everything that the bits of its units depend on.

    Args:
        variants: learners by name.
        data: what they learn from.
        pool: rows from which each seed draws its own splits; None if all seeds have those of `data`.
        first_seed: the first seed of block 0.
        block: seeds of a block; all are computed, also where fewer are asked for.
        plan: of each trial.
        devices: the number of devices that a unit is computed on.
    """

    variants: Mapping[str, Learner]
    data: Any
    first_seed: int
    block: int
    plan: Plan
    devices: int
    pool: Split | None = None

    @cached_property
    def groups(self) -> list[list[int]]:
        """The positions of the variants, by structure without initializers."""
        return structure.groups([structure.without_initializers(learner) for learner in self.variants.values()])

    def program(self, group: int, how: How | None) -> Program:
        """The programs of a group, not compiled yet."""
        there = mesh()
        if there.size != self.devices:
            raise Error(
                f"these trials are computed on {self.devices} devices, and JAX has {there.size} here: start it with as "
                "many, since other numbers of devices give other bits"
            )
        learners = list(self.variants.values())
        own = [learners[i] for i in self.groups[group]]
        source = own[0].source(self.data)
        layout = (Layout.of_stream if isinstance(source, Stream) else Layout.of)(self.block, len(own), there)
        return Program(Group(own, self.data, source, layout, how, self.pool), self.plan.steps)

    def seeds(self, unit: Unit, program: Program) -> range:
        """The seeds of a unit, with those that only fill the last device."""
        first = self.first_seed + unit.block * self.block
        return range(first, first + program.seeds)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """A finished unit.

    Args:
        measures: by path, (evaluation, seed, variant).
        diverged_at: the step at which each trial diverged, or -1, (seed, variant).
        kept: the arrays of saved models, by the positions of seed and variant, then by path.
    """

    measures: dict[str, np.ndarray]
    diverged_at: np.ndarray
    kept: dict[tuple[int, int], dict[str, np.ndarray]] = dataclasses.field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """The outcome as one block of bytes that runs no code when it is read."""
        arrays = {f"measures/{path}": values for path, values in self.measures.items()}
        arrays["diverged_at"] = self.diverged_at
        for (seed, variant), leaves in self.kept.items():
            arrays |= {f"kept/{seed}/{variant}/{path}": leaf for path, leaf in leaves.items()}
        return as_bytes(arrays)

    @classmethod
    def from_bytes(cls, content: bytes) -> "Outcome":
        """The outcome that `to_bytes` wrote.

        Raises:
            Error: the bytes are damaged.

        >>> one = Outcome({"loss": np.ones((2, 3, 1), np.float32)}, np.full((3, 1), -1))
        >>> Outcome.from_bytes(one.to_bytes()).measures["loss"].shape
        (2, 3, 1)
        """
        try:
            arrays = safetensors.numpy.load(content)
            kept: dict[tuple[int, int], dict[str, np.ndarray]] = {}
            measures: dict[str, np.ndarray] = {}
            for name, array in arrays.items():
                kind, _, path = name.partition("/")
                if kind == "measures":
                    measures[path] = array
                elif kind == "kept":
                    seed, variant, leaf = path.split("/", 2)
                    kept.setdefault((int(seed), int(variant)), {})[leaf] = array
            return cls(measures, arrays["diverged_at"], kept)
        except (safetensors.SafetensorError, KeyError, ValueError, json.JSONDecodeError) as error:
            raise Error(f"an outcome is damaged ({error}): compute the unit again") from error


def compute(
    trials: Trials,
    unit: Unit,
    checkpoint: Checkpoint | None = None,
    watch: Watch | None = None,
    program: Program | None = None,
) -> Outcome:
    """The outcome of a unit: the same bits in any process with the same versions and the same kind of processor.

    Args:
        trials: all trials of the study.
        unit: the block and group to compute.
        checkpoint: a file to go on from; it changes no bits.
        watch: receives progress events, and may ask to stop.
        program: of the unit's group, where it has been compiled already.
    """
    program = program or trials.program(unit.group, unit.how)
    trained = train(program, trials.seeds(unit, program), trials.plan, checkpoint, watch)
    seeds, variants = slice(trials.block), slice(program.group.variants)
    return Outcome(
        {path: values[:, seeds, variants] for path, values in trained.measures.items()},
        trained.diverged_at[seeds, variants],
        {trial: named_leaves(kept) for trial, kept in trained.kept.items() if trial[0] < trials.block},
    )
