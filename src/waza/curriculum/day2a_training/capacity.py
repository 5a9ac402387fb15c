"""E4: do more weights overfit more? A sweep of the width, for few and many images, after short and long training."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from jaxtyping import Array, Int, PRNGKeyArray

from waza import data, models, optim
from waza.curriculum.figures.loss_gap import loss_gap
from waza.data import Dataset, Split
from waza.learners import Measures, Supervised
from waza.report import over_numbers
from waza.study import Claim, Part, Study, final

WIDTHS = (10, 30, 80, 200)
ROWS = {"few": 300, "many": 3000}
STEPS = {"early": 400, "late": 2000}


class FirstRows(Supervised):
    """Supervised learning from the first `rows` training rows alone."""

    rows: int = 300

    def batch(self, data: Dataset, key: PRNGKeyArray, step: Int[Array, ""] | int) -> Split:
        """A batch drawn from the first rows."""
        return super().batch(self._few(data), key, step)

    def evaluate(self, state: Any, data: Dataset, key: Any) -> Measures:
        """All measures; the training measures are those of the first rows."""
        return super().evaluate(state, self._few(data), key)

    def _few(self, data: Dataset) -> Dataset:
        return data._replace(train=Split(data.train.x[: self.rows], data.train.y[: self.rows]))


def name_of(width: int, rows: int) -> str:
    """The variant of this width on `rows` images."""
    return f"width {width}, {rows} images"


FIGURES = (over_numbers, partial(loss_gap, chart=over_numbers))


def study(data_name: str = "digits") -> Study:
    """784-w-w-10, ReLU, He, SGD 0.1, 2,000 steps; widths 10 to 200 on 300 and 3,000 images."""
    return Study(
        name="capacity",
        data=data.load(data_name),
        variants={
            name_of(width, rows): FirstRows(
                models.MLP((784, width, width, 10)), optim.SGD(0.1), rows=rows, probes=False
            )
            for rows in ROWS.values()
            for width in WIDTHS
        },
        seeds=20,
        first_seed=2000,
        steps=STEPS["late"],
        evaluate_every=STEPS["early"],
        claims=(C20,),
        figures=FIGURES,
    )


def gap(results: xr.Dataset, variants: list[str]) -> xr.DataArray:
    """Test loss minus training loss."""
    return (final(results, "test_loss") - final(results, "train_loss")).sel(variant=variants)


def accuracy(results: xr.Dataset, variants: list[str]) -> xr.DataArray:
    """Test accuracy."""
    return final(results, "test_accuracy").sel(variant=variants)


def rise(of: Callable[[xr.Dataset, list[str]], xr.DataArray], rows: int, step: int) -> Callable:
    """The change of a measure at this step for ten times the width: its least-squares slope over log10 of the width."""

    def effect(results: xr.Dataset) -> xr.DataArray:
        names = [name_of(width, rows) for width in WIDTHS]
        log_width = xr.DataArray(np.log10(WIDTHS), {"variant": names})
        values = of(results.sel(step=slice(0, step)), names)
        return xr.cov(log_width, values, "variant", ddof=0) / log_width.var()

    return effect


# "More overfitting": a wider gap of the losses, a lower test accuracy. Less than 0.02 or a point is no difference.
C20 = Claim(
    "C20",
    tuple(
        part
        for few, rows in ROWS.items()
        for early, step in STEPS.items()
        for part in (
            Part(f"gap-{few}-{early}", rise(gap, rows, step), low=0.02),
            Part(f"accuracy-{few}-{early}", rise(accuracy, rows, step), high=-0.01, unit="points"),
        )
    ),
)
