"""E15: does an autoencoder learn without labels, and compress better than PCA at equal code size?"""

from collections.abc import Callable
from functools import partial

import xarray as xr

from waza import data, models, nn, optim
from waza.curriculum.day3b_language.reconstructions import PrincipalComponents, Reconstructing
from waza.curriculum.figures.decoded import decoded_rows, errors_by_code
from waza.curriculum.shown import Shown, mean
from waza.report import over_steps
from waza.study import Claim, Part, Study, final

CODES = (2, 10, 30)
HIDDEN = (256,)
STEPS, BATCH, RATE = 3000, 64, 0.002
FEW = 500  # training images
BETTER = 0.95  # of PCA's error
AUTOENCODER, PCA = "autoencoder", "PCA"
LINEAR = "linear autoencoder, 10"
SHAPE = (28, 28, 1)


def name_of(kind: str, code: int, few: bool = False) -> str:
    """The variant of this kind with this code size."""
    return f"{kind}, {code}" + (f", {FEW} images" if few else "")


PAIRS = [(kind, code) for code in CODES for kind in (PCA, AUTOENCODER)]
FIGURES = (
    partial(decoded_rows, variants=[name_of(*pair) for pair in PAIRS], groups=("original", "decoded")),
    partial(errors_by_code, codes=CODES, kinds=(PCA, AUTOENCODER)),
    partial(over_steps, measure="test_squared_error", variants=[name_of(AUTOENCODER, code) for code in CODES]),
)


def study(data_name: str = "mnist") -> Study:
    """784-256-code-256-784, ReLU, Xavier, squared error, Adam 0.002 to 0 along a cosine, 3,000 steps of 64 images.

    PCA on the same 60,000 training images; both also on the first 500 of them, and a linear autoencoder.
    """
    kinds: dict[str, Callable[..., Reconstructing]] = {PCA: principal, AUTOENCODER: autoencoder}
    return Study(
        name="autoencoder-pca",
        data=data.load(data_name),
        variants={name_of(kind, code): kinds[kind](code) for kind, code in PAIRS}
        | {name_of(kind, CODES[-1], few=True): kinds[kind](CODES[-1], FEW) for kind in kinds}
        | {LINEAR: autoencoder(10, hidden=())},
        baseline=name_of(PCA, CODES[0]),
        measure="test_squared_error",
        seeds=10,
        first_seed=300,
        steps=STEPS,
        evaluate_every=1000,
        claims=(C45,),
        figures=FIGURES,
    )


def autoencoder(code: int, rows: int | None = None, hidden: tuple[int, ...] = HIDDEN) -> Reconstructing:
    """An autoencoder that is trained on the squared error; its outputs are shades without an activation."""
    likelihood = nn.GaussianLikelihood(1.0)
    model = models.dense_autoencoder(SHAPE, code, hidden, likelihood=likelihood, initializer=nn.Xavier())
    return Reconstructing(model, optim.Adam(optim.CosineDecay(RATE, STEPS)), batch_size=BATCH, rows=rows)


def principal(code: int, rows: int | None = None) -> PrincipalComponents:
    """PCA with this many components."""
    model = models.dense_autoencoder(SHAPE, code, (), likelihood=nn.GaussianLikelihood(1.0))
    return PrincipalComponents(model, optim.SGD(0.0), batch_size=1, rows=rows)


def error(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The mean squared error of a test pixel."""
    return lambda results: final(results, "test_squared_error", variant)


def against(variant: str, other: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The error of a variant as a multiple of another's."""
    return lambda results: error(variant)(results) / error(other)(results).reset_coords(drop=True)


def explained(variant: str) -> Callable[[xr.Dataset], xr.DataArray]:
    """The share of the test pixels' variance that is kept: 1 less the error over that of the mean image."""
    return lambda results: 1 - error(variant)(results) / results.attrs["chance_test_squared_error"]


def compared(code: int, few: bool = False) -> Callable[[xr.Dataset], xr.DataArray]:
    """The autoencoder's error as a multiple of PCA's."""
    return against(name_of(AUTOENCODER, code, few), name_of(PCA, code, few))


# "Learns": with 30 numbers at least half of the variance is kept. "Better": the error is at most 95 % of PCA's at the
# same code size; each size is a case of its own. A linear autoencoder, and few training images, qualify the answer.
C45 = Claim(
    "C45",
    (
        Part("learns", explained(name_of(AUTOENCODER, CODES[-1])), low=0.5, unit="points"),
        *(Part(f"code-{code}", compared(code), high=BETTER, case=f"code of {code}") for code in CODES),
        Part("linear", against(LINEAR, name_of(PCA, 10)), low=BETTER, further=True),
        Part("few", compared(CODES[-1], few=True), high=BETTER, further=True),
    ),
)


def lost(variant: str) -> Shown:
    """The percentage of the test pixels' variance that is lost, as a mean over the seeds."""
    return mean(lambda results: 100 * (1 - explained(variant)(results)))


NUMBERS: dict[str, Shown] = {
    **{f"pca_{code}": lost(name_of(PCA, code)) for code in CODES},
    **{f"autoencoder_{code}": lost(name_of(AUTOENCODER, code)) for code in CODES},
    "pca_few": lost(name_of(PCA, CODES[-1], few=True)),
    "autoencoder_few": lost(name_of(AUTOENCODER, CODES[-1], few=True)),
    "linear": lost(LINEAR),
}
