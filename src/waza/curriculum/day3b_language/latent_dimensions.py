"""E15: which dimensions of a VAE's code collapse, when, and what do annealing and free bits change?"""

from collections.abc import Callable
from functools import partial

import xarray as xr

from waza import data, models, optim
from waza.curriculum.figures.dimensions import divergence_maps
from waza.curriculum.shown import Shown, mean
from waza.learners import Variational
from waza.nn import VariationalBound
from waza.report import side_by_side
from waza.study import Claim, Part, Study, final

LATENT, HIDDEN = 40, (256,)
STEPS, BATCH, RATE = 5000, 64, 0.002
SHAPE = (28, 28, 1)
SHORT, LONG = STEPS // 10, STEPS // 2  # steps of the annealing
PLAIN, FREE = "no remedy", "free bits"
ANNEALED = {"short": f"KL annealing, {SHORT:,} steps", "long": f"KL annealing, {LONG:,} steps"}
REMEDIES = {**ANNEALED, "free": FREE}
DIVERGENCE, BOUND = "test_kl_by_dimension", "test_loss"
COLLAPSED = 0.05  # nats; less than this
SOME, FEWER, STAY, BETTER = 4.0, 2.0, 0.9, 0.5  # dimensions, dimensions, a share, and nats
FIGURES = (
    partial(divergence_maps, measure=DIVERGENCE, variants=(PLAIN, *REMEDIES.values())),
    partial(side_by_side, measure=BOUND),
)


def study(data_name: str = "mnist") -> Study:
    """784-256-40-256-784 on binary digits, ReLU, Adam 0.002 to 0 along a cosine, 5,000 steps of 64 images."""
    warm_ups = {PLAIN: 0, FREE: 0, ANNEALED["short"]: SHORT, ANNEALED["long"]: LONG}
    return Study(
        name="latent-dimensions",
        data=data.load(data_name),
        variants={name: learner(warm_ups[name], name == FREE) for name in (PLAIN, *REMEDIES.values())},
        baseline=PLAIN,
        measure=BOUND,
        seeds=10,
        first_seed=100,
        steps=STEPS,
        evaluate_every=250,
        claims=(V1, V2),
        figures=FIGURES,
    )


def learner(warm_up: int, free: bool) -> Variational:
    """A VAE whose divergence gets its whole weight after the warm-up, with 0.2 free nats a dimension or none."""
    return Variational(
        models.dense_vae(SHAPE, LATENT, HIDDEN),
        optim.Adam(optim.CosineDecay(RATE, STEPS)),
        VariationalBound(optim.WarmUp(1.0, warm_up), 0.2 if free else 0.0),
        batch_size=BATCH,
        dynamic_binarisation=True,
    )


def collapsed(variant: str, share: float = 1.0) -> Callable[[xr.Dataset], xr.DataArray]:
    """How many dimensions have collapsed after a share of the steps."""
    return lambda results: off(results, variant, share).sum("layer")


def off(results: xr.Dataset, variant: str, share: float) -> xr.DataArray:
    """Whether each dimension has collapsed after a share of the steps."""
    steps = results["step"]
    return results[DIVERGENCE].sel(variant=variant).sel(step=share * steps[-1], method="nearest") < COLLAPSED


def staying(results: xr.Dataset) -> xr.DataArray:
    """Of the dimensions without a remedy that have collapsed after half of the steps, the share that stays so."""
    half = off(results, PLAIN, 0.5)
    return (half & off(results, PLAIN, 1.0)).sum("layer") / half.sum("layer").clip(min=1)


def fewer(remedy: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """How many dimensions fewer have collapsed at the end than without a remedy."""
    return lambda results: collapsed(PLAIN)(results) - collapsed(remedy)(results)


def better(remedy: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """By how many nats the test images' negative bound is lower than without a remedy."""
    return lambda results: final(results, BOUND, PLAIN) - final(results, BOUND, remedy)


def cost(remedy: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """By how many nats it is higher."""
    return lambda results: -better(remedy)(results)


# "Switched off for good": without a remedy, a tenth of the dimensions or more have collapsed at the end, and at least
# 90 % of those that have collapsed after half of the steps stay so. "Keeps them": at least two fewer have collapsed.
# Two lengths of the annealing are two cases: a tenth of the steps, as in the paper's experiments, and half of them.
# Free bits are no case, since they keep the divergence of a dimension at 0.2 nats by their definition.
V1 = Claim(
    "V1",
    (
        Part("off", collapsed(PLAIN), low=SOME, unit="dimensions"),
        Part("stay", staying, low=STAY, unit="points"),
        *(Part(f"kept-{key}", fewer(name), low=FEWER, unit="dimensions", case=name) for key, name in ANNEALED.items()),
    ),
)

# "Better": the bound on the test images improves by half a nat or more, with the same steps and rate.
V2 = Claim(
    "V2",
    tuple(Part(f"better-{key}", better(name), low=BETTER, unit="nats", case=name) for key, name in REMEDIES.items()),
)

VARIANTS = {"plain": PLAIN, **REMEDIES}
NUMBERS: dict[str, Shown] = {
    **{f"{key}_off": mean(collapsed(name)) for key, name in VARIANTS.items()},
    "plain_bound": mean(partial(final, measure=BOUND, variant=PLAIN)),
    **{f"{key}_cost": mean(cost(name)) for key, name in REMEDIES.items()},
    **{f"{key}_kl": mean(partial(final, measure="test_kl", variant=name)) for key, name in VARIANTS.items()},
    "plain_active": mean(partial(final, measure="test_active_units", variant=PLAIN)),
    "early_off": mean(collapsed(PLAIN, 0.2)),
    "half_off": mean(collapsed(PLAIN, 0.5)),
}
