"""E4: is L2 regularisation the same as weight decay?"""

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import xarray as xr

from waza import data, models, nn, optim
from waza.curriculum.shown import Shown
from waza.learners import Supervised
from waza.optim import Optimizer
from waza.report import over_numbers
from waza.study import Claim, Exact, Part, Study, Tuning, final, tuned_name, vary

STRENGTHS = (0.001, 0.01, 0.1)
TRIED = (0.0003, 0.001, 0.003, 0.01, 0.03)  # when the strength is tuned; decay ten times as strong
OPTIMIZERS: dict[str, Optimizer] = {"SGD": optim.SGD(0.1), "Adam": optim.Adam(0.001)}
HELD = 1000


def name_of(optimizer: str, kind: str, strength: float) -> str:
    """The variant with an L2 penalty or weight decay of this strength."""
    return f"{optimizer}, {kind} {strength:g}"


TUNED = {kind: name_of("Adam", kind, 0.01) for kind in ("L2", "decay")}
FIGURES = (partial(over_numbers, measure="train_loss"), over_numbers)


def study(data_name: str = "digits") -> Study:
    """784-40-20-10, ReLU, He, 1,000 steps, SGD 0.1 and Adam 0.001; strengths 0.001 to 0.1 as penalty and as decay.

    With Adam, both are also compared at strengths chosen on 1,000 other images.
    """
    variants = {}
    for name, optimizer in OPTIMIZERS.items():
        base = Supervised(models.MLP((784, 40, 20, 10)), optimizer, probes=False)
        variants[f"{name}, neither"] = base
        for strength in STRENGTHS:
            variants[name_of(name, "L2", strength)] = vary(base, penalty=nn.L2(strength))
            variants[name_of(name, "decay", strength)] = vary(base, optimizer=optim.WeightDecay(optimizer, strength))
    return Study(
        name="weight-decay",
        data=data.hold_out(data.load(data_name), HELD),
        variants=variants,
        seeds=20,
        first_seed=4000,
        steps=1000,
        tuning=Tuning(
            grid={
                TUNED["L2"]: {"penalty.strength": TRIED},
                TUNED["decay"]: {"optimizer.decay": tuple(round(10 * strength, 4) for strength in TRIED)},
            }
        ),
        claims=(C25,),
        figures=FIGURES,
    )


def difference(optimizer: str, strength: float) -> Callable[[xr.Dataset], xr.DataArray]:
    """log10 of the training loss with the L2 penalty over that with weight decay of the same strength."""

    def effect(results: xr.Dataset) -> xr.DataArray:
        penalty, decay = (final(results, "train_loss", name_of(optimizer, kind, strength)) for kind in ("L2", "decay"))
        return xr.ufuncs.log10(penalty / decay)

    return effect


def lead(results: xr.Dataset) -> xr.DataArray:
    """The test accuracy with tuned decay minus that with the tuned penalty."""
    decay, penalty = (final(results, "test_accuracy", tuned_name(TUNED[kind])) for kind in ("decay", "L2"))
    return decay - penalty


def apart(optimizer: str) -> float:
    """How far the first updates of 1,000 weights by penalty and by decay lie apart, relative to their largest.

    The weights and the gradients are drawn at random; the largest difference over all strengths counts.
    """
    keys = jax.random.split(jax.random.key(0))
    w, gradient = ({"weight": jax.random.normal(key, (1, 1000))} for key in keys)

    def update(optimizer: Optimizer, strength: float) -> jax.Array:
        total = {"weight": gradient["weight"] + strength * w["weight"]}
        return optimizer.update(total, optimizer.init(w), w)[0]["weight"]

    found = []
    for strength in STRENGTHS:
        plain = OPTIMIZERS[optimizer]
        penalty, decay = update(plain, strength), update(optim.WeightDecay(plain, strength), 0.0)
        found.append(float(jnp.max(jnp.abs(penalty - decay)) / jnp.max(jnp.abs(decay))))
    return max(found)


# Equal: the same update up to rounding; for Adam also the same training loss within 2 % (0.01 powers of ten).
C25 = Claim(
    "C25",
    (
        Exact("sgd", lambda: apart("SGD"), high=1e-5, case="SGD"),
        Exact("adam", lambda: apart("Adam"), high=1e-5, case="Adam"),
        *(
            Part(f"adam-{strength:g}", difference("Adam", strength), low=-0.01, high=0.01, unit="log10", case="Adam")
            for strength in STRENGTHS
        ),
        Part("tuned", lead, low=-0.01, high=0.01, unit="points", further=True),
    ),
)


def times(strength: float) -> Shown:
    """How many times the training loss with Adam and decay that with the penalty is (geometric mean)."""
    return lambda results: float(10 ** difference("Adam", strength)(results).mean())


def tuned_accuracy(kind: str) -> Shown:
    """The mean test accuracy at the tuned strength, in points."""
    return lambda results: 100 * float(final(results, "test_accuracy", tuned_name(TUNED[kind])).mean())


NUMBERS: dict[str, Shown] = {
    "apart": lambda results: apart("Adam"),
    "weak": times(0.001),
    "middle": times(0.01),
    "strong": times(0.1),
    "tuned_l2": tuned_accuracy("L2"),
    "tuned_decay": tuned_accuracy("decay"),
}
