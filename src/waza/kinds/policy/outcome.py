"""What the training of a policy came to: its network, its history by split, and the returns of new episodes."""

from collections.abc import Mapping
from typing import Any

import jax
import numpy as np

from waza.kinds.kind import Outcome
from waza.kinds.policy.agents import steps_of
from waza.kinds.policy.model import PolicyModel
from waza.kinds.policy.options import EPISODES
from waza.kinds.usefulness import Finding
from waza.nn import Initializer, Layer, Xavier
from waza.rl.environments import Discrete, Environment, play
from waza.rl.values import DQN, PQN

# Evaluations choose the step that is kept, as validation rows do for other kinds of model.
SPLITS = {
    "return": "validation_return",
    "length": "validation_length",
    "batch_return": "train_return",
    "batch_length": "train_length",
}


def as_entry(learner: Any, entry: Mapping[str, Any]) -> dict[str, Any]:
    """An evaluation as the history has it: the step counted in the environment's, and the measures by split.

    No episode may have ended since the last evaluation: then "train_return" is NaN.
    """
    missing = {SPLITS[name]: float("nan") for name in ("batch_return", "batch_length")} if len(entry) > 1 else {}
    named = {SPLITS.get(name, name): value for name, value in entry.items()}
    return {**missing, **named, "step": entry["step"] * steps_of(learner)}


def outcome(learner: Any, material: Any, trained: Any) -> Outcome:
    """The policy's network, and the engine's `Fitted` with steps of the environment and what new episodes returned."""
    network, variables = network_of(learner, trained.variables)
    played = PolicyModel(network, variables, material.preparation).play(EPISODES)
    history = [as_entry(learner, entry) for entry in trained.history]
    length = steps_of(learner)
    trained = trained._replace(
        variables=variables,
        history=history,
        best_step=trained.best_step * length,
        steps=trained.steps * length,
        diverged_at=None if trained.diverged_at is None else trained.diverged_at * length,
    )
    trained.best.update(
        test_return=float(np.mean(played.returns)),
        test_length=float(np.mean(played.lengths)),
        random_return=random_return(learner.environment),
    )
    return Outcome(network, trained, 1)


def network_of(learner: Any, kept: Any) -> tuple[Layer, Any]:
    """The network whose outputs tell the action, without initializers of its own, and its variables."""
    network, variables = (
        (learner.network, kept) if isinstance(learner, DQN | PQN) else (learner.policy.model, kept["model"])
    )
    bare: Layer = jax.tree.map(
        lambda part: Xavier() if isinstance(part, Initializer) else part,
        network,
        is_leaf=lambda part: isinstance(part, Initializer),
    )
    return bare, variables


def random_return(environment: Environment) -> float:
    """The mean return of actions that are drawn uniformly; where an action has no bounds, from -1 to 1."""
    actions = environment.actions

    def act(observation: Any, key: Any) -> Any:
        if isinstance(actions, Discrete):
            return jax.random.randint(key, (), 0, actions.n)
        low, high = (
            np.nan_to_num(np.asarray(bound, np.float32), posinf=1, neginf=-1) for bound in (actions.low, actions.high)
        )
        return jax.random.uniform(key, actions.shape, minval=low, maxval=high)

    return float(np.mean(jax.jit(lambda key: play(environment, act, key, EPISODES))(jax.random.key(1)).returns))


def findings(result: Mapping[str, Any], best: bool) -> list[Finding]:
    """What is to be said first: that the policy is untrained, or no better than random actions."""
    measures = result["measures"]
    found = [Finding("untrained_policy", {})] if best and result["best_step"] == 0 and result["steps"] else []
    if measures["test_return"] <= measures["random_return"]:
        values = {"mean": f"{measures['test_return']:.4g}", "random": f"{measures['random_return']:.4g}"}
        found.append(Finding("no_policy", values))
    return found
