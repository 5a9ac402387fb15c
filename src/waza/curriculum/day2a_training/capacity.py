"""E4: do more weights overfit more? Sweeps of width and depth on 300 images, with clean and with noisy labels."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax.numpy as jnp
import numpy as np
import xarray as xr
from jaxtyping import Array, Int, PRNGKeyArray

from waza import data, models, optim
from waza.curriculum.figures.loss_gap import loss_gap
from waza.curriculum.resampled import per_seed
from waza.curriculum.shown import Shown
from waza.data import Dataset, Split
from waza.learners import Measures, Supervised
from waza.report import over_numbers, side_by_side
from waza.study import Claim, Part, Study, final

WIDTHS = (1, 3, 10, 30, 100)
NARROW, WIDE = WIDTHS[:3], WIDTHS[2:]  # up to a width that memorises all images, and from there on
ROWS, HELD, CLASSES = 300, 1000, 10
LABELS = {"clean": 0, "noisy": 120}  # how many of them are random
DEPTHS = {1: "one layer", 2: "", 4: "four layers"}
STEPS, EARLY = 2000, 400
SOME = 0.02  # a smaller difference of losses does not matter
POINT = 0.01  # nor does one of accuracies


class NoisyLabels(Supervised):
    """Supervised learning in which the first training rows have random labels, the same ones at every step.

    Args:
        noisy: how many rows; one in ten of them has the right label by chance.
    """

    noisy: int = 0

    def batch(self, data: Dataset, key: PRNGKeyArray, step: Int[Array, ""] | int) -> Split:
        """A batch with noisy labels."""
        return super().batch(self._relabelled(data), key, step)

    def evaluate(self, state: Any, data: Dataset, key: Any) -> Measures:
        """All measures; those of the training rows with their noisy labels."""
        return super().evaluate(state, self._relabelled(data), key)

    def _relabelled(self, data: Dataset) -> Dataset:
        y = jnp.asarray(data.train.y)
        random = np.random.RandomState(0).randint(0, CLASSES, self.noisy)
        return data._replace(train=data.train._replace(y=y.at[: self.noisy].set(random)))


def name_of(width: int, labels: str, depth: int = 2) -> str:
    """The variant of this width and depth with these labels."""
    return ", ".join(filter(None, [f"width {width}", f"{labels} labels", DEPTHS[depth]]))


TWO_LAYERS = tuple(name_of(width, labels) for labels in LABELS for width in WIDTHS)
OTHER_DEPTHS = tuple(name_of(width, "noisy", depth) for width in (10, 100) for depth in DEPTHS)
_over_widths = partial(over_numbers, variants=TWO_LAYERS)
_by_depth = partial(side_by_side, variants=OTHER_DEPTHS)
FIGURES = (_over_widths, partial(loss_gap, chart=_over_widths), _by_depth, partial(loss_gap, chart=_by_depth))


def study(data_name: str = "mnist") -> Study:
    """784-w-w-10, ReLU, He, SGD 0.05, 2,000 steps of 50 rows; widths 1 to 100, labels as they are and 40 % random.

    Each seed draws its own 300 images. With random labels also one and four layers of 10 and of 100 units.
    """
    settings = [(width, labels, 2) for labels in LABELS for width in WIDTHS]
    settings += [(width, "noisy", depth) for depth in (1, 4) for width in (10, 100)]
    return Study(
        name="capacity",
        **per_seed(data.load(data_name), train=ROWS, test=HELD),
        variants={
            name_of(width, labels, depth): NoisyLabels(
                models.MLP((784, *[width] * depth, CLASSES)),
                optim.SGD(0.05),
                batch_size=50,
                noisy=LABELS[labels],
                probes=False,
            )
            for width, labels, depth in settings
        },
        baseline=name_of(100, "clean"),
        seeds=20,
        first_seed=4000,
        steps=STEPS,
        evaluate_every=EARLY,
        claims=(C20,),
        figures=FIGURES,
    )


def gap(results: xr.Dataset, variant: str) -> xr.DataArray:
    """Test loss minus training loss."""
    return final(results, "test_loss", variant) - final(results, "train_loss", variant)


def accuracy(results: xr.Dataset, variant: str) -> xr.DataArray:
    """Test accuracy."""
    return final(results, "test_accuracy", variant)


def rise(
    of: Callable[[xr.Dataset, str], xr.DataArray], sizes: tuple[int, ...], names: tuple[str, ...]
) -> Callable[[xr.Dataset], xr.DataArray]:
    """The change of a measure for ten times the size: its least-squares slope over log10 of the size."""

    def effect(results: xr.Dataset) -> xr.DataArray:
        centred = np.log10(sizes) - np.log10(sizes).mean()
        terms = [x * of(results, name).reset_coords(drop=True) for x, name in zip(centred, names, strict=True)]
        return sum(terms[1:], terms[0]) / float(np.sum(centred**2))

    return effect


def later(of: Callable[[xr.Dataset, str], xr.DataArray], variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The value at the end minus that at step 400."""
    return lambda results: of(results, variant) - of(results.sel(step=slice(0, EARLY)), variant)


def overfits_more(case: str, sizes: tuple[int, ...], names: tuple[str, ...]) -> tuple[Part, Part]:
    """The two parts of "a larger net overfits more": the gap of the losses widens, and the test accuracy falls."""
    return (
        Part(f"gap-{case}", rise(gap, sizes, names), low=SOME, case=case),
        Part(f"accuracy-{case}", rise(accuracy, sizes, names), high=-POINT, unit="points", case=case),
    )


def widths(widths: tuple[int, ...], labels: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """These widths, and their variants with two hidden layers."""
    return widths, tuple(name_of(width, labels) for width in widths)


def depths(width: int) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The depths, and their variants of this width with noisy labels."""
    return tuple(DEPTHS), tuple(name_of(width, "noisy", depth) for depth in DEPTHS)


# The control: where training too long does harm, the same two measures show it.
CONTROL = name_of(10, "noisy")
C20 = Claim(
    "C20",
    (
        *overfits_more("narrow-clean", *widths(NARROW, "clean")),
        *overfits_more("wide-clean", *widths(WIDE, "clean")),
        *overfits_more("narrow-noisy", *widths(NARROW, "noisy")),
        *overfits_more("wide-noisy", *widths(WIDE, "noisy")),
        *overfits_more("deep-narrow", *depths(10)),
        *overfits_more("deep-wide", *depths(100)),
        Part("control-gap", later(gap, CONTROL), low=SOME, further=True),
        Part("control-accuracy", later(accuracy, CONTROL), high=-POINT, unit="points", further=True),
    ),
)


def mean_gap(width: int, labels: str, depth: int = 2) -> Shown:
    """The mean gap at the end."""
    return lambda results: float(gap(results, name_of(width, labels, depth)).mean())


def mean_accuracy(width: int, labels: str, depth: int = 2) -> Shown:
    """The mean test accuracy at the end, in points."""
    return lambda results: 100 * float(accuracy(results, name_of(width, labels, depth)).mean())


NUMBERS: dict[str, Shown] = {
    "accuracy_1": mean_accuracy(1, "clean"),
    **{f"gap_{width}": mean_gap(width, "clean") for width in (10, 100)},
    **{f"accuracy_{width}": mean_accuracy(width, "clean") for width in (10, 100)},
    **{f"noisy_gap_{width}": mean_gap(width, "noisy") for width in (10, 100)},
    **{f"noisy_accuracy_{width}": mean_accuracy(width, "noisy") for width in (10, 100)},
    **{f"gap_{depth}_of_10": mean_gap(10, "noisy", depth) for depth in (1, 4)},
    **{f"accuracy_{depth}_of_{width}": mean_accuracy(width, "noisy", depth) for depth in (1, 4) for width in (10, 100)},
    "control": lambda results: -100 * float(later(accuracy, CONTROL)(results).mean()),
}
