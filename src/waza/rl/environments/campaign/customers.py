"""Customers of the simulated campaign: profile and purchase history, drawn as in the real campaign's file.

The shares are those of Hillstrom's 64,000 customers (MineThatData E-Mail Analytics Challenge, 2008), who had all bought
within the last twelve months. `benchmarks/campaign_calibration.py` computes them from the file.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

MONTHS = (0.1399, 0.1178, 0.0922, 0.0793, 0.0705, 0.0720, 0.0637, 0.0546, 0.1006, 0.1182, 0.0548, 0.0364)
"""The share of customers by months since the last purchase, 1 to 12."""
LEAST = 29.99  # dollars: of an order, and of a history
LEAST_HISTORY = (0.0858, 0.0081)  # share of customers with the least history: in the first month, and more each month
EXCESS_HISTORY = (363.4, -82.9)  # dollars above the least, mean of the others: in the first month, and by log(months)
SEGMENTS = (100.0, 200.0, 350.0, 500.0, 750.0, 1000.0)  # dollars: between the file's segments of the history
NEWBIE = (0.500, 0.463, 0.358, 0.247, 1.0, 1.0, 1.0)  # share by segment
MULTICHANNEL = (0.0, 0.0, 0.204, 0.320, 0.391, 0.392, 0.420)  # share by segment; the others: half phone, half web


class Customer(NamedTuple):
    """What the department knows of a customer, with the columns of the real campaign's file.

    Attributes:
        recency: months since the last purchase, 1 to 13; its whole months are the file's `recency`.
        history: dollars spent in the past year.
        newbie: 1 for a customer who came in the past year, else 0.
        phone: 1 for a customer who has bought by telephone only.
        multichannel: 1 for a customer who has bought by telephone and in the web; the others bought in the web only.
    """

    recency: Float[Array, ""]
    history: Float[Array, ""]
    newbie: Float[Array, ""]
    phone: Float[Array, ""]
    multichannel: Float[Array, ""]


def draw_customer(key: PRNGKeyArray) -> Customer:
    """A customer as in the real campaign's file.

    The months are drawn by their shares. The history has the least value with a probability that grows with the
    months, and is else exponential above it, with a mean that falls with the months. Newbies and channels are drawn by
    the segment of the history.

    >>> customers = jax.vmap(draw_customer)(jax.random.split(jax.random.key(0), 20_000))
    >>> round(float(customers.newbie.mean()), 1), float(customers.history.min())
    (0.5, 29.989999771118164)
    """
    month, within, least, excess, newbie, channel = jax.random.uniform(key, (6,))  # one draw compiles faster than six
    months = 1.0 + jnp.sum(month >= jnp.cumsum(jnp.array(MONTHS[:-1])))
    share = LEAST_HISTORY[0] + LEAST_HISTORY[1] * (months - 1)
    mean = EXCESS_HISTORY[0] + EXCESS_HISTORY[1] * jnp.log(months)
    more = mean * -jnp.log1p(-excess) * (least >= share)
    segment = jnp.sum(LEAST + more >= jnp.array(SEGMENTS))
    many = jnp.array(MULTICHANNEL)[segment]
    return Customer(
        recency=months + within,
        history=LEAST + more,
        newbie=(newbie < jnp.array(NEWBIE)[segment]).astype(jnp.float32),
        phone=((channel >= many) & (channel < (1 + many) / 2)).astype(jnp.float32),
        multichannel=(channel < many).astype(jnp.float32),
    )
