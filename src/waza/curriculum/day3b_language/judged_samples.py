"""Images that autoencoders decode from random codes, as a classifier of real digits judges them."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray, PyTree

from waza.core.measure import Measure, Measures
from waza.core.recipe import at
from waza.curriculum.day3b_language.pictures import PICTURES, as_layers
from waza.data import Dataset
from waza.learners import Learner, Reconstruction, Supervised, as_inputs
from waza.learners.supervised import SupervisedState
from waza.models import VAE
from waza.nn import Pass, named_key, normal_sample

SHARE = (0.0, 1.0)
STANDARD, FITTED, RECONSTRUCTED, REAL = "standard", "fitted", "reconstructed", "real"
SOURCES = (STANDARD, FITTED, RECONSTRUCTED, REAL)
SURE = 0.9
SHOWN, DOTS = 8, 200  # images of each source, and codes, in the results


class Judged(NamedTuple):
    """The states of an autoencoder and of its judge."""

    generator: SupervisedState
    judge: SupervisedState


class JudgedSamples(Learner):
    r"""An autoencoder, and beside it a classifier that learns from the same batches with their labels and judges.

    The autoencoder does not see the labels, and the judge does not change it. N codes come from four sources:
    "standard", the standard normal distribution; "fitted", the normal distribution with the mean and the covariance of
    the codes of N training images; "reconstructed", the codes of N test images; and "real" are the test images
    themselves. A VAE's codes are samples of its posteriors, and an autoencoder's are its codes.

    Measures:

    - "digits_SOURCE": the share of images to which the judge gives a class with a probability of at least 0.9.
    - "entropy_SOURCE": the mean entropy of the judge's probabilities, in nats.
    - "unlike_SOURCE": the energy coefficient between the judge's logits for these images and for other test images,
      0 for equal distributions and 1 at most (Székely and Rizzo, 2013). It also sees images that are too much alike.
    - "codes_standard", "codes_fitted": the same between the codes of test images and the two distributions.
    - "judge_accuracy" and "squared_error", on the test images.

    Args:
        generator: the autoencoder's learner.
        judge_learner: the classifier's learner.
        count: N, or half of the test images if these are fewer.
    """

    generator: Reconstruction
    judge_learner: Supervised
    count: int = 1000

    def measures(self, data: Dataset) -> tuple[Measure, ...]:
        """The shares of digits first."""
        shares = (Measure(f"digits_{source}", "higher", bounds=SHARE) for source in SOURCES)
        entropies = (Measure(f"entropy_{source}", "lower", "nats") for source in SOURCES)
        unlike = (Measure(f"unlike_{source}", "lower", bounds=SHARE) for source in SOURCES)
        codes = (Measure(f"codes_{source}", "lower", bounds=SHARE) for source in (STANDARD, FITTED))
        others = (Measure("judge_accuracy", "higher", bounds=SHARE), Measure("squared_error", "lower"))
        return *shares, *entropies, *unlike, *codes, *others, PICTURES, Measure("batch_loss", "lower", "nats")

    def init(self, key: PRNGKeyArray, data: Dataset) -> Judged:
        """Both initial states."""
        return Judged(self.generator.init(key, data), self.judge_learner.init(named_key(key, "judge"), data))

    def batch(self, data: Dataset, key: PRNGKeyArray, step: Int[Array, ""] | int) -> Any:
        """The images of a step with their labels, for both."""
        return self.generator.batch(data, key, step)

    def update(self, state: Judged, batch: Any, key: PRNGKeyArray) -> tuple[Judged, Measures]:
        """A step of both; records the autoencoder's loss."""
        generator, records = self.generator.update(state.generator, batch, key)
        judge, _ = self.judge_learner.update(state.judge, batch, named_key(key, "judge"))
        return Judged(generator, judge), records

    def evaluate(self, state: Judged, data: Dataset, key: PRNGKeyArray) -> Any:
        """The measures of the four sources; images and codes go to `judge`."""
        model, variables = self.generator.model, state.generator.variables
        count = min(self.count, data.train.x.shape[0], data.test.x.shape[0] // 2)
        train, test = (as_inputs(jnp.asarray(split.x)[:count]) for split in (data.train, data.test))
        other = as_inputs(jnp.asarray(data.test.x)[count : 2 * count])
        keys = jax.random.split(key, 4)
        known = codes_of(model, variables, train, keys[0])
        codes = codes_of(model, variables, test, keys[1])
        random = {
            STANDARD: jax.random.normal(keys[2], codes.shape),
            FITTED: fitted_normal(known, keys[3], count),
        }
        images = {source: decoded(model, variables, z) for source, z in {**random, RECONSTRUCTED: codes}.items()} | {
            REAL: test
        }
        logits = {source: self._logits(state, x) for source, x in images.items()}
        expected = self._logits(state, other)
        found: Measures = {}
        for source in SOURCES:
            chances = jax.nn.softmax(logits[source])
            found[f"digits_{source}"] = jnp.mean(jnp.max(chances, axis=1) >= SURE)
            found[f"entropy_{source}"] = jnp.mean(jnp.sum(jax.scipy.special.entr(chances), axis=1))
            found[f"unlike_{source}"] = energy_coefficient(logits[source], expected)
        for source, z in random.items():
            found[f"codes_{source}"] = energy_coefficient(codes, z)
        labels = jnp.asarray(data.test.y)[:count]
        found["judge_accuracy"] = jnp.mean(jnp.argmax(logits[REAL], axis=1) == labels)
        found["squared_error"] = jnp.mean((images[RECONSTRUCTED] - test) ** 2)
        shown = {source: x[:SHOWN] for source, x in images.items() if source != RECONSTRUCTED}
        return found, shown | {"codes": codes[:DOTS, :2]}

    def judge(self, outputs: Any, data: Any) -> Measures:
        """The pictures, and the first two numbers of some codes as if they were pixels."""
        return {PICTURES.name: as_layers(outputs)}

    def _logits(self, state: Judged, x: Float[Array, "rows ..."]) -> Float[Array, "rows classes"]:
        now = at(self.judge_learner, state.judge.step)
        return now.model.apply(state.judge.variables, x, Pass())


def codes_of(
    model: Any, variables: PyTree[Array], x: Float[Array, "rows ..."], key: PRNGKeyArray
) -> Float[Array, "rows code"]:
    """The codes of images: of a VAE samples of the posteriors."""
    if isinstance(model, VAE):
        return normal_sample(*model.encode(variables, x, Pass()), key)[0]
    codes: Array = model.encode(variables, x, Pass())
    return codes


def decoded(model: Any, variables: PyTree[Array], z: Float[Array, "rows code"]) -> Float[Array, "rows ..."]:
    """The expected images of codes."""
    images: Array = model.likelihood.mean(model.decode(variables, z, Pass()))
    return images


def fitted_normal(known: Float[Array, "n code"], key: PRNGKeyArray, count: int) -> Float[Array, "count code"]:
    r"""Samples of the normal distribution with the mean and the covariance of known codes.

    $z = \bar c + \frac{1}{\sqrt n} \sum_i \epsilon_i (c_i - \bar c)$ with $\epsilon_i \sim N(0, 1)$ has exactly this
    covariance, and needs no decomposition of a matrix.
    """
    mean = jnp.mean(known, axis=0)
    noise = jax.random.normal(key, (count, len(known)))
    return mean + noise @ (known - mean) / jnp.sqrt(len(known))


def energy_coefficient(x: Float[Array, "n features"], y: Float[Array, "m features"]) -> Float[Array, ""]:
    r"""$H = \frac{2 E|X - Y| - E|X - X'| - E|Y - Y'|}{2 E|X - Y|}$: 0 for equal distributions, 1 at most.

    The means leave out pairs of a row with itself, so that H is about 0, and may be slightly negative, for samples of
    one distribution.

    Source: Székely and Rizzo, "Energy statistics", 2013.

    >>> x = jax.random.normal(jax.random.key(0), (200, 2))
    >>> y = jax.random.normal(jax.random.key(1), (200, 2))
    >>> bool(abs(energy_coefficient(x, y)) < 0.02), bool(energy_coefficient(x, y + 9) > 0.8)
    (True, True)
    """
    between = jnp.mean(_distances(x, y))
    within = [jnp.sum(_distances(one, one)) / (len(one) * (len(one) - 1)) for one in (x, y)]
    return (2 * between - within[0] - within[1]) / (2 * between)


def _distances(x: Array, y: Array) -> Float[Array, "n m"]:
    square = jnp.sum(x**2, axis=1)[:, None] + jnp.sum(y**2, axis=1) - 2 * x @ y.T
    return jnp.sqrt(jnp.maximum(square, 0))
