"""Launchers of several processes, such as Slurm: the rank that one has given this process among the others."""

from collections.abc import Mapping
from typing import NamedTuple

from waza.core.errors import Error
from waza.core.rank import Rank

ADDRESS, COUNT, NUMBER = "JAX_COORDINATOR_ADDRESS", "JAX_NUM_PROCESSES", "JAX_PROCESS_ID"
INDEX = "JOB_COMPLETION_INDEX"  # of a pod of an indexed job of Kubernetes


class Launcher(NamedTuple):
    """The variables that a launcher sets.

    Args:
        name: of the launcher.
        jax: JAX's name for it, by which JAX finds the address.
        sign: the variable that shows that it has started this process.
        processes: how many there are.
        number: of this process.
        device: this process's number on its machine.
        address: what JAX needs to find the address where `JAX_COORDINATOR_ADDRESS` is not set.
    """

    name: str
    jax: str
    sign: str
    processes: str
    number: str
    device: str
    address: tuple[str, ...]


LAUNCHERS = (
    Launcher(
        "Slurm", "slurm", "SLURM_STEP_NODELIST", "SLURM_NTASKS", "SLURM_PROCID", "SLURM_LOCALID", ("SLURM_JOB_ID",)
    ),
    Launcher(
        "Open MPI",
        "ompi",
        "OMPI_COMM_WORLD_SIZE",
        "OMPI_COMM_WORLD_SIZE",
        "OMPI_COMM_WORLD_RANK",
        "OMPI_COMM_WORLD_LOCAL_RANK",
        ("OMPI_MCA_orte_hnp_uri",),
    ),
)


def launched(environment: Mapping[str, str], processes: int) -> Rank | None:
    """The rank that a launcher has given this process; None where this machine alone is meant.

    JAX's own three variables count first, then those of Slurm and of Open MPI. A launcher of a single process is none.

    Args:
        environment: the variables of this process.
        processes: how many the user has asked for.

    Raises:
        Error: a variable is missing or no number, or the launcher has started another number of processes.

    >>> launched({}, 2) is None
    True
    >>> launched({"JAX_COORDINATOR_ADDRESS": "a:1", "JAX_NUM_PROCESSES": "2", "JAX_PROCESS_ID": "1"}, 2).number
    1
    """
    if COUNT in environment or NUMBER in environment:
        name = NUMBER if NUMBER in environment else INDEX
        rank = Rank(_read(environment, COUNT), _read(environment, name), _text(environment, ADDRESS))
        return _checked(rank, f"{COUNT} is", processes)
    for one in LAUNCHERS:
        if one.sign in environment and _read(environment, one.processes) > 1:
            address = environment.get(ADDRESS)
            for name in () if address else one.address:
                _text(environment, name, f", or {ADDRESS}=HOST:PORT")
            count, number, device = (_read(environment, name) for name in (one.processes, one.number, one.device))
            rank = Rank(count, number, address, None if address else one.jax, device)
            return _checked(rank, f"{one.name} has started", processes)
    return None


def _checked(rank: Rank, who: str, processes: int) -> Rank | None:
    if rank.processes == 1:
        return None
    if rank.processes != processes:
        raise Error(f"--processes is {processes}, and {who} {rank.processes}: give --processes {rank.processes}")
    if rank.number >= rank.processes:
        raise Error(
            f"this is process {rank.number} of {rank.processes}; expected a number from 0 to {rank.processes - 1}"
        )
    return rank


def _text(environment: Mapping[str, str], name: str, more: str = "") -> str:
    if not environment.get(name):
        raise Error(f"a launcher has started this process, and {name} is not set: set it{more}")
    return environment[name]


def _read(environment: Mapping[str, str], name: str) -> int:
    text = _text(environment, name)
    if not text.isascii() or not text.isdigit():
        raise Error(f"{name} is {text!r}; expected a whole number")
    return int(text)
