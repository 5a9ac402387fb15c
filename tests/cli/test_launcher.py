"""The rank that a launcher has given a process, from variables that Slurm, Open MPI and Kubernetes set."""

import pytest

from waza.cli import main
from waza.cli.launcher import launched
from waza.core.errors import Error
from waza.core.rank import Rank

OWN = {"JAX_COORDINATOR_ADDRESS": "head:1234", "JAX_NUM_PROCESSES": "4", "JAX_PROCESS_ID": "3"}
SLURM = {
    "SLURM_JOB_ID": "7",
    "SLURM_STEP_NODELIST": "n[1-2]",
    "SLURM_NTASKS": "4",
    "SLURM_PROCID": "3",
    "SLURM_LOCALID": "1",
}
MPI = {
    "OMPI_COMM_WORLD_SIZE": "4",
    "OMPI_COMM_WORLD_RANK": "3",
    "OMPI_COMM_WORLD_LOCAL_RANK": "1",
    "OMPI_MCA_orte_hnp_uri": "1531576320.0;tcp://10.96.0.1:34911",
}
INDEXED = {name: value for name, value in OWN.items() if name != "JAX_PROCESS_ID"} | {"JOB_COMPLETION_INDEX": "3"}


def without(variables, name):
    return {one: value for one, value in variables.items() if one != name}


@pytest.mark.parametrize(
    ("variables", "rank"),
    [
        (OWN, Rank(4, 3, "head:1234")),
        (INDEXED, Rank(4, 3, "head:1234")),
        (SLURM, Rank(4, 3, None, "slurm", 1)),
        (MPI, Rank(4, 3, None, "ompi", 1)),
        (without(MPI, "OMPI_MCA_orte_hnp_uri") | {"JAX_COORDINATOR_ADDRESS": "head:1"}, Rank(4, 3, "head:1", None, 1)),
        (SLURM | OWN, Rank(4, 3, "head:1234")),
        ({}, None),
        (without(SLURM, "SLURM_STEP_NODELIST"), None),  # the script of a batch job, which srun has not started
        (SLURM | {"SLURM_NTASKS": "1"}, None),  # a shell in an allocation
    ],
)
def test_the_rank_among_the_processes(variables, rank):
    assert launched(variables, 4) == rank


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        *((without(OWN, name), name) for name in ("JAX_COORDINATOR_ADDRESS", "JAX_NUM_PROCESSES")),
        *((without(SLURM, name), name) for name in ("SLURM_JOB_ID", "SLURM_NTASKS", "SLURM_PROCID", "SLURM_LOCALID")),
        (without(MPI, "OMPI_COMM_WORLD_RANK"), "OMPI_COMM_WORLD_RANK"),
        (without(MPI, "OMPI_MCA_orte_hnp_uri"), "JAX_COORDINATOR_ADDRESS=HOST:PORT"),
        (OWN | {"JAX_PROCESS_ID": "4"}, "process 4 of 4"),
        (OWN | {"JAX_PROCESS_ID": "-1"}, "JAX_PROCESS_ID is '-1'"),
        (OWN | {"JAX_NUM_PROCESSES": "2"}, "--processes is 4, and JAX_NUM_PROCESSES is 2: give --processes 2"),
        (SLURM | {"SLURM_NTASKS": "8"}, "--processes is 4, and Slurm has started 8: give --processes 8"),
    ],
)
def test_what_is_missing_is_named(variables, words):
    with pytest.raises(Error) as refused:
        launched(variables, 4)
    assert words in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("count", "variables", "words"),
    [
        ("0", {}, "expected a whole number of at least 1"),
        ("two", {}, "expected a whole number of at least 1"),
        ("1", OWN, "--processes is 1, and JAX_NUM_PROCESSES is 4"),
        ("4", without(OWN, "JAX_COORDINATOR_ADDRESS"), "JAX_COORDINATOR_ADDRESS is not set"),
    ],
)
def test_a_refused_command_takes_one_line(count, variables, words, tmp_path, monkeypatch, capsys):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        main(["fit", "mlp", "digits", "--processes", count, "--out", str(tmp_path / "o")])
    error = capsys.readouterr().err
    assert ended.value.code == 2 and words in error and error.count("\n") == 1
    assert not (tmp_path / "o").exists()
