"""The record of a run: what was run, with what and how, kept in the attributes of its results."""

import dataclasses
import json
import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import xarray as xr

from waza.core.errors import Error
from waza.core.measure import Measure
from waza.core.parsing import parsed
from waza.engine.mapping import Chosen
from waza.study.trained import Trained
from waza.study.tuning import Choice

# Results written before measures were declared say nothing about directions. Only for these, direction and bounds
# follow from the last word of a measure's name, and the order of measures from the split that it begins with.
UNDECLARED: dict[str, Callable[[str], Measure]] = {
    "accuracy": lambda name: Measure(name, "higher", bounds=(0, 1)),
    "loss": lambda name: Measure(name, "lower", bounds=(0, math.inf)),
    "perplexity": lambda name: Measure(name, "lower", bounds=(1, math.inf)),
}
UNDECLARED_SPLITS = ("test", "validation", "train")
UNDECLARED_TUNING = "accuracy"  # what the choices of the first versions were judged by

TRIAL = ("variant", "seed", "step")
CHANCE, ROWS, SECONDS = "chance_", "data_", "_seconds"


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunRecord:
    """What was run, with what and how; every field has an attribute of the results, under its name if not said.

    Args:
        study, baseline: the names of the study and of the variant that others are compared with.
        measure: the name of the main measure.
        measures: the declarations of the measures.
        settings: the description of each variant's learner (`waza.engine.describe`), by variant.
        tuning: what tuning chose, a choice a variant.
        mapping: how the trials of each variant were mapped over, by variant.
        chance: the level at which a diverged trial counts, by measure; attributes such as `chance_test_accuracy`.
        data_name: the name of the data.
        rows: the number of rows by split; attributes such as `data_train`.
        seeds, first_seed, steps, evaluate_every, block: as in `Study`; the seeds that were run.
        devices: their number.
        versions: of Python and of packages, by name.
        machine: the facts of `waza.engine.machine`, by name.
        machines: those that computed the units where that were other processes, each with its number of units.
        revision: of the folder that the run was started in.
        started: when, in ISO 8601.
        fingerprint: the digest of all that the numbers depend on.
        asked: the digest of the study before anything was tuned.
        stopping: why there are not more seeds, where claims decided that.
        rules: the digest of each claim's rule when the run began, by claim.
        trained: which trials count as trained, where the study declares it.
        splits: "per seed" where each seed drew its own splits; else empty.
        overlap: the share of the pool that each seed's test rows are, where seeds drew their own; else 0.
        seconds: "compile", "train" and "total"; attributes such as `train_seconds`.
        folder: of the stored run.
    """

    study: str = ""
    baseline: str = ""
    measure: str = ""
    measures: tuple[Measure, ...] = ()
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    tuning: tuple[Choice, ...] = ()
    mapping: Mapping[str, Chosen] = dataclasses.field(default_factory=dict)
    chance: Mapping[str, float] = dataclasses.field(default_factory=dict)
    data_name: str = ""
    rows: Mapping[str, int] = dataclasses.field(default_factory=dict)
    seeds: int | None = None
    first_seed: int | None = None
    steps: int | None = None
    evaluate_every: int | None = None
    block: int | None = None
    devices: int | None = None
    versions: Mapping[str, str] = dataclasses.field(default_factory=dict)
    machine: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    machines: tuple[Mapping[str, Any], ...] = ()
    revision: str = ""
    started: str = ""
    fingerprint: str = ""
    asked: str = ""
    stopping: str = ""
    rules: Mapping[str, str] = dataclasses.field(default_factory=dict)
    trained: Trained | None = None
    splits: str = ""
    overlap: float = 0.0
    seconds: Mapping[str, float] = dataclasses.field(default_factory=dict)
    folder: str = ""

    @property
    def main(self) -> Measure:
        """The declaration of the main measure.

        Raises:
            Error: the results name none.
        """
        if not self.measure:
            raise Error("the results have no attribute 'measure', the name of the main measure: run the study again")
        return self.declared(self.measure)

    def declared(self, name: str) -> Measure:
        """The declaration of a measure; one that is not declared has no better direction.

        >>> record = RunRecord(measures=(Measure("test_loss", "lower"),))
        >>> record.declared("test_loss").sign, record.declared("batch_loss").sign
        (-1, 0)
        """
        return next((one for one in self.measures if one.name == name), Measure(name))

    def to_attrs(self) -> dict[str, Any]:
        """The attributes of the results: texts and numbers, all else as JSON; what is empty is left out.

        >>> RunRecord(study="mine", seeds=3, rows={"train": 100}, versions={"jax": "0"}).to_attrs()
        {'study': 'mine', 'seeds': 3, 'versions': '{"jax": "0"}', 'data_train': 100}
        """
        plain = {name: getattr(self, name) for name in (*TEXTS, *NUMBERS)}
        structured = {
            "measures": [one.to_json() for one in self.measures],
            "settings": self.settings,
            "tuning": [dataclasses.asdict(one) for one in self.tuning],
            "mapping": {name: dataclasses.asdict(one) for name, one in self.mapping.items()},
            "versions": self.versions,
            "machine": self.machine,
            "machines": self.machines,
            "rules": self.rules,
            "trained": None if self.trained is None else dataclasses.asdict(self.trained),
        }
        return {
            **{name: value for name, value in plain.items() if value not in ("", None)},
            **({"overlap": self.overlap} if self.overlap else {}),
            **{name: json.dumps(value, ensure_ascii=False) for name, value in structured.items() if value},
            **{f"{CHANCE}{name}": value for name, value in self.chance.items()},
            **{f"{ROWS}{name}": value for name, value in self.rows.items()},
            **{f"{name}{SECONDS}": value for name, value in self.seconds.items()},
        }


TEXTS = (
    "study",
    "baseline",
    "measure",
    "data_name",
    "revision",
    "started",
    "fingerprint",
    "asked",
    "stopping",
    "splits",
    "folder",
)
NUMBERS = ("seeds", "first_seed", "steps", "evaluate_every", "block", "devices")


def record_of(results: xr.Dataset) -> RunRecord:
    """The record in the attributes of results, also of those that an earlier version wrote.

    Raises:
        Error: an attribute is malformed; it is named.

    >>> record = record_of(xr.Dataset(attrs={"study": "mine", "measure": "test_loss", "chance_test_loss": 2.3}))
    >>> record.study, record.measure, record.chance
    ('mine', 'test_loss', {'test_loss': 2.3})
    """
    attrs = {str(name): value for name, value in results.attrs.items()}

    def read(name: str, parse: Callable[[Any], Any]) -> Any:
        try:
            return parse(attrs[name])
        except (AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError, Error) as error:
            raise Error(
                f"the results' attribute {name!r} is malformed ({type(error).__name__}: {error}): run the study again"
            ) from error

    def grouped(head: str, tail: str, parse: Callable[[Any], Any]) -> dict[str, Any]:
        names = [name for name in attrs if name.startswith(head) and name.endswith(tail) and name not in TEXTS]
        return {name[len(head) : len(name) - len(tail)]: read(name, parse) for name in names}

    found = {
        name: read(name, parse)
        for parse, names in ((partial(parsed, str), TEXTS), (_whole, NUMBERS))
        for name in names
        if name in attrs
    }
    found |= {name: read(name, parse) for name, parse in _STRUCTURED.items() if name in attrs}
    record = RunRecord(
        **found,
        chance=grouped(CHANCE, "", _number),
        rows=grouped(ROWS, "", _whole),
        seconds=grouped("", SECONDS, _number),
    )
    return record if "measures" in attrs else dataclasses.replace(record, measures=_undeclared(results, record.measure))


def _whole(value: Any) -> int:
    if isinstance(value, str) or int(value) != value:
        raise ValueError(f"expected a whole number, got {value!r}")
    return int(value)


def _number(value: Any) -> float:
    if isinstance(value, str):
        raise TypeError(f"expected a number, got {value!r}")
    return float(value)


def _json(kind: Any) -> Callable[[Any], Any]:
    """A reader of JSON that holds a value of this type."""
    return lambda value: parsed(kind, json.loads(parsed(str, value)))


def _choices(value: Any) -> tuple[Choice, ...]:
    """What tuning chose; the first versions did not say by which measure."""
    found = _json(list[dict[str, Any]])(value)
    return tuple(parsed(tuple[Choice, ...], [{"measure": UNDECLARED_TUNING, **one} for one in found]))


_STRUCTURED: dict[str, Callable[[Any], Any]] = {
    "measures": _json(tuple[Measure, ...]),
    "settings": _json(dict[str, Any]),
    "tuning": _choices,
    "mapping": _json(dict[str, Chosen]),
    "versions": _json(dict[str, str]),
    "machine": _json(dict[str, Any]),
    "machines": _json(tuple[dict[str, Any], ...]),
    "rules": _json(dict[str, str]),
    "trained": _json(Trained),
    "overlap": _number,
}


def _undeclared(results: xr.Dataset, main: str) -> tuple[Measure, ...]:
    """The measures of results written before measures were declared, the main one first."""
    names = [str(name) for name, values in results.data_vars.items() if values.dims[:3] == TRIAL]

    def place(name: str) -> tuple[bool, int, str]:
        split = name.partition("_")[0]
        known = UNDECLARED_SPLITS
        return (name != main, known.index(split) if split in known else len(known), name)

    directions = {name: UNDECLARED.get(name.rpartition("_")[2], Measure) for name in names}
    return tuple(directions[name](name) for name in sorted(names, key=place))
