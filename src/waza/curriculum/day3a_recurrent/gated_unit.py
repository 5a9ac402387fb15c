"""E10: GRU and LSTM with equal units and with equal parameters."""

from collections.abc import Callable

import xarray as xr
from jaxtyping import Array, Float, PyTree

from waza import data, models, nn
from waza.curriculum.day2b_convolution.networks import classes_of, image_of
from waza.curriculum.day3a_recurrent.falling import falling_adam
from waza.learners import Supervised
from waza.report import over_steps, side_by_side
from waza.study import Claim, Part, Study, final

UNITS, MORE_UNITS, STEPS = 32, 38, 1000
LSTM, GRU, LARGER_GRU = "LSTM, 32 units", "GRU, 32 units", "GRU, 38 units"


class RowByRow(nn.Layer):
    """A sequence model that reads an image from top to bottom, one row per step.

    Args:
        model: takes (batch, rows, columns of all channels).
    """

    model: models.SequenceModel

    def apply(
        self, variables: PyTree[Array], x: Float[Array, "batch height width channels"], run: nn.Pass
    ) -> Float[Array, "batch classes"]:
        """The model's answer after the last row."""
        rows = x.reshape(*x.shape[:2], -1)
        return self.model.apply(variables["model"], rows, run.at("model"))


FIGURES = (side_by_side, over_steps)


def study(data_name: str = "digits") -> Study:
    """Digits row by row; Adam 0.01 to 0 along a cosine, 1,000 steps of 50 rows, clipped at 1."""
    dataset = data.load(data_name)
    _, width, channels = image_of(dataset)
    cells = {
        LSTM: nn.LSTM(width * channels, UNITS),
        GRU: nn.GRU(width * channels, UNITS, reset="before"),
        LARGER_GRU: nn.GRU(width * channels, MORE_UNITS, reset="before"),
    }
    optimizer = falling_adam(0.01, STEPS)
    return Study(
        name="gated-unit",
        data=dataset,
        variants={
            name: Supervised(
                RowByRow(models.SequenceModel(nn.Recurrent(cell), classes_of(dataset), read="last")),
                optimizer,
                batch_size=50,
                probes=False,
            )
            for name, cell in cells.items()
        },
        steps=STEPS,
        evaluate_every=200,
        claims=(C38,),
        figures=FIGURES,
    )


def ahead(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The test accuracy minus that of the LSTM."""
    return lambda results: final(results, "test_accuracy", variant) - final(results, "test_accuracy", LSTM)


# "Equal or better": less than a point worse than the LSTM.
C38 = Claim(
    "C38",
    (
        Part("equal-units", ahead(GRU), low=-0.01, unit="points"),
        Part("equal-parameters", ahead(LARGER_GRU), low=-0.01, unit="points"),
    ),
)
