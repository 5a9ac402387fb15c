"""E4: L1, L2 and dropout against overfitting, with 300 images and six hidden layers."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jaxtyping import Array
from scipy import stats

from waza import data, models, nn, optim
from waza.core.variables import is_weight, trained
from waza.curriculum.figures.loss_gap import loss_gap
from waza.curriculum.figures.losses import both_losses
from waza.curriculum.resampled import per_seed
from waza.curriculum.shown import Shown, mean, points
from waza.data import Dataset
from waza.learners import Measure, Measures, Supervised, as_inputs
from waza.nn import Pass
from waza.report import over_steps, side_by_side, tuning_curves
from waza.study import Claim, Exact, Part, Study, Trained, Tuning, final, geometric, tuned_name, vary

ROWS, HELD, TESTED = 300, 1000, 300
NONE, L2, L1, PROXIMAL = "none", "L2 0.1", "L1 0.005", "L1 0.005, proximal"
DROPOUT, BOTH, ADAM = "dropout 0.15", "dropout 0.08 + L1 0.004", "Adam + dropout 0.15"
COURSE, TUNED = "course", "tuned"
RATE, RATES = "optimizer.learning_rate", (0.05, 0.1, 0.2)
SOME = 0.02  # a smaller change of a loss does not matter
TENTH = 0.1  # nor does a smaller part of the gap
POINT = 0.01  # nor does one of accuracies
TRAINED = Trained("test_accuracy", 0.3)
CORRELATED = -0.3  # a weaker rank correlation does not matter


class Regularised(Supervised):
    """Supervised learning that also measures exact zeros and averages over dropout masks.

    Further measures: "zero_weights", the share of weights that are exactly zero; with masks "masks_accuracy", the test
    accuracy of the mean of the softmax over so many dropout masks, and "one_mask_accuracy", that of a single mask
    (their mean).

    Args:
        masks: how many are drawn at each evaluation.
    """

    masks: int = 0

    def measures(self, data: Dataset) -> tuple[Measure, ...]:
        """All other measures, and these."""
        masked = ("masks_accuracy", "one_mask_accuracy") if self.masks else ()
        zeros = Measure("zero_weights", bounds=(0, 1))
        return *super().measures(data), zeros, *(Measure(name, "higher", bounds=(0, 1)) for name in masked)

    def evaluate(self, state: Any, data: Dataset, key: Any) -> Measures:
        """All measures of `Supervised`, and these."""
        measures = super().evaluate(state, data, key)
        weights = [leaf for leaf in jax.tree.leaves(trained(state.variables)) if is_weight(leaf)]
        zeros = sum((jnp.sum(weight == 0) for weight in weights), jnp.zeros((), jnp.int32))
        measures["zero_weights"] = zeros / sum(weight.size for weight in weights)
        if not self.masks:
            return measures
        x, y = as_inputs(data.test.x), jnp.asarray(data.test.y)

        def right(outputs: Array) -> Array:
            return jnp.mean(jnp.argmax(outputs, axis=1) == y)

        def masked(total: Array, i: Array) -> tuple[Array, Array]:
            run = Pass(training=True, key=jax.random.fold_in(key, i))
            outputs = self.model.apply(state.variables, x, run)
            return total + jax.nn.softmax(outputs), right(outputs)

        outputs = jax.eval_shape(lambda: self.model.apply(state.variables, x, Pass()))
        total, single = jax.lax.scan(masked, jnp.zeros(outputs.shape), jnp.arange(self.masks))
        return measures | {"masks_accuracy": right(total), "one_mask_accuracy": jnp.mean(single)}


FIGURES = (
    partial(both_losses, variant=NONE),
    partial(over_steps, variants=(NONE,)),
    side_by_side,
    partial(loss_gap, chart=side_by_side),
    tuning_curves,
)


def study(data_name: str = "mnist") -> Study:
    """784-100x6-10, ReLU, He, 1,000 steps of 50 rows: each technique with the course's settings and tuned.

    Each seed draws its own 300 images to train on, 1,000 to tune on and 300 to test on. So few test images are a small
    part of all that are drawn from, so that the trials of 100 seeds are nearly independent.
    """
    none = Regularised(models.MLP((784, *[100] * 6, 10)), optim.SGD(0.01), batch_size=50, probes=False)
    dropout = vary(none, model={"dropout": nn.Dropout(0.15)})
    strengths = (1e-4, 3e-4, 1e-3)
    return Study(
        name="regularisation",
        **per_seed(data.load(data_name), train=ROWS, test=TESTED, validation=HELD),
        variants={
            NONE: none,
            L2: vary(none, penalty=nn.L2(0.1)),
            L1: vary(none, penalty=nn.L1(0.005), optimizer={"learning_rate": 0.1}),
            PROXIMAL: vary(none, optimizer=optim.ProximalL1(optim.SGD(0.1), 0.005)),
            DROPOUT: vary(dropout, masks=20),
            BOTH: vary(dropout, model={"dropout": {"rate": 0.08}}, penalty=nn.L1(0.004)),
            ADAM: vary(dropout, optimizer=optim.Adam(0.001)),
        },
        seeds=100,
        first_seed=9000,  # the rule on gaps was written after seeds 5000 to 5074 had been seen
        steps=1000,
        evaluate_every=200,
        trained=TRAINED,
        tuning=Tuning(  # nine candidates each
            grid={
                NONE: {RATE: geometric(0.02, 0.3, 9)},
                L2: {RATE: RATES, "penalty.strength": (1e-3, 3e-3, 1e-2)},
                L1: {RATE: RATES, "penalty.strength": strengths},
                PROXIMAL: {f"optimizer.{RATE}": RATES, "optimizer.strength": strengths},
                DROPOUT: {RATE: RATES, "model.dropout.rate": (0.05, 0.1, 0.2)},
            },
            limits={RATE: 0.4, f"optimizer.{RATE}": 0.4},
        ),
        claims=(C19, C21, C22, C23),
        figures=FIGURES,
    )


def gap(results: xr.Dataset, variant: str) -> xr.DataArray:
    """Test loss minus training loss at the end."""
    return final(results, "test_loss", variant) - final(results, "train_loss", variant)


def accuracy(results: xr.Dataset, variant: str) -> xr.DataArray:
    """Test accuracy at the end."""
    return final(results, "test_accuracy", variant)


def loss(results: xr.Dataset, variant: str) -> xr.DataArray:
    """Test loss at the end."""
    return final(results, "test_loss", variant)


def zeros(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The share of weights that are exactly zero at the end."""
    return lambda results: final(results, "zero_weights", variant)


def since_400(of: Callable[[xr.Dataset, str], xr.DataArray]) -> Callable[[xr.Dataset], xr.DataArray]:
    """The plain net's value at the end minus its value at step 400."""
    return lambda results: of(results, NONE) - of(results.sel(step=slice(0, 400)), NONE)


def with_settings(variant: str, settings: str) -> str:
    """The variant with the course's settings or with tuned ones."""
    return variant if settings == COURSE else tuned_name(variant)


def gained(
    of: Callable[[xr.Dataset, str], xr.DataArray], variant: str, settings: str = TUNED
) -> Callable[[xr.Dataset], xr.DataArray]:
    """The value of the variant minus that of the plain net, both with the course's settings or both tuned."""
    return lambda results: of(results, with_settings(variant, settings)) - of(results, with_settings(NONE, settings))


def narrowed(variant: str, settings: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The change of the gap as a part of the plain net's gap: -0.1 if it is narrower by a tenth."""

    def effect(results: xr.Dataset) -> xr.DataArray:
        return gap(results, with_settings(variant, settings)) / gap(results, with_settings(NONE, settings)) - 1

    return effect


def over(one: str, other: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """One measure of the net with the course's dropout minus another."""
    return lambda results: final(results, one, DROPOUT) - final(results, other, DROPOUT)


def ranks_together(variants: Callable[[Sequence[str]], list[str]]) -> Callable[[xr.Dataset], xr.DataArray]:
    """Spearman's rank correlation of gap and test accuracy over variants, one value a seed: from -1 to 1."""

    def effect(results: xr.Dataset) -> xr.DataArray:
        names = variants([str(name) for name in results["variant"].values])
        gaps, accuracies = (np.stack([of(results, name).values for name in names]) for of in (gap, accuracy))
        values = [stats.spearmanr(*pair).statistic for pair in zip(gaps.T, accuracies.T, strict=True)]
        return xr.DataArray(np.array(values), {"seed": results["seed"].values}, ("seed",))

    return effect


def only_tuned(names: Sequence[str]) -> list[str]:
    """The variants with tuned settings."""
    return [name for name in names if name.endswith(tuned_name(""))]


def reduces(variant: str, name: str, settings: str, case: str) -> tuple[Part, Part]:
    """The parts of "it reduces overfitting": the gap of the losses narrows, and the test accuracy does not fall."""
    common: dict[str, Any] = {
        "unit": "points",
        "case": case,
        "among": tuple(with_settings(one, settings) for one in (variant, NONE)),
    }
    return (
        Part(f"{name}-gap-{settings}", narrowed(variant, settings), high=-TENTH, **common),
        Part(f"{name}-accuracy-{settings}", gained(accuracy, variant, settings), low=-POINT, **common),
    )


def better(variant: str, name: str) -> Part:
    """The further part "tuned, it raises the test accuracy"."""
    among = (tuned_name(variant), tuned_name(NONE))
    return Part(f"{name}-better", gained(accuracy, variant), low=POINT, unit="points", further=True, among=among)


def reached_zero(method: str) -> float:
    r"""The share of 200 weights that end at exactly zero where zero is the minimum of $(w - a)^2 / 2 + 0.1 |w|$.

    The minima lie at a = -0.1 to 0.1; 1,000 steps of rate 0.01 from normal initial values, by the subgradient or by
    proximal steps. For "L2" the penalty is $0.1 w^2 / 2$ instead, whose minimum is zero for a = 0 alone.
    """
    penalties = {"subgradient": nn.L1(0.1), "L2": nn.L2(0.1)}
    a = jnp.linspace(-0.1, 0.1, 200)[None]
    sgd = optim.SGD(0.01)
    optimizer = optim.ProximalL1(sgd, 0.1) if method == "proximal" else sgd

    def objective(w: dict[str, Array]) -> Array:
        penalty = penalties[method](w) if method in penalties else 0.0
        return jnp.sum((w["weight"] - a) ** 2) / 2 + penalty

    def step(_: Array, carry: Any) -> Any:
        w, state = carry
        updates, state = optimizer.update(jax.grad(objective)(w), state, w)
        return optim.add(w, updates), state

    w = {"weight": jax.random.normal(jax.random.key(0), a.shape)}
    w, _ = jax.jit(lambda carry: jax.lax.fori_loop(0, 1000, step, carry))((w, optimizer.init(w)))
    return float(jnp.mean(w["weight"] == 0))


def share_of(method: str) -> Callable[[], float]:
    """`reached_zero` of this method, as an exact value."""
    return lambda: reached_zero(method)


# If the gap were overfitting, nets with a wider gap would do worse on unseen images: across nets, and as time goes on.
C19 = Claim(
    "C19",
    (
        Part("across", ranks_together(list), high=CORRELATED),
        Part("accuracy", since_400(accuracy), high=-POINT, unit="points"),
        Part("across-tuned", ranks_together(only_tuned), high=CORRELATED, further=True),
        Part("gap", since_400(gap), low=SOME, further=True),
        Part("test-loss", since_400(loss), low=SOME, further=True),
    ),
)
C21 = Claim(
    "C21",
    (
        *(part for settings in (COURSE, TUNED) for part in reduces(L2, "l2", settings, case=f"l2-{settings}")),
        *(part for settings in (COURSE, TUNED) for part in reduces(L1, "l1", settings, case=f"l1-{settings}")),
        better(L2, "l2"),
        better(L1, "l1"),
    ),
)
# Zeros of one weight each are computed; those of the trained nets follow from where their minimum lies, too.
C22 = Claim(
    "C22",
    (
        Exact("subgradient", share_of("subgradient"), low=0.5, unit="points", case="subgradient"),
        Exact("proximal", share_of("proximal"), low=0.5, unit="points", case="proximal"),
        Part("net", zeros(tuned_name(PROXIMAL)), low=0.01, unit="points", case="proximal"),
        Exact("l2", share_of("L2"), high=0.005, unit="points"),
    ),
)
# The scaled net is as good as the average over masks, and the average is better than a single mask.
C23 = Claim(
    "C23",
    (
        *(part for settings in (COURSE, TUNED) for part in reduces(DROPOUT, "dropout", settings, case=settings)),
        Part("masks", over("test_accuracy", "masks_accuracy"), low=-POINT, high=POINT, unit="points"),
        Part("one-mask", over("masks_accuracy", "one_mask_accuracy"), low=POINT, unit="points"),
        better(DROPOUT, "dropout"),
    ),
)


def of_trained(of: Callable[[xr.Dataset, str], xr.DataArray], variant: str, times: float = 1.0) -> Shown:
    """The mean over the seeds whose trial of this variant trained, times a factor."""

    def number(results: xr.Dataset) -> float:
        counted = results["test_accuracy"].sel(variant=variant).isel(step=-1) >= TRAINED.bound
        return times * float(of(results, variant).where(counted).mean())

    return number


NUMBERS: dict[str, Shown] = {
    "across": mean(ranks_together(list)),
    "across_tuned": mean(ranks_together(only_tuned)),
    "grown": mean(since_400(gap)),
    "changed": points(since_400(accuracy)),
    "adam_gap": of_trained(gap, ADAM),
    "adam_accuracy": of_trained(accuracy, ADAM, 100),
    "l2_gap": of_trained(gap, L2),
    "none_gap": of_trained(gap, NONE),
    "dropout_gap": of_trained(gap, DROPOUT),
    "none_accuracy": of_trained(accuracy, NONE, 100),
    "l2_accuracy": of_trained(accuracy, L2, 100),
    "l1_accuracy": of_trained(accuracy, L1, 100),
    "dropout_accuracy": of_trained(accuracy, DROPOUT, 100),
    "none_tuned_gap": of_trained(gap, tuned_name(NONE)),
    "l2_tuned_gap": of_trained(gap, tuned_name(L2)),
    "l1_tuned_gap": of_trained(gap, tuned_name(L1)),
    "l1_narrowed": points(lambda results: -narrowed(L1, TUNED)(results)),
    "l2_narrowed": points(lambda results: -narrowed(L2, TUNED)(results)),
    "dropout_narrowed": points(lambda results: -narrowed(DROPOUT, COURSE)(results)),
    "dropout_tuned_gap": of_trained(gap, tuned_name(DROPOUT)),
    "none_tuned_accuracy": of_trained(accuracy, tuned_name(NONE), 100),
    "l2_tuned_accuracy": of_trained(accuracy, tuned_name(L2), 100),
    "l1_tuned_accuracy": of_trained(accuracy, tuned_name(L1), 100),
    "dropout_tuned_accuracy": of_trained(accuracy, tuned_name(DROPOUT), 100),
    "zeros": points(zeros(PROXIMAL)),
    "zeros_tuned": points(zeros(tuned_name(PROXIMAL))),
    "proximal_accuracy": of_trained(accuracy, PROXIMAL, 100),
    "proximal_tuned_accuracy": of_trained(accuracy, tuned_name(PROXIMAL), 100),
    "one_mask": points(over("masks_accuracy", "one_mask_accuracy")),
}
