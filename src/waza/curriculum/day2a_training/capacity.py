"""Do more weights overfit more? Width against the number of images and the time of training."""

from collections.abc import Callable
from typing import Any

import xarray as xr
from jaxtyping import PRNGKeyArray

from waza import data, models, optim
from waza.data import Dataset, Split
from waza.learners import Measures, Supervised
from waza.study import Claim, Part, Study, final

WIDTHS = (5, 20, 100, 500)
ROWS = (300, 3000)
SHORT, LONG = 400, 2000


class FirstRows(Supervised):
    """Supervised learning from the first `rows` training rows alone."""

    rows: int = 300

    def batch(self, data: Dataset, key: PRNGKeyArray) -> Split:
        """Rows from among the first ones."""
        return super().batch(self._few(data), key)

    def evaluate(self, state: Any, data: Dataset, key: Any) -> Measures:
        """All measures, those of training on the first rows."""
        return super().evaluate(state, self._few(data), key)

    def _few(self, data: Dataset) -> Dataset:
        return data._replace(train=Split(data.train.x[: self.rows], data.train.y[: self.rows]))


def name_of(width: int, rows: int) -> str:
    """The variant of this width on so many images."""
    return f"width {width}, {rows} images"


def study(data_name: str = "digits") -> Study:
    """784-w-w-10, ReLU, He, SGD 0.1, 2,000 steps; widths 5 to 500 on 300 and 3,000 images."""
    return Study(
        name="capacity",
        data=data.load(data_name),
        variants={
            name_of(width, rows): FirstRows(
                models.MLP((784, width, width, 10)), optim.SGD(0.1), rows=rows, probes=False
            )
            for rows in ROWS
            for width in WIDTHS
        },
        baseline=name_of(WIDTHS[1], 300),
        steps=LONG,
        evaluate_every=SHORT,
        claims=(C20,),
    )


def gap(results: xr.Dataset, width: int, rows: int, step: int = LONG) -> xr.DataArray:
    """Training accuracy less test accuracy."""
    at = {"variant": name_of(width, rows), "step": step}
    return (results["train_accuracy"] - results["test_accuracy"]).sel(at).drop_vars("variant")


def wider_gap(rows: int, step: int = LONG) -> Callable[[xr.Dataset], xr.DataArray]:
    """The gap at width 500 less that at width 20."""
    return lambda results: gap(results, WIDTHS[-1], rows, step) - gap(results, WIDTHS[1], rows, step)


def worse(rows: int) -> Callable[[xr.Dataset], xr.DataArray]:
    """The test accuracy at width 500 less that at width 20."""
    return lambda results: (
        final(results, "test_accuracy", name_of(WIDTHS[-1], rows))
        - final(results, "test_accuracy", name_of(WIDTHS[1], rows))
    )


# "More overfitting": a wider gap, a lower test accuracy; less than a point makes no difference.
C20 = Claim(
    "C20",
    (
        Part("gap-few", wider_gap(300), low=0.0, unit="points", margin=0.01),
        Part("gap-many", wider_gap(3000), low=0.0, unit="points", margin=0.01),
        Part("gap-early", wider_gap(300, SHORT), low=0.0, unit="points", margin=0.01),
        Part("accuracy-few", worse(300), high=0.0, unit="points", margin=0.01),
        Part("accuracy-many", worse(3000), high=0.0, unit="points", margin=0.01),
    ),
)
