"""What a saved policy needs to know of its environment."""

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar

from waza.core.errors import Error
from waza.rl.environments import Discrete, Environment
from waza.rl.environments.names import environment, name_of
from waza.rl.rollouts import input_size


@dataclasses.dataclass(frozen=True)
class PolicyPreparation:
    """An environment by its name, and the algorithm by which the policy was learned.

    Args:
        environment: where the policy acts.
        algorithm: its name.
    """

    kind: ClassVar[str] = "environment"
    environment: Environment
    algorithm: str

    @property
    def name(self) -> str:
        """Of the environment; of one of a user's own, its class."""
        return name_of(self.environment) or type(self.environment).__name__

    @property
    def shape(self) -> tuple[int]:
        """Of an observation as the network's input."""
        return (input_size(self.environment.observations),)

    @property
    def outputs(self) -> int:
        """One a discrete action, or one a coordinate of an action."""
        actions = self.environment.actions
        return actions.n if isinstance(actions, Discrete) else input_size(actions)

    def to_json(self) -> dict[str, Any]:
        """The names.

        Raises:
            Error: the environment is one of a user's own, which no file can make again.
        """
        name = name_of(self.environment)
        if name is None:
            raise Error(
                f"{type(self.environment).__name__} is an environment of your own, which no file can make again: keep "
                "model.variables, or give an environment by name"
            )
        return {"environment": name, "algorithm": self.algorithm}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "PolicyPreparation":
        """The preparation that `to_json` described."""
        return cls(environment(values["environment"]), values["algorithm"])
