"""E10: GRU and LSTM with equal units and with equal parameters."""

from collections.abc import Callable

import jax
import xarray as xr
from jaxtyping import Array, Float, PyTree

from waza import data, models, nn
from waza.curriculum.day2b_convolution.networks import classes_of, image_of
from waza.curriculum.day3a_recurrent.falling import falling_adam
from waza.curriculum.resampled import per_seed
from waza.curriculum.shown import Shown
from waza.learners import Supervised
from waza.report import over_steps, side_by_side
from waza.study import Claim, Exact, Part, Study, Trained, Tuning, final, tuned_name

COLUMNS, UNITS, MORE_UNITS, STEPS = 28, 32, 38, 1000
LSTM, GRU, LARGER_GRU = "LSTM, 32 units", "GRU, 32 units", "GRU, 38 units"
RATE = "optimizer.optimizer.learning_rate.initial"
RATES, LIMIT = (0.003, 0.01, 0.03), 0.1
TRAIN, HELD, VALIDATION = 3500, 1000, 500


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


def study(data_name: str = "mnist") -> Study:
    """Digits row by row; Adam to 0 along a cosine, the rate tuned, 1,000 steps of 50 rows, clipped at 1.

    Each seed draws its own 3,500 rows to train on, 500 to tune on and 1,000 to test on.
    """
    dataset = data.load(data_name)
    _, width, channels = image_of(dataset)
    cells = {
        LSTM: nn.LSTM(width * channels, UNITS),
        GRU: nn.GRU(width * channels, UNITS, reset="before"),
        LARGER_GRU: nn.GRU(width * channels, MORE_UNITS, reset="before"),
    }
    optimizer = falling_adam(0.01, STEPS)
    variants = {
        name: Supervised(
            RowByRow(models.SequenceModel(nn.Recurrent(cell), classes_of(dataset), read="last")),
            optimizer,
            batch_size=50,
            probes=False,
        )
        for name, cell in cells.items()
    }
    return Study(
        name="gated-unit",
        **per_seed(dataset, train=TRAIN, test=HELD, validation=VALIDATION),
        variants=variants,
        seeds=20,
        first_seed=1000,  # splits and rates are chosen anew since seeds 0 to 9 had been seen
        trained=Trained("test_accuracy", 0.5),
        tuning=Tuning(grid={name: {RATE: RATES} for name in variants}, limits={RATE: LIMIT}),
        steps=STEPS,
        evaluate_every=200,
        claims=(C38,),
        figures=FIGURES,
    )


def parameters(cell: nn.Cell) -> int:
    """The number of a cell's parameters."""
    return sum(leaf.size for leaf in jax.tree.leaves(jax.eval_shape(cell.init, jax.random.key(0))))


def fewer() -> float:
    """The share of the LSTM's parameters by which a GRU of as many units has fewer, for digits of 28 columns."""
    return 1 - parameters(nn.GRU(COLUMNS, UNITS, reset="before")) / parameters(nn.LSTM(COLUMNS, UNITS))


def ahead(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The test accuracy minus that of the LSTM, each at its own rate."""
    return lambda results: accuracy(results, variant) - accuracy(results, LSTM)


def accuracy(results: xr.Dataset, variant: str) -> xr.DataArray:
    """The test accuracy at the tuned rate."""
    return final(results, "test_accuracy", tuned_name(variant))


# "Far fewer": at least a fifth; "equal or better": less than a point worse than the LSTM with as many units. Half as
# many parameters, and a GRU with as many parameters, qualify the answer.
C38 = Claim(
    "C38",
    (
        Exact("fewer", fewer, low=0.2, unit="points"),
        Part("equal-units", ahead(GRU), low=-0.01, unit="points"),
        Part("equal-parameters", ahead(LARGER_GRU), low=-0.01, unit="points", further=True),
        Exact("half", fewer, low=0.5, unit="points", further=True),
    ),
)


def percent(variant: str) -> Shown:
    """The mean test accuracy at the tuned rate, in percent."""
    return lambda results: float(accuracy(results, variant).mean()) * 100


NUMBERS: dict[str, Shown] = {
    "fewer": lambda _: fewer() * 100,
    "lstm_parameters": lambda _: parameters(nn.LSTM(COLUMNS, UNITS)),
    "gru_parameters": lambda _: parameters(nn.GRU(COLUMNS, UNITS, reset="before")),
    "larger_parameters": lambda _: parameters(nn.GRU(COLUMNS, MORE_UNITS, reset="before")),
    "lstm": percent(LSTM),
    "gru": percent(GRU),
    "larger": percent(LARGER_GRU),
    "gain": lambda results: float(ahead(GRU)(results).mean()) * 100,
    "spread": lambda results: float(accuracy(results, LSTM).std(ddof=1)) * 100,
}
