"""The rank of a process among those that compute one training."""

from typing import NamedTuple


class Rank(NamedTuple):
    """The rank of a process among those of a training, and how the others are found.

    Args:
        processes: how many there are.
        number: of this process, counted from 0.
        address: HOST:PORT at which process 0 listens; None where JAX finds it by the launcher's variables.
        launcher: JAX's name of the launcher that has started the processes; None where the address is given.
        device: the accelerator of this process on its machine; None for all of them.
    """

    processes: int
    number: int
    address: str | None = None
    launcher: str | None = None
    device: int | None = None
