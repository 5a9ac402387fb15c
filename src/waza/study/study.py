"""Study: variants to be compared, and how."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Literal

from waza.core.construction import Fields
from waza.core.errors import Error, nearest
from waza.core.measure import Measure, named
from waza.core.showing import shown
from waza.core.values import fits
from waza.data import Dataset, Split
from waza.data.redrawn import check_pool, overlap_of, pool_of
from waza.engine.evaluation import declared_measures, declared_names
from waza.engine.mapping import HOWS, MEASURED, How
from waza.engine.training import Plan
from waza.learners import Learner
from waza.learners.given import as_data
from waza.learners.keys import LAST_SEED
from waza.study.claims import Claim, Part
from waza.study.deciding import CONFIDENCE, FEWEST_SEEDS, effects_judged
from waza.study.statistics import fewest_flips
from waza.study.trained import Trained
from waza.study.tuning import Tuning

MOST_VALUES = 100_000_000  # of a measure in the results of a study, which are held in memory


@dataclasses.dataclass(frozen=True, kw_only=True)
class Study(metaclass=Fields):
    """A comparison of variants, trained on the same data from paired seeds.

    Args:
        name: what the study is called; its runs are kept under this name.
        variants: learners by name.
        data: what they learn from. Of supervised learners: a `waza.data.Dataset`, or ((x, y), (x_test, y_test)), which
            `run` checks and, where that is safe, converts (`waza.data.from_arrays`).
        baseline: the variant that others are compared with; the first if not given.
        measure: the main measure, one that a variant declares; the first of the baseline if not given.
        seeds: trials of each variant, with the seeds 0, 1, 2, ...
        steps: updates of each trial; 0 evaluates the initial values only.
        evaluate_every: steps between evaluations (there is one before the first step and one after the last).
        claims: statements that the results decide.
        trained: which trials count as trained; without it all that have not diverged.
        splits: "fixed", all seeds have the splits of `data`, or "per seed", each seed draws its own splits of the same
            sizes, the same for all variants. Then verdicts are about the technique and not about particular rows.
        pool: rows that splits are drawn from per seed; all rows of `data` if not given.
        tuning: which numbers are chosen for each variant before it is compared, and how; without it none are.
        first_seed: the trials' seeds count from here.
        block: seeds that are computed together. Blocks are always whole, and seeds that were not asked for are
            dropped, so that a trial keeps its bits when seeds are added.
        mapping: how trials of one structure are mapped over: all at once ("vmap"), seed after seed ("seeds"), or trial
            after trial ("map"); "measured" times the first and the last where a structure has convolutions or
            recurrent layers, and goes by the size of a seed's state where it has none.
        figures: the report's main figures, the most telling first: functions (results, words, language) that return a
            chart, a list of charts, or None where the results have nothing to show (`waza.report`). Without any, the
            report chooses. They do not enter the fingerprint.
    """

    name: str
    variants: Mapping[str, Learner]
    data: Any
    baseline: str = ""
    measure: str = ""
    seeds: int = 10
    steps: int = 1000
    evaluate_every: int = 100
    claims: tuple[Claim, ...] = ()
    block: int = 10
    tuning: Tuning | None = None
    first_seed: int = 0
    mapping: How | Literal["measured"] = "measured"
    figures: tuple[Callable[..., Any], ...] = ()
    trained: Trained | None = None
    splits: Literal["fixed", "per seed"] = "fixed"
    pool: Split | None = None

    def __post_init__(self):
        if not self.name or not all(letter.isalnum() or letter in "-_." for letter in self.name):
            raise Error(f"the study's name is {self.name!r}; use letters, digits, '-' and '_', as in 'does-he-help'")
        if not self.variants:
            raise Error(f"the study {self.name!r} has no variants; give at least one learner by name")
        object.__setattr__(self, "baseline", self.baseline or next(iter(self.variants)))
        if self.baseline not in self.variants:
            raise Error(
                f"no variant is called {self.baseline!r} (the baseline): {nearest(self.baseline, self.variants)}"
            )
        object.__setattr__(self, "data", as_data(self.variants, self.data))
        for name, learner in self.variants.items():
            declared = learner.measures(self.data)
            if not fits(tuple[Measure, ...], declared):
                raise Error(
                    f"{type(learner).__name__}.measures of {name!r} returns {shown(declared)}; expected a tuple of "
                    "Measures, such as (Measure('loss', 'lower'),)"
                )
        object.__setattr__(self, "measure", self._main_measure())
        plan = Plan(steps=self.steps, evaluate_every=self.evaluate_every)
        for field, least in {"seeds": 1, "block": 1, "first_seed": 0}.items():
            value = getattr(self, field)
            if value < least:
                raise Error(f"{field} is {value!r}; expected a whole number of at least {least}")
        last = self.first_seed + -(-self.seeds // self.block) * self.block - 1
        if last - self.first_seed > LAST_SEED:
            raise Error(f"seeds is {self.seeds}; expected at most {LAST_SEED}")
        if last > LAST_SEED:
            raise Error(
                f"first_seed={self.first_seed} needs the seeds up to {last}, since blocks are whole: give at most "
                f"{LAST_SEED - (last - self.first_seed)}"
            )
        values = self.seeds * len(self.variants) * plan.evaluations
        if values > MOST_VALUES:
            raise Error(
                f"{self.seeds:,} seeds of {len(self.variants)} variants with {plan.evaluations:,} evaluations give "
                f"{values:,} values of each measure, and {MOST_VALUES:,} are the most: give fewer seeds, or evaluate "
                "less often"
            )
        self._check_seeds()
        self._check_splits()
        if self.trained is not None and not named(self.measures, self.trained.measure).sign:
            raise Error(f"trained by {self.trained.measure!r}, of which neither direction is declared better")

        if self.mapping not in (MEASURED, *HOWS):
            raise Error(f"mapping is {self.mapping!r}; expected {MEASURED!r} or one of {', '.join(map(repr, HOWS))}")

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures that the variants declare, those of the baseline first; of one name, the first declaration."""
        learners = [self.variants[self.baseline], *self.variants.values()]
        declared: dict[str, Measure] = {}
        for learner in learners:
            for measure in declared_measures(learner, self.data):
                known = declared.setdefault(measure.name, measure)
                if known.better != measure.better:
                    raise Error(f"the variants declare {measure.name!r} with different directions: {known}, {measure}")
        return tuple(declared.values())

    @property
    def selection(self) -> Measure:
        """The measure by which the best evaluation of a trial is chosen, where variables are kept.

        Raises:
            Error: a variant does not declare it.
        """
        measure = self.variants[self.baseline].selection(self.data)
        for name, learner in self.variants.items():
            declared = declared_names(learner, self.data)
            if measure.name not in declared:
                raise Error(
                    f"the best is chosen by {measure.name!r}, which {name!r} does not declare: "
                    f"{nearest(measure.name, declared)}"
                )
        return measure

    @property
    def overlap(self) -> float:
        """The share of the pool that each seed's test rows are; 0 where all seeds have the same splits.

        Data that hold splits of their own for each seed say it themselves (`overlap`).
        """
        return getattr(self.data, "overlap", 0.0) if self.pool is None else overlap_of(self.data, self.pool)

    def _check_seeds(self) -> None:
        """Refuse a number of seeds whose sign-flip test cannot reach the level that the claims need.

        Fewer than ten seeds decide nothing by themselves, and are a look at the results without verdicts.
        """
        parts = [part for claim in self.claims for part in claim.parts]
        level = (1 - CONFIDENCE) / max(1, effects_judged(parts))
        fewest = fewest_flips(level)
        if any(isinstance(part, Part) for part in parts) and FEWEST_SEEDS <= self.seeds < fewest:
            raise Error(
                f"{self.name!r} has {self.seeds} seeds, with which the sign-flip test cannot reach "
                f"the level {level:.2g} that its claims need: give at least {fewest}"
            )

    def _check_splits(self) -> None:
        """Fill in the pool of splits per seed; refuse one that does not fit the data."""
        if self.splits == "fixed":
            if self.pool is not None:
                raise Error("a pool is given and splits is 'fixed': give splits='per seed', or no pool")
            return
        if self.pool is None and isinstance(self.data, Dataset):
            try:
                object.__setattr__(self, "pool", pool_of(self.data))
            except (TypeError, ValueError) as error:  # arrays of different shapes
                raise Error(f"the splits of the data cannot be joined to draw new ones from: {error}") from error
        check_pool(self.data, self.pool)

    def _main_measure(self) -> str:
        """The measure that was given, if it is declared; else the first one."""
        names = [measure.name for measure in self.measures]
        if not names:
            kind = type(self.variants[self.baseline]).__name__
            raise Error(f"{kind}.measures declares nothing: return a Measure for each value that evaluate returns")
        name = self.measure or names[0]
        if name not in names:
            raise Error(f"the study {self.name!r} has no measure {name!r}: {nearest(name, names)}")
        return name
