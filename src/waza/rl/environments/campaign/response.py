"""The response of a customer within two weeks, with and without a mail, calibrated on the real campaign."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from waza.core.recipe import Recipe
from waza.rl.environments.campaign.customers import Customer


class Rates(NamedTuple):
    """Probabilities within two weeks, or hazards, without a mail and after one to a rested customer.

    Attributes:
        visit: of a visit to the shop's site.
        mailed_visit: the same after a mail.
        purchase: of a purchase.
        mailed_purchase: the same after a mail.
    """

    visit: Float[Array, ""]
    mailed_visit: Float[Array, ""]
    purchase: Float[Array, ""]
    mailed_purchase: Float[Array, ""]


class Response(Recipe):
    r"""Two logistic models of what happens within two weeks.

    $$p = \sigma(w_1 + w_2 \log r + w_3 n + w_4 t + w_5 m + w_6 s + w_7 h + a (w_8 + w_9 \log r + w_{10} n))$$

    r is the number of whole months since the last purchase, n, t and m say whether the customer is a newbie, buys by
    telephone and through both channels, h is the history in thousands of dollars, s = clip((1000 h - 100) / 400, 0, 1)
    is its steep part, and a is 1 after a mail.

    The defaults are fitted to Hillstrom's 64,000 customers (MineThatData, 2008), of whom two thirds, chosen at random,
    received a mail of one of two kinds, which count as one here. `benchmarks/campaign_calibration.py` fits them.

    Args:
        visit: the ten weights of a visit.
        purchase: those of a purchase.

    >>> customer = Customer(*map(jnp.float32, (2, 250, 1, 0, 0)))
    >>> [round(float(rate), 4) for rate in Response()(customer)]
    [0.1013, 0.1715, 0.0046, 0.0113]
    """

    visit: tuple[float, ...] = (-1.468, -0.298, -0.732, -0.266, -0.188, 0.362, 0.351, 0.295, 0.102, 0.242)
    purchase: tuple[float, ...] = (-4.392, -0.426, -0.950, -0.184, -0.041, 0.308, 0.598, 0.098, 0.218, 0.652)

    def __call__(self, customer: Customer) -> Rates:
        """The four probabilities p for a customer."""
        return Rates(*(-jnp.expm1(-hazard) for hazard in self.hazards(customer)))

    def hazards(self, customer: Customer) -> Rates:
        """The four hazards -log(1 - p): those of the first and the second week add up to those of both weeks."""
        months = jnp.log(jnp.clip(jnp.floor(customer.recency), 1, 12))
        steep = jnp.clip((customer.history - 100) / 400, 0, 1)
        profile = customer.newbie, customer.phone, customer.multichannel
        features = jnp.stack([jnp.ones_like(months), months, *profile, steep, customer.history / 1000])
        hazards = []
        for weights in (self.visit, self.purchase):
            plain = jnp.stack([*map(jnp.float32, weights[:7])]) @ features
            by_mail = jnp.stack([*map(jnp.float32, weights[7:])]) @ features[:3]
            hazards += [jax.nn.softplus(plain), jax.nn.softplus(plain + by_mail)]  # -log(1 - sigmoid(z)) = softplus(z)
        return Rates(*hazards)
