"""Policies, as a kind of model."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from waza.core.errors import Error
from waza.kinds.kind import Kind, Outcome, Told
from waza.kinds.policy.options import PlayOptions, PolicyOptions
from waza.kinds.using import Predictions


class Policy(Kind):
    """Agents that learn by reinforcement in an environment."""

    data = "environments"
    data_help = "an environment's name, such as CartPole-v1, or gym:NAME for one of Gymnasium's"
    unit = "steps"
    measures = ("return", "length")
    models: ClassVar = {
        "policy": {"en": "a policy that is learned in an environment", "ja": "環境の中で学習する方策"},
    }
    options = PolicyOptions
    use_options = PlayOptions
    preparation = "environment"
    folder = Path(__file__).parent

    def read(self, asked: PolicyOptions, progress: Told | None) -> Any:
        """The environment of this name, as a `PolicyMaterial`."""
        from waza.rl.environments.names import environment

        return self._material(environment(asked.data), asked)

    def takes(self, data: Any) -> bool:
        """An environment, or a text that does not look like a file or a folder. A folder may have the same name."""
        if isinstance(data, str):
            return not data.endswith("/") and not Path(data).suffix[1:].isalpha()
        from waza.rl.environments import Environment

        return isinstance(data, Environment)

    def given(self, asked: PolicyOptions, data: Any, target: str | None, progress: Told | None) -> Any:
        """The environment, as a `PolicyMaterial`."""
        if isinstance(data, str):
            return super().given(asked, data, target, progress)
        if target is not None:
            raise Error(f"target={target!r} names a column of a table, and an environment is given: leave it out")
        return self._material(data, asked)

    def _material(self, environment: Any, asked: PolicyOptions) -> Any:
        from waza.kinds.policy.material import PolicyMaterial
        from waza.kinds.policy.preparation import PolicyPreparation

        return PolicyMaterial(preparation=PolicyPreparation(environment, asked.algorithm))

    def settle(self, asked: PolicyOptions, material: Any) -> PolicyOptions:
        """The options with nothing left open."""
        from waza.kinds.policy.agents import settle

        return settle(asked)

    def learner(self, settled: PolicyOptions, material: Any) -> Any:
        """The agent, as an `rl.agents.Agent`."""
        from waza.kinds.policy.agents import agent

        return agent(settled, material.preparation.environment)

    def updates(self, settled: PolicyOptions, learner: Any) -> int:
        """As many as make the settled steps."""
        from waza.kinds.policy.agents import steps_of

        return -(-(settled.steps or 1) // steps_of(learner))

    def entry(self, learner: Any, entry: dict[str, Any]) -> dict[str, Any]:
        """The step in steps of the environment, and the measures by split: learning is "train", evaluations are
        "validation".
        """
        from waza.kinds.policy.outcome import as_entry

        return as_entry(learner, entry)

    def outcome(self, learner: Any, material: Any, trained: Any) -> Outcome:
        """The policy's network, and the returns of new episodes and of random actions."""
        from waza.kinds.policy.outcome import outcome

        return outcome(learner, material, trained)

    def findings(self, material: Any, result: Mapping[str, Any], best: bool) -> Sequence[Any]:
        """Whether the policy is untrained, or no better than random actions."""
        from waza.kinds.policy.outcome import findings

        return findings(result, best)

    def exploded(self, program: Any, seed: int, diverged_at: int, checkpoint: Any) -> None:
        """Unknown: a step of an agent consists of many steps of the optimizer."""
        return None

    def page(self, model: Any, material: Any, training: Any, language: str) -> str:
        """The report: the learning curve, and the returns of new episodes."""
        from waza.kinds.policy.page import policy_page

        return policy_page(model, training, language)

    def preparation_type(self) -> Any:
        """`PolicyPreparation`."""
        from waza.kinds.policy.preparation import PolicyPreparation

        return PolicyPreparation

    def model_type(self) -> Any:
        """`PolicyModel`."""
        from waza.kinds.policy.model import PolicyModel

        return PolicyModel

    def use(self, model: Any, asked: PlayOptions, language: str) -> Predictions:
        """The figures of episodes that the policy plays."""
        from waza.kinds.policy.use import use

        return use(model, asked)

    def exportable(self, model: Any) -> Any:
        """The network from observations to actions."""
        from waza.kinds.policy.exported import exportable

        return exportable(model)


KIND = Policy()
