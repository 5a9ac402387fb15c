"""From options to an agent: the usual settings of each algorithm."""

import dataclasses
from typing import Any, NamedTuple

from waza.kinds.policy.options import EPISODES, AlgorithmName, PolicyOptions
from waza.optim import Adam, ClipByNorm, RMSProp
from waza.optim.linear_decay import LinearDecay
from waza.rl.agents import Agent
from waza.rl.environments import Environment
from waza.rl.policies import A2C, PPO, Discounted, Learned, Reinforce, mlp_critic, mlp_policy
from waza.rl.rollouts import time_limit_of
from waza.rl.values import DQN, PQN

DQN_STEPS = 256  # of all copies in an update
SHARES = {"dqn": (0.16, 0.04), "pqn": (0.2, 0.2)}  # the updates during which epsilon falls from 1, and where it ends


class Usual(NamedTuple):
    """What is usual for an algorithm: environment steps, first learning rate, hidden units, discount rate, copies."""

    steps: int
    learning_rate: float
    hidden: tuple[int, ...]
    discount: float
    copies: int


# For CartPole-v1, which ten of ten seeds solve (benchmarks/cartpole_quality.py): RL Baselines3 Zoo's settings of A2C,
# PPO and DQN, and those of the paper on PQN.
USUAL: dict[AlgorithmName, Usual] = {
    "reinforce": Usual(2_400_000, 0.01, (64, 64), 0.99, 16),
    "a2c": Usual(500_000, 7e-4, (64, 64), 0.99, 8),
    "ppo": Usual(100_000, 1e-3, (64, 64), 0.98, 8),
    "dqn": Usual(50_000, 2.3e-3, (256, 256), 0.99, 8),
    "pqn": Usual(500_000, 1e-4, (256, 256), 0.99, 32),
}


def settle(asked: PolicyOptions) -> PolicyOptions:
    """The options with nothing left open.

    >>> settle(PolicyOptions(model="policy", data="CartPole-v1", algorithm="dqn", steps=9)).hidden
    (256, 256)
    """
    usual = USUAL[asked.algorithm]._asdict()
    return dataclasses.replace(asked, **{name: usual[name] for name in usual if getattr(asked, name) is None})


def agent(options: PolicyOptions, environment: Environment) -> Agent:
    """The agent that settled options describe.

    Raises:
        Error: the algorithm cannot learn in this environment.
    """
    assert options.steps and options.copies and options.hidden and options.discount is not None
    assert options.learning_rate is not None
    rate, copies = float(options.learning_rate), options.copies

    def updates(steps: int) -> int:
        """With so many steps in each."""
        return max(1, -(-options.steps // steps))  # type: ignore[operator]

    def explored(count: int) -> Any:
        share, final = SHARES[options.algorithm]
        return LinearDecay(1.0, steps=max(1.0, share * count), final=final)

    common: dict[str, Any] = {"copies": copies, "episodes": EPISODES}
    if options.algorithm == "dqn":
        steps = max(1, DQN_STEPS // copies)
        common |= {"hidden": options.hidden, "discount": options.discount, "steps": steps}
        optimizer = ClipByNorm(Adam(rate), 10.0)
        return DQN(environment, optimizer=optimizer, epsilon=explored(updates(copies * steps)), **common)
    if options.algorithm == "pqn":
        common |= {"hidden": options.hidden, "discount": options.discount}
        count = updates(copies * PQN.steps)
        optimizer = ClipByNorm(Adam(LinearDecay(rate, steps=count)), 10.0)
        return PQN(environment, optimizer=optimizer, epsilon=explored(count), **common)
    policy, critic = mlp_policy(environment, options.hidden), mlp_critic(environment, options.hidden)
    common |= {"objective": Discounted(options.discount)}
    if options.algorithm == "reinforce":
        falling = Adam(LinearDecay(rate, steps=updates(copies * time_limit_of(environment))))
        return Reinforce(environment, policy, falling, baseline=Learned(critic), normalize=True, **common)
    if options.algorithm == "a2c":
        optimizer = ClipByNorm(RMSProp(rate, decay=0.99, epsilon=1e-5), 0.5)
        return A2C(environment, policy, optimizer, critic, steps=5, trace=1.0, **common)
    count = updates(copies * 32)
    return PPO(
        environment,
        policy,
        ClipByNorm(Adam(LinearDecay(rate, steps=count)), 0.5),
        critic,
        steps=32,
        trace=0.8,
        clip=LinearDecay(0.2, steps=count),
        epochs=20,
        minibatches=1,
        **common,
    )


def steps_of(learner: Any) -> int:
    """The environment's steps of an update; of whole episodes, the most that these can have."""
    steps = time_limit_of(learner.environment) if isinstance(learner, Reinforce) else learner.steps
    return int(learner.copies * steps)
