"""What C55 rests on, exactly: single steps along gradients, and the variances of gradient estimates."""

from functools import cache
from typing import Any

import jax.numpy as jnp
import numpy as np

from waza import nn, optim
from waza.curriculum.day4b_reinforcement import corridor, fatigue
from waza.rl.policies import CategoricalPolicy, Discounted, Learned, MovingAverage, Reinforce
from waza.rl.policies.baselines import Baseline, Followed
from waza.rl.policies.enumeration import Estimates, every_episode, gradient_estimates
from waza.rl.policies.exact import discounted_gradient, discounted_objective, softmax_policy

STARTS, DISCOUNT = 1000, 0.9


def mailing_starts() -> np.ndarray:
    """Random logits (start, state, action) of policies that decide about mails."""
    return 1.5 * np.random.default_rng(55).normal(size=(STARTS, 2, 2))


def corridor_starts() -> np.ndarray:
    """Random logits of going right in the corridor."""
    return 1.5 * np.random.default_rng(56).normal(size=STARTS)


def mailing_rise(logits: np.ndarray, rate: float) -> float:
    """J(theta + epsilon grad J) - J(theta) for the discounted profit, with a logit for each state and action."""
    model = fatigue.model()
    after = logits + rate * discounted_gradient(model, logits, DISCOUNT)
    return discounted_objective(model, after, DISCOUNT) - discounted_objective(model, logits, DISCOUNT)


def corridor_gradient(logit: Any) -> Any:
    """The derivative of the corridor's value by the logit of going right."""
    p = 1 / (1 + np.exp(-logit))
    return -2 * (-p * (1 - p) - (2 - p) * (1 - 2 * p)) / (p * (1 - p))


def corridor_value(logit: Any) -> Any:
    """J of a logit of going right; minus infinity where the probability is 0 or 1 up to rounding."""
    with np.errstate(over="ignore"):
        p = 1 / (1 + np.exp(-np.asarray(logit, float)))
    inside = (p > 0) & (p < 1)
    return np.where(inside, corridor.value(np.where(inside, p, 0.5)), -np.inf)


def corridor_rise(logit: Any, rate: float) -> Any:
    """J(theta + epsilon grad J) - J(theta) where all states share one logit."""
    return corridor_value(logit + rate * corridor_gradient(logit)) - corridor_value(logit)


@cache
def share_improved(problem: str, rate: float) -> float:
    """The share of the random starts from which one step raises J, or leaves it where it is highest already."""
    if problem == "mailing":
        rises = np.array([mailing_rise(logits, rate) for logits in mailing_starts()])
    else:
        rises = corridor_rise(corridor_starts(), rate)
    return float(np.mean(rises > -1e-9))


def reinforce(baseline: Baseline | None, to_go: bool = True) -> Reinforce:
    """REINFORCE for four months of mails, with a logit for each state and action."""
    policy = CategoricalPolicy(nn.Dense(2, 2, nn.Constant(0.0), use_bias=False))
    return Reinforce(
        fatigue.Fatigue(),
        policy,
        optim.SGD(1.0),
        Discounted(DISCOUNT),
        baseline=baseline,
        copies=1,
        to_go=to_go,
        discount_steps=True,
    )


@cache
def estimates() -> dict[str, Estimates]:
    """The exact distributions of the gradient estimates of an episode, for the policy that mails half of the time."""
    logits, months = np.zeros((2, 2)), fatigue.MONTHS
    policy = softmax_policy(logits)
    episodes = every_episode(fatigue.model(), policy, months)
    to_go = np.zeros((len(episodes.reward), months + 1))
    for month in reversed(range(months)):
        to_go[:, month] = episodes.reward[:, month] + DISCOUNT * to_go[:, month + 1]
    by_time = Followed(jnp.asarray(episodes.probability @ to_go[:, :months], jnp.float32), jnp.ones(months))
    visits = np.stack([episodes.probability @ (episodes.state == state) for state in (0, 1)])
    means = [episodes.probability @ (to_go[:, :months] * (episodes.state == state)) for state in (0, 1)]
    value = np.array([mean.sum() / visit.sum() for mean, visit in zip(means, visits, strict=True)])
    variables = {"policy": {"model": {"weight": jnp.zeros((2, 2))}}}
    critic = {"critic": {"weight": jnp.asarray(value[None], jnp.float32)}}
    learned = Learned(nn.Dense(2, 1, use_bias=False))
    return {
        "whole": gradient_estimates(reinforce(None, to_go=False), variables, episodes),
        "to_go": gradient_estimates(reinforce(None), variables, episodes),
        "by_time": gradient_estimates(reinforce(MovingAverage()), variables, episodes, by_time),
        "by_state": gradient_estimates(reinforce(learned), variables | critic, episodes),
    }


def variance_ratio(name: str = "by_state", of: str = "to_go") -> float:
    """The variance of one estimate over that of another."""
    return estimates()[name].variance / estimates()[of].variance
