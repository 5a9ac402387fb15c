"""Campaign: whether to send a customer a mail, week by week."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, PRNGKeyArray

from waza.rl.environments.campaign.customers import LEAST, Customer, draw_customer
from waza.rl.environments.campaign.response import Response
from waza.rl.environments.environment import Environment, Step
from waza.rl.environments.spaces import Box, Discrete

SEND = 1
WEEK = 12 / 52  # months
LAPSED = 13.0  # months of recency: the last purchase is more than twelve months ago


class Outcome(NamedTuple):
    """What a customer did in a week, with the columns of the real campaign's file.

    Attributes:
        visit: whether the customer visited the site.
        conversion: whether the customer bought.
        spend: dollars.
    """

    visit: Bool[Array, ""]
    conversion: Bool[Array, ""]
    spend: Float[Array, ""]


class CampaignState(NamedTuple):
    """A customer in a week.

    Attributes:
        customer: profile and purchase history.
        subscribed: whether mails still reach the customer.
        fatigue: recent mails; an old one counts less.
        interest: the part of a mail's response in two weeks that falls in the last week, of all mails so far.
        outcome: of the last week; the next ones do not depend on it.
    """

    customer: Customer
    subscribed: Bool[Array, ""]
    fatigue: Float[Array, ""]
    interest: Float[Array, ""]
    outcome: Outcome


class Campaign(Environment):
    r"""The life of one customer; the department sends a mail (1) or not (0), week by week.

    The reward of a week is what the customer spends in it, in dollars, minus the cost of the mail. With the rates
    $p_0, p_1$ of `response` within two weeks, without and after a mail, a week has the purchase hazard

    $$g_t = \tfrac12 g(p_0) + i_t (g(p_1) - g(p_0)), \quad g(p) = -\log(1 - p), \quad
      i_t = d\, i_{t-1} + a_t \frac{w^{f_t}}{1 + d}, \quad f_{t+1} = (1 - r) f_t + a_t,$$

    and a visit follows the same law. So the response to one mail to a rested customer (f = 0) has exactly the measured
    rates within two weeks, whatever the delay d is, and goes on after them. A purchase sets the recency back to its
    first month and adds to the history, of which 1/52 is forgotten each week. A mail to a customer who has
    unsubscribed is not sent: it costs nothing and has no effect. The process ends when the last purchase is more than
    twelve months ago, or when the customer leaves for good.

    The real campaign measured one mail. What it cannot tell is an assumption, and a field: fatigue, unsubscribing,
    leaving, and how the response is spread over weeks. That the effect of mails wears off, recovers in a few weeks, and
    that frequent mails make customers unsubscribe, is found by Drèze and Bonfrer (Journal of Interactive Marketing,
    2008); the amounts are ours.

    Args:
        response: rates within two weeks, with and without a mail.
        cost: dollars for a mail; Hillstrom's file names none. The default is the price of a mail with its
            production. The mean sale that a mail brings there is $0.60.
        wear: the factor of a mail's effect for each recent mail. 1: no wear.
        recovery: the share of the fatigue that is gone after a week; the default halves it in 2.4 weeks.
        delay: the response in a week relative to the week before; the default has 71 % of two weeks' in the first.
        unsubscribe: the probability that a mail to a rested customer makes them unsubscribe; 0.2 % is common for shops.
        annoyance: the factor of that probability for each recent mail. 1: no influence.
        leave: the probability to leave for good in a week; the default is 14 % in a year.
        order: mean dollars of an order; measured.
        least_share: the share of orders of the least amount, $29.99; measured. The others are exponential above it.

    Sources: the model of the response is fitted to Hillstrom's campaign (MineThatData, 2008), see `Response`. The
    campaign as an example of reinforcement learning: Pednault, Abe and Zadrozny, KDD 2002.

    >>> campaign = Campaign()
    >>> state = campaign.reset(jax.random.key(0))
    >>> after = campaign.step(state, SEND, jax.random.key(1))
    >>> round(float(after.reward), 2), float(after.state.fatigue), campaign.observe(after.state).shape
    (-0.05, 1.0, (8,))
    """

    response: Response = Response()
    cost: float = 0.05
    wear: float = 0.6
    recovery: float = 0.25
    delay: float = 0.4
    unsubscribe: float = 0.002
    annoyance: float = 2.0
    leave: float = 0.003
    order: float = 116.36
    least_share: float = 0.235
    time_limit: int | None = 52

    @property
    def actions(self) -> Discrete:
        """0: no mail; 1: a mail."""
        return Discrete(2)

    @property
    def observations(self) -> Box:
        """See `observe`."""
        return Box((8,))

    def reset(self, key: PRNGKeyArray) -> CampaignState:
        """A customer as in the real campaign's file, subscribed and rested."""
        nothing = Outcome(jnp.bool_(False), jnp.bool_(False), jnp.float32(0))
        return CampaignState(draw_customer(key), jnp.bool_(True), jnp.float32(0), jnp.float32(0), nothing)

    def step(self, state: CampaignState, action: Any, key: PRNGKeyArray) -> Step:
        """A week: the mail, what the customer does, and whether they are still a customer afterwards."""
        responds, least, excess, annoyed, leaving = jax.random.uniform(key, (5,))  # one draw compiles faster than five
        sent = (jnp.asarray(action) == SEND) & state.subscribed
        reach = sent * self.wear**state.fatigue
        interest = self.delay * state.interest + reach / (1 + self.delay)
        outcome = self._outcome(state.customer, interest, responds, least, excess)
        unsubscribes = annoyed < sent * self.unsubscribe * self.annoyance**state.fatigue
        after = CampaignState(
            customer=state.customer._replace(
                recency=jnp.where(outcome.conversion, 1.0, state.customer.recency + WEEK),
                history=state.customer.history * (1 - 1 / 52) + outcome.spend,
            ),
            subscribed=state.subscribed & ~unsubscribes,
            fatigue=(1 - self.recovery) * state.fatigue + sent,
            interest=jnp.where(unsubscribes, 0.0, interest),
            outcome=outcome,
        )
        ends = (after.customer.recency >= LAPSED) | (leaving < self.leave)
        return Step(after, outcome.spend - self.cost * sent, ends)

    def observe(self, state: CampaignState) -> Float[Array, "8"]:
        """What the department knows.

        Years since the last purchase, log(history / $100), newbie, phone, multichannel, subscribed, fatigue, interest.
        """
        customer = state.customer
        return jnp.stack(
            [
                customer.recency / 12,
                jnp.log(customer.history / 100),
                customer.newbie,
                customer.phone,
                customer.multichannel,
                state.subscribed.astype(jnp.float32),
                state.fatigue,
                state.interest,
            ]
        )

    def _outcome(
        self,
        customer: Customer,
        interest: Float[Array, ""],
        responds: Float[Array, ""],
        least: Float[Array, ""],
        excess: Float[Array, ""],
    ) -> Outcome:
        """What a customer does in a week, by three uniform draws. A purchase is a visit: one draw decides both."""
        hazards = self.response.hazards(customer)

        def happens(plain: Any, mailed: Any) -> Any:
            return responds < -jnp.expm1(-jnp.maximum(plain / 2 + interest * (mailed - plain), 0))

        bought = happens(hazards.purchase, hazards.mailed_purchase)
        mean = (self.order - LEAST) / (1 - self.least_share)
        more = mean * -jnp.log1p(-excess) * (least >= self.least_share)
        visited = bought | happens(hazards.visit, hazards.mailed_visit)
        return Outcome(visited, bought, jnp.where(bought, LEAST + more, 0.0))
