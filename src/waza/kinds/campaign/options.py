"""The options of `waza campaign`, and of `waza use` for its policy."""

import dataclasses

from waza.core.errors import Error
from waza.kinds.option import MOST_SEED, Options, option
from waza.kinds.using import InputOptions

AUTO, KNOWN, ESTIMATE = "auto", "known", "estimate"


def read_names(text: str) -> tuple[str, ...]:
    """Columns' names, separated by commas.

    >>> read_names("visit, spend")
    ('visit', 'spend')
    """
    return tuple(name.strip() for name in text.split(",") if name.strip())


def read_budgets(text: str) -> tuple[float, ...]:
    """Percentages, separated by commas.

    >>> read_budgets("10,20")
    (10.0, 20.0)
    """
    return tuple(float(name) for name in read_names(text))


@dataclasses.dataclass(frozen=True, kw_only=True)
class CampaignOptions(Options):
    """What is asked of a campaign's log; `waza.campaign` takes the same names."""

    arm: str = option("", "the column that says what each customer received", metavar="COLUMN")
    reward: str = option("", "the column of numbers that says what followed", metavar="COLUMN")
    cost: float = option(0.0, "what one mail costs", usual="0", least=0, example="0.05", metavar="X")
    value: float = option(1.0, "what a reward of 1 is worth, in the unit of the cost", usual="1", least=0, metavar="X")
    control: str | None = option(
        None, "the arm of those who received nothing", usual="the arm whose name says so", metavar="ARM"
    )
    propensity: tuple[str, ...] = option(
        (AUTO,),
        "how the arms were chosen: known (at random, with the arms' shares), estimate (from the features), a column "
        "with the probability of the row's own arm, or a column an arm, separated by commas",
        usual="known where the features do not predict the arm, else estimate",
        metavar="HOW",
        read=read_names,
    )
    exclude: tuple[str, ...] = option(
        (), "columns that were not known before the campaign, separated by commas", metavar="COLUMNS", read=read_names
    )
    budget: tuple[float, ...] = option(
        (10.0, 20.0, 30.0),
        "percentages of the customers that may be mailed",
        usual="10,20,30",
        metavar="P,P",
        read=read_budgets,
    )
    folds: int = option(5, "parts of the customers, each judged by models of the others", least=2, metavar="N")
    steps: int | None = option(None, "training steps", usual="depends on the number of rows", least=1, metavar="N")
    seed: int = option(0, "random seed", least=0, most=MOST_SEED, metavar="N")

    def __post_init__(self):
        super().__post_init__()
        for name in ("arm", "reward"):
            if not getattr(self, name):
                raise Error(f"no {name} is given: give the name of its column, --{name} COLUMN")
        if not self.budget or not all(0 < one <= 100 for one in self.budget):
            raise Error(f"budget is {self.budget}; expected percentages above 0 and at most 100, such as 10,20,30")
        if not self.propensity:
            raise Error("propensity is empty; expected known, estimate, or columns")

    @property
    def propensity_columns(self) -> tuple[str, ...]:
        """The columns of propensities, if any."""
        return () if self.propensity[0] in (AUTO, KNOWN, ESTIMATE) else self.propensity


@dataclasses.dataclass(frozen=True, kw_only=True)
class CampaignInput(InputOptions):
    """The options of `waza use` for a campaign's policy."""

    input: tuple[str, ...] | None = option(None, "a table of customers with the log's columns", metavar="FILE")
    budget: float | None = option(
        None,
        "percentage of these customers to mail",
        usual="all whose expected profit is positive",
        least=0,
        example="20",
        metavar="P",
    )

    def __post_init__(self):
        super().__post_init__()
        if self.budget is not None and self.budget > 100:
            raise Error(f"budget is {self.budget:g}; expected a percentage of at most 100")
