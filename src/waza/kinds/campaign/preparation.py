"""Preparation of customers for a campaign's policy, and its outputs as whom to mail."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from waza.data import Note
from waza.data.preparation import Preparation
from waza.rl.logs import above, at_budget


@dataclasses.dataclass(frozen=True)
class CampaignPreparation:
    """Converts customers to inputs, and expected gains to decisions; can be stored as JSON.

    Args:
        table: the columns, with the reward as the target; outputs are gains in units of its scale.
        arms: the names of the arms, the control first; there is an output for each of the others.
        cost: of one mail.
        value: of a reward of 1.
    """

    kind: ClassVar[str] = "campaign"

    table: Preparation
    arms: tuple[str, ...]
    cost: float
    value: float

    def __post_init__(self):
        if len(self.arms) < 2 or len(set(self.arms)) < len(self.arms):
            raise ValueError(f"{self.arms} are not the arms of a campaign")
        if not np.isfinite([self.cost, self.value]).all():
            raise ValueError(f"{self.cost} and {self.value} are no cost and value")

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a row's inputs."""
        return self.table.shape

    @property
    def outputs(self) -> int:
        """The number of outputs of the network: one for each arm other than the control."""
        return len(self.arms) - 1

    def read(self, paths: Sequence[Path]) -> tuple[Any, list[Note]]:
        """The rows of a table's file, and notes on them; raises what `Preparation.read` raises."""
        return self.table.read(paths)

    def given(self, x: Any) -> Any:
        """The rows as `apply` takes them."""
        return self.table.given(x)

    def apply(self, frame: Any) -> np.ndarray:
        """The inputs of the customers, (rows, inputs)."""
        return self.table.apply(frame)

    def numbers(self, outputs: np.ndarray) -> np.ndarray:
        """The expected gain of each arm other than the control, (rows, arms - 1), in units of the reward."""
        return outputs.astype(float) * self.table.scale

    def answers(self, outputs: np.ndarray, frame: Any, share: float | None = None) -> dict[str, Any]:
        """What each customer receives ("arm"), and the expected "gain" and "profit" of the best mail for them.

        Args:
            outputs: of the network.
            frame: the customers.
            share: of them that is mailed, those with the largest gains; by default all whose profit is positive.
        """
        gains = self.numbers(outputs)
        best = gains.argmax(axis=1)
        gain = gains[np.arange(len(gains)), best]
        profit = self.value * gain - self.cost
        if share is None:
            policy = above(profit, best + 1, 0, len(self.arms))
        else:
            policy = at_budget(gain, best + 1, 0, len(self.arms), share)
        return {"arm": np.array(self.arms)[policy.argmax(axis=1)], "gain": gain, "profit": profit}

    def to_json(self) -> dict[str, Any]:
        """The preparation as plain values."""
        return {
            "table": self.table.to_json(),
            "arms": list(self.arms),
            "cost": self.cost,
            "value": self.value,
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The preparation from the values of `to_json`."""
        table = Preparation.from_json(values["table"])
        return cls(table, tuple(values["arms"]), values["cost"], values["value"])
