"""How much the decoder of a VHRED makes of its latent variable."""

import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray, PyTree

from waza.data.text.dialogue.lanes import Lanes
from waza.models.vhred.vhred import VHRED
from waza.nn.normal import normal_sample
from waza.nn.passes import Pass


def posterior_gain(
    model: VHRED, variables: PyTree[Array], lanes: Lanes, key: PRNGKeyArray
) -> Float[Array, "batch utterances"]:
    r"""What the decoder gains from the posterior's z, in nats, for each turn.

    $$E_{p(z \mid c)}[-\log p(w \mid z, c)] - E_{q(z \mid w, c)}[-\log p(w \mid z, c)]$$

    with one sample each. Both samples go with the same context c, so that only what z says about the turn w beyond its
    context counts. In the mean it is 0 for a decoder that ignores z, whatever the divergence, and whatever the mutual
    information, which also counts what z says about the context.
    """
    known, prior, posterior = model.distributions(variables, lanes, Pass())
    table = variables["embedding"]["weight"]

    def loss(normal: tuple[Array, Array]) -> Array:
        z = normal_sample(*normal, key)[0]
        conditions = jnp.concatenate([known, z], axis=-1)
        return model.decoder.losses(variables["decoder"], table, lanes, conditions, Pass())

    return loss(prior) - loss(posterior)
