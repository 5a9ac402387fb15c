"""Rules for whom to mail in the small campaign, and what each earns per customer and week, exactly."""

import functools

import numpy as np

from waza.rl.environments import SmallCampaign
from waza.rl.tabular import (
    average_policy_iteration,
    average_values,
    deterministic,
    model_of,
    policy_iteration,
    restarted,
)

STATES = 64


def nobody(campaign: SmallCampaign) -> np.ndarray:
    """(64,): no mail in any state."""
    return np.zeros(STATES, int)


def everyone(campaign: SmallCampaign) -> np.ndarray:
    """(64,): a mail in every state."""
    return np.ones(STATES, int)


def one_step(campaign: SmallCampaign) -> np.ndarray:
    """(64,): a mail where the sales that it adds within two weeks exceed its cost, as a perfect response model says."""
    return (campaign.order * campaign.extra_purchases() > campaign.cost).astype(int)


@functools.cache
def best(campaign: SmallCampaign) -> np.ndarray:
    """(64,): the policy of the greatest average reward, by policy iteration."""
    return average_policy_iteration(restarted(model_of(campaign))).policy.argmax(1)


@functools.cache
def discounted(campaign: SmallCampaign, discount: float) -> np.ndarray:
    """(64,): the policy of the greatest discounted return of a customer, by policy iteration."""
    return policy_iteration(model_of(campaign), discount).policy.argmax(1)


def weekly(campaign: SmallCampaign, mails: np.ndarray) -> float:
    """Dollars per customer and week in the long run, where a new customer takes the place of one who leaves."""
    return float(average_values(restarted(model_of(campaign)), deterministic(mails, 2)).gain[0])


def gained(campaign: SmallCampaign, dollars: float) -> float:
    """The share of what the best policy earns more than no mails."""
    least = weekly(campaign, nobody(campaign))
    return (dollars - least) / (weekly(campaign, best(campaign)) - least)
