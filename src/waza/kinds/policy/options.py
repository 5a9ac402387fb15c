"""The options of a policy, and of its use."""

import dataclasses
from typing import Literal, get_args

from waza.core.errors import Error
from waza.kinds.option import MOST_SEED, Options, option
from waza.kinds.options import FitOptions, check_hidden, read_hidden

AlgorithmName = Literal["reinforce", "a2c", "ppo", "dqn", "pqn"]
EPISODES = 100


@dataclasses.dataclass(frozen=True, kw_only=True)
class PolicyOptions(FitOptions):
    """The options of a policy's training; `steps` counts the environment's steps."""

    algorithm: AlgorithmName = option("ppo", ", ".join(get_args(AlgorithmName)), metavar="NAME")
    steps: int | None = option(
        None,
        "environment steps; for reinforce at most these, since its updates play whole episodes",
        usual="depends on the algorithm",
        least=1,
        metavar="N",
    )
    learning_rate: float | None = option(
        None,
        "first learning rate",
        usual="depends on the algorithm",
        least=0,
        example="0.001",
        metavar="X",
        aliases=("lr",),
    )
    hidden: tuple[int, ...] | None = option(
        None,
        "units of each hidden layer, such as 64,64",
        usual="depends on the algorithm",
        metavar="N,N",
        read=read_hidden,
        aliases=("hidden_size",),
    )
    discount: float | None = option(
        None, "discount rate of rewards", usual="depends on the algorithm", least=0, example="0.99", metavar="X"
    )
    copies: int | None = option(
        None, "copies of the environment, stepped together", usual="depends on the algorithm", least=1, metavar="N"
    )
    patience: int = option(
        0, "stop after this many evaluations without improvement, or 0 for all steps", least=0, metavar="N"
    )

    def __post_init__(self):
        super().__post_init__()
        if self.hidden is not None:
            check_hidden(self.hidden)


@dataclasses.dataclass(frozen=True, kw_only=True)
class PlayOptions(Options):
    """The options of `waza use` for a policy: whole episodes are played."""

    episodes: int = option(EPISODES, "episodes to play", least=2, most=100_000, metavar="N")
    seed: int = option(0, "random seed of the episodes", least=0, most=MOST_SEED, metavar="N")
    render: str | None = option(None, "write an episode to this file, an animated GIF", metavar="GIF")
    json: str | None = option(None, "write the figures of all episodes to this file", metavar="OUT")

    def __post_init__(self):
        super().__post_init__()
        if self.render is not None and not self.render.lower().endswith(".gif"):
            raise Error(f"render is {self.render!r}; an animated GIF is written: give a name that ends in .gif")

    def outputs(self) -> tuple[str, ...]:
        """The files that are written."""
        return tuple(one for one in (self.render, self.json) if one is not None)
