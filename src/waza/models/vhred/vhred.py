"""VHRED: the hierarchical recurrent encoder-decoder with a latent variable for each utterance."""

import math
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.data.text.dialogue.lanes import Lanes
from waza.models.encoder_decoder import Encoded
from waza.models.hred.dialogue_model import Context, Scored, in_context
from waza.models.hred.hred import HRED
from waza.models.hred.on_lanes import token_counts, turn_counts
from waza.models.vhred.bag_of_words import BagOfWords
from waza.models.vhred.gaussian_network import GaussianNetwork, Normal, PosteriorNorm
from waza.nn.normal import normal_log_prob, normal_sample, standard_normal_divergence
from waza.nn.passes import Pass


class VHRED(HRED):
    r"""HRED whose decoder is also given a latent variable $z_n$, which is drawn for each utterance.

    $$p(z_n \mid c_{n-1}) = N(\mu_p, \sigma_p^2), \quad q(z_n \mid c_{n-1}, e_n) = N(\mu_q, \sigma_q^2), \quad
      p(w_n \mid w_1 \dots w_{n-1}) = \int p(z_n \mid c_{n-1}) \, \text{decoder}(w_n \mid c_{n-1}, z_n) \, dz_n$$

    The prior network reads the context alone; the posterior network also reads the utterance that is to be written.
    Training draws $z_n$ from q and maximises a lower bound, in which $D_{KL}(q \,\|\, p)$ is subtracted. Without a
    remedy this divergence often falls to 0: the decoder then ignores z. Some remedies are of the model: word dropout
    (of the decoder), utterance dropout, a bag of words that z has to predict, and the normalised posterior below; the
    others are of the learner (`learners.UtterancePrediction`).

    With `norm`, the posterior is described relative to the prior: $\mu_q = \mu_p + \sigma_p \Delta$ and
    $\sigma_q^2 = \rho \, \sigma_p^2$, where the distances $\Delta$ are batch-normalised with a fixed scale $\gamma$.
    As $D_{KL} = \frac12 \sum_j (\Delta_j^2 + \rho_j - 1 - \log \rho_j)$, its mean over a batch is at least
    $\frac12 \gamma^2$ in each dimension. Zhu et al. guarantee this for a fixed prior; relative to the prior it also
    holds for one that is learned. Such a divergence shows nothing about the use of z: see the mutual information.

    Variables: those of HRED, "prior", "posterior", and "norm" and "bag" where they exist.

    Sources: Serban et al., "A hierarchical latent variable encoder-decoder model for generating dialogues", 2017; bag
    of words: Zhao, Zhao and Eskenazi, "Learning discourse-level diversity for neural dialog models using conditional
    variational autoencoders", 2017.

    Args:
        latent: the number of dimensions of z; the decoder's condition has the size of the context and of z.
        hidden: units of the prior and of the posterior network.
        norm: normalises the posterior's distances from the prior; None for a free posterior.
        bag: predicts the words of an utterance from its condition, in any order; None for none.

    >>> import jax, jax.numpy as jnp
    >>> from waza.models import Pair, gru_vhred
    >>> model = gru_vhred(100, width=8, latent=2)
    >>> variables = model.init(jax.random.key(0))
    >>> x = Pair(jnp.zeros((2, 2, 5), int), jnp.array([[3, 4], [5, 0]]), jnp.zeros((2, 4), int))
    >>> model.apply(variables, x, Pass()).shape
    (2, 4, 100)
    """

    latent: int = 64
    hidden: int = 256
    norm: PosteriorNorm | None = None
    bag: BagOfWords | None = None

    def __check_init__(self):
        for name, part in (("norm", self.norm), ("bag", self.bag)):
            needed = self.latent if name == "norm" else self.decoder.condition
            if part is not None and part.size != needed:
                raise Error(f"VHRED's {name} has the size {part.size}, and is given {needed}: make these equal")

    @property
    def _condition(self) -> int:
        return self.context.hidden_size + self.latent

    def parts(self) -> dict[str, Any]:
        """The parts of HRED, the prior's and the posterior's network, and norm and bag where they exist."""
        context = self.context.hidden_size
        return super().parts() | {
            "prior": GaussianNetwork(context, self.hidden, self.latent),
            "posterior": GaussianNetwork(context + self.encoder.outputs, self.hidden, self.latent, self.norm is None),
        }

    def distributions(
        self, variables: PyTree[Array], lanes: Lanes, run: Pass, context: Context = "true"
    ) -> tuple[Array, Normal, Normal]:
        """The context before each utterance, the prior and the posterior of its latent variable."""
        vectors = self._vectors(self.encoder, variables, lanes, run)
        known = self._contexts(variables, vectors, lanes, run)[0]
        known = in_context(known, turn_counts(lanes), context)
        prior = self._prior(variables, known)
        both = jnp.concatenate([known, vectors], axis=-1)
        free = self.parts()["posterior"].read(variables["posterior"], both)
        if self.norm is None:
            return known, prior, free
        far = self.norm.normalised(variables["norm"], free.mean, lanes.last >= 0, run.at("norm"))
        mean = prior.mean + jnp.exp(prior.log_variance / 2) * far
        return known, prior, Normal(mean, prior.log_variance + free.log_variance)

    def _prior(self, variables: PyTree[Array], known: Array) -> Normal:
        found: Normal = self.parts()["prior"].read(variables["prior"], known)
        return found

    def score(self, variables: PyTree[Array], lanes: Lanes, run: Pass, context: Context = "true") -> Scored:
        """The terms of the lower bound of each utterance, for one z drawn from q."""
        lanes = Lanes(*map(jnp.asarray, lanes))
        known, prior, posterior = self.distributions(variables, lanes, run, context)
        z = normal_sample(*posterior, run.at("latent").key())[0]
        conditions = jnp.concatenate([known, z], axis=-1)
        table = variables["embedding"]["weight"]
        loss = self.decoder.losses(variables["decoder"], table, lanes, conditions, run)
        bag = None if self.bag is None else self.bag.losses(variables["bag"], table, lanes, conditions)
        divergence = jnp.where(lanes.last[..., None] >= 0, divergence_of(posterior, prior), 0)
        return Scored(loss, token_counts(lanes), divergence, *posterior, bag)

    def weighted(
        self, variables: PyTree[Array], lanes: Lanes, key: PRNGKeyArray, samples: int
    ) -> Float[Array, "batch utterances"]:
        r"""The importance-weighted estimate of $-\log p(w_n \mid w_1 \dots w_{n-1})$, with k samples of q, in nats.

        $$-\log \frac1k \sum_{i=1}^k \frac{p(z_i)}{q(z_i)} \, p(w_n \mid z_i)$$

        On average it is too high, and falls with k to the exact value. The latent variables of a dialogue are
        independent given its utterances, so that each utterance has an estimate of its own.

        Source: Burda, Grosse and Salakhutdinov, "Importance weighted autoencoders", 2016.

        Args:
            variables: of the model.
            lanes: the dialogues.
            key: of the samples.
            samples: k.
        """
        lanes = Lanes(*map(jnp.asarray, lanes))
        known, prior, posterior = self.distributions(variables, lanes, Pass())
        table = variables["embedding"]["weight"]

        def one(total: Array, key: PRNGKeyArray) -> tuple[Array, None]:
            z = normal_sample(*posterior, key)[0]
            conditions = jnp.concatenate([known, z], axis=-1)
            loss = self.decoder.losses(variables["decoder"], table, lanes, conditions, Pass())
            ratio = normal_log_prob(z, *prior) - normal_log_prob(z, *posterior)
            return jnp.logaddexp(total, ratio - loss), None

        start = jnp.full(lanes.last.shape, -jnp.inf)
        total, _ = jax.lax.scan(one, start, jax.random.split(key, samples))
        return jnp.where(lanes.last >= 0, math.log(samples) - total, 0)

    def condition(self, variables: PyTree[Array], known: Float[Array, "batch size"]) -> Float[Array, "batch condition"]:
        """The context, and the prior's mean as z; `drawn` draws z instead."""
        return jnp.concatenate([known, self._prior(variables, known).mean], axis=-1)

    def drawn(self, variables: PyTree[Array], encoded: Encoded, keys: Key[Array, " batch"]) -> Encoded:
        """The encoded dialogues with latent variables drawn from the prior.

        Args:
            variables: of the model.
            encoded: as `encode` gives it.
            keys: one for each row, so that a reply does not depend on those written with it.
        """
        known = encoded.memory[:, 0]
        prior = self._prior(variables, known)
        noise = jax.vmap(lambda key: jax.random.normal(key, (self.latent,)))(keys)
        z = prior.mean + jnp.exp(prior.log_variance / 2) * noise
        return encoded._replace(summary=jnp.concatenate([known, z], axis=-1))


def divergence_of(q: Normal, p: Normal) -> Float[Array, "... latent"]:
    r"""$D_{KL}(q_j \,\|\, p_j)$ of each dimension, in nats: q in units of p is compared with a standard normal.

    >>> one, other = (Normal(jnp.array([m]), jnp.array([v])) for m, v in ((1.0, 0.0), (3.0, 0.0)))
    >>> divergence_of(one, other).tolist()
    [2.0]
    """
    distance = (q.mean - p.mean) * jnp.exp(-p.log_variance / 2)
    return standard_normal_divergence(distance, q.log_variance - p.log_variance)
