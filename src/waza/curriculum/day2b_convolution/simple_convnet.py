"""E6: a convolutional network compared with dense layers, with ordered and permuted pixels."""

from functools import partial

import jax
import xarray as xr

from waza import data, models, optim
from waza.curriculum.day2b_convolution.networks import classes_of, image_of
from waza.curriculum.day2b_convolution.permuted import Permuted
from waza.curriculum.resampled import per_seed
from waza.curriculum.shown import Shown
from waza.learners import Supervised
from waza.nn import Layer
from waza.report import differences, side_by_side
from waza.study import Claim, Part, Study, final

CONV, DENSE = "convolution", "dense layers"
CONV_PERMUTED, DENSE_PERMUTED = f"{CONV}, pixels permuted", f"{DENSE}, pixels permuted"
HIDDEN = 100
FIGURES = (side_by_side, partial(differences, pairs=((CONV, DENSE), (CONV_PERMUTED, DENSE_PERMUTED))))


def study(data_name: str = "mnist") -> Study:
    """30@5x5 - ReLU - pool 2 - 100 - 10 and 784-489-100-10 (as many weights), Adam 0.001, 1,000 steps of 100 rows.

    Both also with permuted pixels. Each seed draws its own 4,000 images to train on.
    """
    dataset = data.load(data_name)
    (height, width, channels), classes = image_of(dataset), classes_of(dataset)
    convolutional = models.simple_convnet((height, width, channels), classes)
    inputs = height * width * channels
    units = matching_units(parameters(convolutional), inputs, classes)
    networks: dict[str, Layer] = {CONV: convolutional, DENSE: models.MLP((inputs, units, HIDDEN, classes))}
    networks |= {CONV_PERMUTED: Permuted(networks[CONV]), DENSE_PERMUTED: Permuted(networks[DENSE])}
    return Study(
        name="simple-convnet",
        **per_seed(dataset, train=4000, test=1000),
        variants={
            name: Supervised(model, optim.Adam(0.001), batch_size=100, probes=False) for name, model in networks.items()
        },
        baseline=DENSE,
        seeds=20,
        block=5,
        first_seed=3000,  # seeds 1000 to 1014 and 2000 to 2014 had been seen, with shorter trainings
        steps=1000,
        evaluate_every=250,
        mapping="seeds",
        claims=(C26,),
        figures=FIGURES,
    )


def parameters(model: Layer) -> int:
    """The number of parameters of the model."""
    return sum(leaf.size for leaf in jax.tree.leaves(jax.eval_shape(model.init, jax.random.key(0))))


def matching_units(count: int, inputs: int, outputs: int) -> int:
    """The units for which the network inputs-units-100-outputs has about `count` parameters.

    >>> matching_units(433_890, 784, 10)
    489
    """
    return round((count - HIDDEN - (HIDDEN + 1) * outputs) / (inputs + 1 + HIDDEN))


def lead(results: xr.Dataset, convolutional: str = CONV, dense: str = DENSE) -> xr.DataArray:
    """The test accuracy with the convolution minus that with dense layers."""
    return final(results, "test_accuracy", convolutional) - final(results, "test_accuracy", dense)


def lead_permuted(results: xr.Dataset) -> xr.DataArray:
    """The lead with permuted pixels."""
    return lead(results, CONV_PERMUTED, DENSE_PERMUTED)


def lead_of_order(results: xr.Dataset) -> xr.DataArray:
    """The lead minus the lead with permuted pixels."""
    return lead(results) - lead_permuted(results)


# "Beats": by half a point at least. "So": the order of the pixels is the reason, so that permuting them costs half a
# point of the lead at least, and less than half a point of it is left.
HALF_A_POINT = 0.005
C26 = Claim(
    "C26",
    (
        Part("lead", lead, low=HALF_A_POINT, unit="points"),
        Part("order", lead_of_order, low=HALF_A_POINT, unit="points"),
        Part("permuted", lead_permuted, high=HALF_A_POINT, unit="points"),
    ),
)


def mean_accuracy(name: str) -> Shown:
    """The mean test accuracy, in points."""
    return lambda results: 100 * float(final(results, "test_accuracy", name).mean())


NUMBERS: dict[str, Shown] = {
    "lead": lambda results: 100 * float(lead(results).mean()),
    "behind": lambda results: -100 * float(lead_permuted(results).mean()),
    "convolution": mean_accuracy(CONV),
    "dense": mean_accuracy(DENSE),
    "convolution_permuted": mean_accuracy(CONV_PERMUTED),
    "dense_permuted": mean_accuracy(DENSE_PERMUTED),
}
