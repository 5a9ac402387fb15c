"""Contextual bandits: what is known of each arm differs from round to round."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from waza.core.errors import Error
from waza.rl.bandits.problem import BanditProblem, Offer


class LinearContexts(BanditProblem):
    r"""Expected rewards that are linear in the features of the arms: $x_a \cdot \theta$ plus normal noise.

    $\theta$ is drawn for each seed and the features of each arm in each round, uniformly from the unit sphere.

    Args:
        choices: the number of arms.
        size: the number of features.
        std: the standard deviation of the noise.

    Source: Abbasi-Yadkori, Pal and Szepesvari, "Improved algorithms for linear stochastic bandits", 2011.

    >>> problem = LinearContexts(choices=3, size=2)
    >>> offer = problem.offer(problem.draw(jax.random.key(0)), jax.random.key(1))
    >>> offer.features.shape, bool(jnp.all(jnp.abs(offer.means) <= 1))
    ((3, 2), True)
    """

    choices: int = 10
    size: int = 5
    std: float = 0.1

    def __check_init__(self):
        if self.choices < 2 or self.size < 1:
            raise Error(
                f"LinearContexts(choices={self.choices}, size={self.size}); expected at least 2 arms and 1 feature"
            )

    @property
    def arms(self) -> int:
        """The number of arms."""
        return self.choices

    @property
    def features(self) -> int:
        """The number of features."""
        return self.size

    def draw(self, key: PRNGKeyArray) -> Float[Array, " features"]:
        """The parameters theta of a trial."""
        return _on_sphere(jax.random.normal(key, (self.size,)))

    def offer(self, drawn: Float[Array, " features"], key: PRNGKeyArray) -> Offer:
        """One round."""
        features = _on_sphere(jax.random.normal(key, (self.choices, self.size)))
        return Offer(jnp.sum(features * drawn, axis=-1), features)

    def reward(self, mean: Float[Array, ""], key: PRNGKeyArray) -> Float[Array, ""]:
        """A normal reward."""
        return mean + self.std * jax.random.normal(key)


class Segments(BanditProblem):
    """Customers of several segments, each with its own response rates: the promotions department chooses a mail.

    Each round is one customer, whose segment is known before the choice. The features of an arm are 1 for the pair of
    segment and arm, and 0 elsewhere. The reward is 1 where the customer responds, else 0.

    Args:
        rates: the response rates, a row a segment and a number an arm.
        shares: of the customers in each segment; they add up to 1.

    Raises:
        Error: rows differ in length, a rate is not between 0 and 1, or the shares do not fit.

    >>> problem = Segments(rates=((0.1, 0.3), (0.2, 0.1)), shares=(0.5, 0.5))
    >>> problem.arms, problem.features
    (2, 4)
    """

    rates: tuple[tuple[float, ...], ...]
    shares: tuple[float, ...]

    def __check_init__(self):
        arms = {len(row) for row in self.rates}
        if len(arms) != 1 or min(arms) < 2 or len(self.shares) != len(self.rates):
            raise Error(
                f"Segments has {len(self.rates)} rows of {sorted(arms)} rates and {len(self.shares)} shares; expected "
                "a row and a share a segment, and as many rates in each row, at least 2"
            )
        known = [one for one in (*self.shares, *(rate for row in self.rates for rate in row)) if isinstance(one, float)]
        if any(not 0 <= one <= 1 for one in known):
            raise Error(f"Segments has rates or shares up to {max(known, key=abs):g}; expected numbers from 0 to 1")
        if all(isinstance(share, float) for share in self.shares) and abs(sum(self.shares) - 1) > 1e-6:
            raise Error(f"the shares of Segments add up to {sum(self.shares):g}; expected 1")

    @property
    def arms(self) -> int:
        """The number of arms."""
        return len(self.rates[0])

    @property
    def features(self) -> int:
        """The number of pairs of segment and arm."""
        return len(self.rates) * self.arms

    def draw(self, key: PRNGKeyArray) -> Float[Array, "segments arms"]:
        """The response rates, the same for all seeds."""
        return jnp.stack([jnp.stack([jnp.asarray(rate, jnp.float32) for rate in row]) for row in self.rates])

    def offer(self, drawn: Float[Array, "segments arms"], key: PRNGKeyArray) -> Offer:
        """One customer."""
        shares = jnp.stack([jnp.asarray(share, jnp.float32) for share in self.shares])
        ends = jnp.cumsum(shares)
        at = jax.random.uniform(key) * ends[-1]
        segment = ((at >= ends - shares) & (at < ends)).astype(jnp.float32)
        features = (segment[None, :, None] * jnp.eye(self.arms)[:, None, :]).reshape(self.arms, self.features)
        return Offer(jnp.sum(segment[:, None] * drawn, axis=0), features)

    def reward(self, mean: Float[Array, ""], key: PRNGKeyArray) -> Float[Array, ""]:
        """1 with the probability `mean`, else 0."""
        return (jax.random.uniform(key) < mean).astype(jnp.float32)


def _on_sphere(x: Float[Array, "... features"]) -> Float[Array, "... features"]:
    return x * jax.lax.rsqrt(jnp.sum(x**2, axis=-1, keepdims=True))
