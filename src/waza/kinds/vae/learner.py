"""From options and images to a learner: the usual settings, the network, and the bound."""

import dataclasses
from typing import Any

from waza import nn, optim
from waza.core.errors import Error
from waza.kinds.settling import optimizer_of, settled
from waza.kinds.vae.images import PlainImages
from waza.kinds.vae.options import VAEOptions
from waza.learners import Variational
from waza.models import VAE, StandardNormal, VampPrior, convolutional_vae, dense_vae

HIDDEN, SPREAD = (400,), 0.2
GAUSSIAN_RATE = 3.0  # times the usual learning rate: the first losses are large, and the codes are to spread out
FILTERS, LARGE_FILTERS, LARGE = (16, 32), (16, 32, 64), 48  # channels; the sides from which an image is large
LARGEST_DENSE = 32  # the side of a grey image
COMPONENTS = 100  # of a learned prior


def settle(asked: VAEOptions, given: PlainImages) -> VAEOptions:
    """The options with nothing left open, for these images; those of other networks and pixels stay open."""
    height, width, channels = given.preparation.shape
    black_or_white = asked.binarisation in ("dynamic", "static") or (given.nearly_binary and asked.spread is None)
    likelihood = asked.likelihood or ("bernoulli" if black_or_white else "gaussian")
    small = channels == 1 and max(height, width) <= LARGEST_DENSE
    architecture = asked.architecture or ("dense" if small or asked.hidden else "convolutional")
    bernoulli = likelihood == "bernoulli"
    return dataclasses.replace(
        settled(asked, len(given.dataset.train.y), "adam", 1.0 if bernoulli else GAUSSIAN_RATE),
        size=given.preparation.size,
        architecture=architecture,
        hidden=(asked.hidden or HIDDEN) if architecture == "dense" else None,
        likelihood=likelihood,
        binarisation=(asked.binarisation or "dynamic") if bernoulli else None,
        spread=None if bernoulli else asked.spread or SPREAD,
    )


def network(options: VAEOptions, given: PlainImages) -> VAE:
    """The model that settled options describe.

    Raises:
        Error: the images are too small for the convolutions.
    """
    shape = given.preparation.shape
    parts: dict[str, Any] = {
        "latent": options.latent,
        "likelihood": nn.BernoulliLikelihood()
        if options.likelihood == "bernoulli"
        else nn.GaussianLikelihood(float(options.spread or SPREAD)),
        "prior": StandardNormal() if options.prior == "normal" else VampPrior(COMPONENTS),
    }
    if options.architecture == "dense":
        assert options.hidden is not None
        return dense_vae(shape, hidden=tuple(options.hidden), **parts)
    return convolutional_vae(shape, filters=LARGE_FILTERS if min(shape[:2]) >= LARGE else FILTERS, **parts)


def learner(options: VAEOptions, given: PlainImages) -> Variational:
    """The learner that settled options describe."""
    assert options.batch_size is not None and options.precision != "auto" and options.steps is not None
    if options.annealing > options.steps:
        raise Error(
            f"annealing lasts {options.annealing} steps, and the training {options.steps}: give fewer, or --steps"
        )
    beta: Any = float(options.beta)
    return Variational(
        network(options, given),
        optimizer_of(options),
        loss=nn.VariationalBound(
            optim.WarmUp(beta, float(options.annealing)) if options.annealing else beta,
            float(options.free_bits) if options.free_bits else None,
        ),
        batch_size=options.batch_size,
        samples=options.importance_samples,
        dynamic_binarisation=options.binarisation == "dynamic",
        precision=options.precision,
    )
