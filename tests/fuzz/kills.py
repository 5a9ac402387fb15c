"""Trainings of every kind that are killed at random moments: the same command ends with the bits of an unbroken one.

A moment is a random time, or a random operation on the files of the training: opening one to write, renaming, removing
one, making a folder. The second half is what a full disk or a loss of power would meet; it does not depend on the load.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from fuzz.model_subjects import MODELS, data_beside, weights
from fuzz.study_subjects import sound_study
from fuzz.subject import Place

EVENTS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
DEADLINE = 600  # seconds of a process on a loaded machine


class Training(NamedTuple):
    """A command that trains, in which "@" stands for its data; what it left; and the kind of its data."""

    arguments: str
    left: Callable[[Path], str]
    data: str = ""


def _runs(folder: Path) -> str:
    """What each run of a store measured: one run of each study, with its report and the models beside it."""
    from waza.study import store

    found = {}
    for study in sorted((folder / "runs").iterdir()):
        for run in store.folders(folder / "runs", study.name):
            results = run.results()
            values = {str(name): np.asarray(results[name]) for name in results.data_vars}
            numbers = {name: value.tolist() for name, value in values.items() if not name.endswith("seconds")}
            name = f"{study.name} {sum(key.startswith(study.name + ' ') for key in found)}"
            found[name] = [numbers, sorted(path.name for path in run.path.iterdir() if path.name != "lock")]
    return json.dumps(found, sort_keys=True)


def _model(folder: Path) -> str:
    return weights(folder / "model")


def _campaign(folder: Path) -> str:
    from fuzz.model_subjects import digest

    return digest(folder / "model")


def _longer(name: str, steps: int) -> Training:
    """The training of a kind of model, with so many steps."""
    one = MODELS[name]
    words = one.fit.split()
    words[words.index("--steps") + 1] = str(steps)
    return Training(" ".join([*words, "--out", "model"]), _campaign if name == "campaign" else _model, one.data)


STEPS = {
    **{
        "table": 8_000,
        "image": 3_000,
        "text": 400,
        "translator": 200,
        "vae": 2_000,
        "word2vec": 2_000,
        "dialogue": 100,
    },
    **{"policy": 100_000, "campaign": 500},
}
TRAININGS: Mapping[str, Training] = {
    **{name: _longer(name, steps) for name, steps in STEPS.items()},
    "run": Training("run mine.py --lang en", _runs),
    "compare": Training("compare @/wine.csv --target cultivar --try dropout --steps 40 --lang en", _runs, "tables"),
}


def make(name: str, folder: Path) -> list[str]:
    """The arguments of a training, whose data are written into the folder `data`."""
    training = TRAININGS[name]
    data = folder / "data"
    data.mkdir(parents=True)
    if training.data:
        data_beside(training.data, Place(data, data, data))
    study = sound_study().replace("steps=4, ", "steps=20000, ").replace("evaluate_every=2", "evaluate_every=5000")
    (data / "mine.py").write_text(study)
    return training.arguments.replace("@", str(data)).replace("mine.py", str(data / "mine.py")).split()


def main() -> None:
    """In a process of its own: `waza ARGUMENTS`, killed before its so manyth operation on files (0: never)."""
    kill_at, report, *arguments = sys.argv[1:]
    folder, count = f"{Path.cwd()}{os.sep}", 0

    def hear(event: str, values: tuple[Any, ...]) -> None:
        nonlocal count
        if event not in EVENTS or not values or not isinstance(values[0], str | os.PathLike):
            return
        if event == "open" and not (isinstance(values[2], int) and values[2] & WRITING):
            return
        if not os.path.abspath(values[0]).startswith(folder):  # noqa: PTH100 - it is called very often
            return
        count += 1
        if count == int(kill_at):
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hear)
    from waza.cli import main as waza

    try:
        waza(arguments)
    finally:
        Path(report).write_text(str(count))


def started(arguments: list[str], cwd: Path, kill_at: int = 0) -> subprocess.Popen[bytes]:
    """The process of a command."""
    command = [sys.executable, "-c", "from fuzz.kills import main; main()", str(kill_at), str(cwd.parent / "count")]
    path = os.pathsep.join([str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])])
    settings: Any = {"cwd": cwd, "env": os.environ | {"PYTHONPATH": path}, "stdin": subprocess.DEVNULL}
    with (cwd.parent / "said").open("wb") as said:
        return subprocess.Popen([*command, *arguments], stdout=said, stderr=said, **settings)


def whole(arguments: list[str], cwd: Path) -> float:
    """Let a command end; returns its seconds.

    Raises:
        AssertionError: it did not end well.
    """
    begun = time.monotonic()
    status = started(arguments, cwd).wait(DEADLINE)
    assert status == 0, f"waza {' '.join(arguments)}: status {status}: {(cwd.parent / 'said').read_text()[-500:]}"
    return time.monotonic() - begun


def killed(name: str, folder: Path, kills: int, seed: int = 0) -> list[str]:
    """What differs from an unbroken training after so many kills, each followed by the same command again.

    Args:
        name: of the training.
        folder: a new one.
        kills: their number. After four kills, or when it has ended, a training begins anew.
        seed: of the moments.
    """
    arguments, rng, training = make(name, folder), random.Random(f"{name} {seed}"), TRAININGS[name]
    unbroken, broken = folder / "unbroken", folder / "broken"
    unbroken.mkdir()
    seconds = whole(arguments, unbroken)
    operations = int((folder / "count").read_text())
    expected = training.left(unbroken)
    wrong, done, attempts = [], 0, 0
    while done < kills:
        broken.mkdir()
        moments, left, ended = [], operations, False
        for _ in range(min(4, kills - done)):
            attempts += 1
            by_time = rng.random() < 0.4
            at = 0 if by_time else rng.randint(1, left)
            moment = rng.uniform(0.2, 1.0) * seconds
            process = started(arguments, broken, at)
            if by_time:
                try:
                    process.wait(moment)
                except subprocess.TimeoutExpired:
                    process.kill()
            if ended := process.wait(DEADLINE) == 0:
                break  # before it was killed
            assert process.returncode == -signal.SIGKILL, (folder / "said").read_text()[-500:]
            left = max(2, left - at)
            moments.append(f"{moment:.2f} s" if by_time else f"operation {at} of {operations}")
        done += len(moments)
        if moments:
            if said := _difference([] if ended else arguments, broken, expected, training):
                wrong.append(
                    f"{name}, killed at {', '.join(moments)}: {said} (make fuzz KILLS={kills} KIND={name} SEED={seed})"
                )
        elif attempts > 3 * kills:
            raise AssertionError(f"{name}: {attempts} attempts and {done} kills of {kills}")
        shutil.rmtree(broken)
    return wrong


def _difference(arguments: list[str], broken: Path, expected: str, training: Training) -> str:
    """What is other than in the unbroken training after the same command; "" for nothing.

    Args:
        arguments: of the command; none where it has ended already.
    """
    try:
        if arguments:
            whole(arguments, broken)
        found = training.left(broken)
    except Exception as error:
        return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
    left = [path.name for path in broken.rglob("*") if path.suffix in (".tmp", ".part")]
    if left:
        return f"{left[0]} is left"
    return "" if found == expected else "other bits or files than those of the unbroken one"
