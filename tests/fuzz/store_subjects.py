"""Kept runs, finished and stopped, and caches of images, of arrays and of compiled programs."""

import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import numpy as np

from fuzz.damage import Damage, damage_folder
from fuzz.data_subjects import picture_files, read_for_fit
from fuzz.model_subjects import OLD, AfterSegments, saved_model
from fuzz.study_subjects import sound_study
from fuzz.subject import Place, Reading, Subject
from fuzz.verdicts import FINE, REFUSED, TRACEBACK, Ending, commanded, judged, processed

RUN = ["--lang", "en"]


def _study(place: Place, name: str) -> str:
    path = place.beside / f"{name}.py"
    path.write_text(sound_study().replace('"mine"', f'"{name}"'))
    return str(path)


def _kept(place: Place) -> None:
    """A store with a run of each of two studies."""
    for name in ("mine", "other"):
        ending = commanded(["run", _study(place, name), "--runs", str(place.input), *RUN], 300)
        assert ending.verdict == FINE, ending


def _damaged_run(folder: Path, rng: random.Random) -> Damage:
    """Damage to the only run of a study."""
    (settings,) = folder.glob("*/study.json")
    return damage_folder(settings.parent, rng)


def _first_damaged(folder: Path, rng: random.Random) -> Damage:
    """Damage to the run of the first study."""
    return _damaged_run(folder / "mine", rng)


def _every(*arguments: str) -> Callable[[Place], Ending]:
    """A list, which shows the other study whatever happened to the first."""

    def end(place: Place) -> Ending:
        ending = commanded([*arguments, "--runs", str(place.input)])
        if ending.verdict == REFUSED:
            return Ending(TRACEBACK, f"no list for one damaged run: {ending.told}")
        if ending.verdict == FINE and "other" not in ending.meaning and "claims" not in arguments:
            return Ending(TRACEBACK, "the other study is not listed")
        return ending

    return end


def _shown(*arguments: str) -> Callable[[Place], Ending]:
    return lambda place: commanded(["show", "mine", "--runs", str(place.input), *arguments, *RUN])


def _again(place: Place) -> Ending:
    """The same command, after which a run of the study is whole."""
    ending = commanded(["run", str(place.beside / "mine.py"), "--runs", str(place.input), *RUN], 180)
    return _results(place) if ending.verdict == FINE else ending


def _results(place: Place) -> Ending:
    """What the newest run of the first study measured."""

    def call() -> str:
        from waza.study import store

        results = store.find(place.input, "mine").results()
        named = sorted(str(name) for name in results.data_vars if not str(name).endswith("seconds"))
        return json.dumps({name: np.asarray(results[name]).tolist() for name in named})

    return judged(call)


def _stopped(place: Place) -> None:
    """A store in which the run of a study was stopped after its first checkpoint."""
    from waza.cli.run import read_study
    from waza.engine.watch import Interrupted
    from waza.study import run

    path = Path(_study(place, "mine"))
    path.write_text(
        path.read_text().replace("steps=4, ", "steps=40000, ").replace("evaluate_every=2", "evaluate_every=20000")
    )
    try:
        run(read_study(str(path), None), place.input, AfterSegments(1))
    except Interrupted:
        return
    raise AssertionError("the study ended before it was stopped")


def _old(place: Place) -> None:
    shutil.copytree(OLD / "runs", place.input, dirs_exist_ok=True)


def _old_shown(place: Place) -> Ending:
    return commanded(["show", "xavier-forms", "--runs", str(place.input), *RUN])


def _old_damaged(folder: Path, rng: random.Random) -> Damage:
    return _damaged_run(folder / "xavier-forms", rng)


def _images(place: Place) -> None:
    for name, content in picture_files().items():
        path = place.beside / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    ending = _pictures(place)
    assert ending.verdict == FINE, ending


def _pictures(place: Place) -> Ending:
    """The images of a folder, with what the cache has of them."""

    def call() -> str:
        with mock.patch.dict(os.environ, WAZA_CACHE=str(place.input)):
            digest, *_ = read_for_fit(
                "mlp", place.beside / "photos", size="8x8"
            ).splitlines()  # notes say what was done
            return digest

    return judged(call)


TYPES = {"one": np.dtype("<i4"), "two": np.dtype("<f4")}


def _arrays(place: Place) -> Ending:
    """Arrays that are made once and kept."""

    def call() -> str:
        from waza.data.kept_arrays import kept_arrays

        made = {"one": np.arange(3000), "two": np.arange(500) / 7}
        kept = kept_arrays(place.input / "tokens" / "arrays", TYPES, lambda facts: [made], 1 << 20, "give less")
        return json.dumps({name: array.tolist() for name, array in kept.arrays.items()})

    return judged(call)


def _kept_arrays(place: Place) -> None:
    ending = _arrays(place)
    assert ending.verdict == FINE, ending


def _compiled(place: Place) -> None:
    """A model's predictions, with their compiled programs in a cache."""
    saved_model(place.beside / "model")
    ending = _predicted(place)
    assert ending.verdict == FINE and any(place.input.iterdir()), ending


def _predicted(place: Place) -> Ending:
    changes = {"WAZA_CACHE": str(place.input), "JAX_COMPILATION_CACHE_DIR": str(place.input / "xla")}
    changes |= {"JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}
    with mock.patch.dict(os.environ, changes):
        rows = str(OLD / "inputs" / "rows.csv")
        return processed(["use", str(place.beside / "model"), "--input", rows], place.out.parent)


SUBJECTS = (
    Subject(
        "runs",
        _kept,
        (
            Reading("show", _shown(), 1, sealed=True),
            Reading("show --json", _shown("--json"), 1, sealed=True),
            Reading("show --png", _shown("--png", "out/main.png"), 0.2),
            Reading("list", _every("list"), 0.7),
            Reading("runs list", _every("runs", "list"), 0.7),
            Reading("claims", _every("claims"), 0.4),
            Reading("rm", lambda place: commanded(["runs", "rm", "mine", "--yes", "--runs", str(place.input)]), 0.3),
            Reading("results", _results, 0.7, sealed=True),
            Reading("run again", _again, 0.15, sealed=True),
        ),
        _first_damaged,
        trained=True,
        weight=2,
    ),
    Subject(
        "runs-old",
        _old,
        (Reading("show", _old_shown), Reading("list", lambda place: commanded(["list", "--runs", str(place.input)]))),
        _old_damaged,
        weight=0.6,
    ),
    Subject("runs-stopped", _stopped, (Reading("run again", _again, sealed=True),), trained=True, weight=0.3),
    Subject("cache-images", _images, (Reading("fit", _pictures, sealed=True),), weight=0.5),
    Subject("cache-arrays", _kept_arrays, (Reading("read", _arrays, sealed=True),), weight=0.6),
    Subject("cache-programs", _compiled, (Reading("use", _predicted, sealed=True),), trained=True, weight=0.15),
)
