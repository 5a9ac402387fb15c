"""E15: does a VAE press data into a distribution, so that random codes decode to digits, and an autoencoder not?"""

from collections.abc import Callable

import xarray as xr

from waza import data, models, nn, optim
from waza.curriculum.day3b_language.judged_samples import FITTED, REAL, RECONSTRUCTED, STANDARD, JudgedSamples
from waza.curriculum.figures.random_codes import codes_beside_prior, decoded_codes, digits_by_source
from waza.curriculum.shown import Shown, mean, points
from waza.learners import Reconstruction, Supervised, Variational
from waza.study import Claim, Part, Study, final

CODE, HIDDEN = 20, (256,)
STEPS, BATCH, RATE = 5000, 64, 0.002
AUTOENCODER, VAE = "autoencoder", "VAE"
SHAPE = (28, 28, 1)
CASES = {STANDARD: "codes from N(0, 1)", FITTED: "codes from a fitted normal"}

FIGURES = (decoded_codes, digits_by_source, codes_beside_prior)


def study(data_name: str = "mnist") -> Study:
    """784-256-20-256-784, ReLU, Adam 0.002 to 0 along a cosine, 5,000 steps of 64 images; the judge is 784-256-10."""
    return Study(
        name="prior-samples",
        data=data.load(data_name),
        variants={AUTOENCODER: judged(autoencoder()), VAE: judged(variational())},
        baseline=AUTOENCODER,
        measure=f"digits_{STANDARD}",
        seeds=10,
        first_seed=400,
        steps=STEPS,
        evaluate_every=2500,
        claims=(C46,),
        figures=FIGURES,
    )


def judged(generator: Reconstruction) -> JudgedSamples:
    """The autoencoder with its judge, which is the same for both variants of a seed."""
    judge = Supervised(models.MLP((784, *HIDDEN, 10)), _adam(), batch_size=BATCH, probes=False)
    return JudgedSamples(generator, judge)


def autoencoder() -> Reconstruction:
    """An autoencoder that is trained on the cross entropy of the grey pixels."""
    model = models.dense_autoencoder(SHAPE, CODE, HIDDEN, initializer=nn.Xavier())
    return Reconstruction(model, _adam(), batch_size=BATCH)


def variational() -> Variational:
    """The same network with twice as many outputs of the encoder, trained on the bound with the same cross entropy."""
    return Variational(models.dense_vae(SHAPE, CODE, HIDDEN), _adam(), batch_size=BATCH)


def _adam() -> optim.Optimizer:
    return optim.Adam(optim.CosineDecay(RATE, STEPS))


def measure(name: str, variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """A measure at the end."""
    return lambda results: final(results, name, variant)


def gain(source: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """How much larger the share of digits is for the VAE's prior than for the autoencoder with this source."""
    ours, other = measure(f"digits_{STANDARD}", VAE), measure(f"digits_{source}", AUTOENCODER)
    return lambda results: ours(results) - other(results)


def nearer(source: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """How much more the autoencoder's images differ from test images than those of the VAE's prior."""
    ours, other = measure(f"unlike_{STANDARD}", VAE), measure(f"unlike_{source}", AUTOENCODER)
    return lambda results: other(results) - ours(results)


# An image counts as a digit where the judge is sure of a class. "Presses into a distribution": the VAE's codes are
# distributed nearly as the prior. "Prior samples decode to digits, an autoencoder's do not": the VAE's images are
# digits more often, by 10 points, than the autoencoder's with codes from the same N(0, 1), or, which is fairer, from a
# normal distribution with the mean and covariance of its codes; each is a case. How often that is, where the
# autoencoder's codes lie, and a comparison of whole sets of images qualify the answer.
C46 = Claim(
    "C46",
    (
        Part("prior", measure(f"codes_{STANDARD}", VAE), high=0.05),
        *(Part(f"gain-{source}", gain(source), low=0.1, unit="points", case=case) for source, case in CASES.items()),
        Part("most", measure(f"digits_{STANDARD}", VAE), low=0.5, unit="points", further=True),
        Part("codes", measure(f"codes_{STANDARD}", AUTOENCODER), low=0.05, further=True),
        *(Part(f"nearer-{source}", nearer(source), low=0.01, further=True) for source in CASES),
    ),
)

NUMBERS: dict[str, Shown] = {
    **{
        f"{short}_{source}": points(measure(f"digits_{source}", variant))
        for short, variant in (("ae", AUTOENCODER), ("vae", VAE))
        for source in (STANDARD, FITTED, RECONSTRUCTED, REAL)
    },
    **{
        f"{short}_unlike_{source}": mean(measure(f"unlike_{source}", variant))
        for short, variant in (("ae", AUTOENCODER), ("vae", VAE))
        for source in (STANDARD, FITTED)
    },
    **{
        f"{short}_codes_{source}": mean(measure(f"codes_{source}", variant))
        for short, variant in (("ae", AUTOENCODER), ("vae", VAE))
        for source in (STANDARD, FITTED)
    },
    "accuracy": points(measure("judge_accuracy", VAE)),
    "ae_error": mean(measure("squared_error", AUTOENCODER)),
    "vae_error": mean(measure("squared_error", VAE)),
}
