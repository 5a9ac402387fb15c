"""What the training of a variational autoencoder came to: its estimated likelihood, and what its code is used for."""

import math
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from waza.core.recipe import at
from waza.data import Dataset
from waza.kinds.kind import Outcome
from waza.kinds.usefulness import Finding
from waza.kinds.vae.images import LOOKED_AT, PlainImages
from waza.learners import Variational, as_inputs
from waza.learners.rows import first_rows
from waza.models import importance_estimate
from waza.nn import BernoulliLikelihood

ROWS, SAMPLES, AT_ONCE = (
    1000,
    200,
    100,
)  # test images of the estimate, its samples, and images that are computed together
ACTIVE, DIMENSION = "test_active_units", "test_kl_by_dimension/"


def outcome(learner: Variational, given: PlainImages, trained: Any) -> Outcome:
    """The model, with the importance-weighted estimate of its likelihood on test images.

    Its facts are "estimate" (the mean in nats, its standard error, the images and the samples; None where it is not
    finite), "active" (dimensions), "latent", "constant", the loss of the mean training image, and "pixels".
    """
    rows = estimates(learner, given.dataset, trained.variables)
    estimate = None
    if np.isfinite(rows).all():
        trained.best["test_nll"] = float(rows.mean())
        error = float(rows.std(ddof=1) / math.sqrt(len(rows))) if len(rows) > 1 else math.nan
        estimate = {"nats": float(rows.mean()), "error": error, "images": len(rows), "samples": SAMPLES}
    test, known = (np.asarray(as_inputs(first_rows(one, ROWS).x)) for one in (given.dataset.test, given.dataset.train))
    facts = {
        "estimate": estimate,
        "active": round(trained.best.get(ACTIVE, 0)),
        "latent": learner.model.latent,
        "constant": at(learner.model.likelihood, 0).chance(test, known),
        "pixels": pixels_of(learner, given),
    }
    return Outcome(learner.model, trained, learner.targets_a_step, facts)


def pixels_of(learner: Variational, given: PlainImages) -> str:
    """What the nats are of: "binary" pixels, "grey" pixels as probabilities, or "gaussian" shades."""
    if not isinstance(learner.model.likelihood, BernoulliLikelihood):
        return "gaussian"
    values = np.unique(np.asarray(given.dataset.test.x[:LOOKED_AT]))
    return "binary" if learner.dynamic_binarisation or set(values.tolist()) <= {0, 255} else "grey"


def estimates(learner: Variational, data: Dataset, variables: Any) -> np.ndarray:
    """The estimate of the negative log-likelihood of each of the first test images, in nats."""
    x = np.asarray(first_rows(data.test, ROWS).x)

    def estimated(variables: Any, x: Any, key: Any) -> Any:
        x = as_inputs(x)
        if learner.dynamic_binarisation:
            draw, key = jax.random.split(key)
            x = (jax.random.uniform(draw, x.shape) < x).astype(x.dtype)
        return -importance_estimate(learner.model, variables, x, key, SAMPLES)

    compute, key = jax.jit(estimated), jax.random.key(0)
    variables = jax.tree.map(jnp.asarray, variables)
    size = min(AT_ONCE, len(x))
    found = []
    for i in range(0, len(x), size):
        piece = np.concatenate([x[i : i + size], np.repeat(x[:1], max(0, i + size - len(x)), axis=0)])
        found.append(np.asarray(compute(variables, piece, jax.random.fold_in(key, i)))[: len(x) - i])
    return np.concatenate(found)


def findings(given: PlainImages, result: Mapping[str, Any], best: bool) -> list[Finding]:
    """What is to be said first: that the model is untrained, no better than one image, or ignores its code."""
    found = [Finding("untrained", {})] if best and result["best_step"] == 0 and result["steps"] else []
    loss, constant = result["measures"].get("test_loss"), result["constant"]
    if loss is not None and loss >= constant:
        found.append(Finding("no_vae", {"loss": f"{loss:,.4g}", "constant": f"{constant:,.4g}"}))
    elif not result["active"]:
        found.append(Finding("collapsed_vae", {"latent": result["latent"]}))
    return found
