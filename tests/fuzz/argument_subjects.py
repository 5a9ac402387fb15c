"""Command lines: options of all commands with values of every kind, drawn by hypothesis."""

import argparse
import functools
import random
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import hypothesis
from hypothesis import strategies as st

from fuzz.damage import Damage
from fuzz.data_subjects import sample_lines
from fuzz.model_subjects import saved_model
from fuzz.odd_values import ODD_TEXTS
from fuzz.study_subjects import sound_study
from fuzz.subject import Place, Reading, Subject
from fuzz.verdicts import Ending, commanded, processed

GIVEN = "arguments.txt"
FILES = ("wine.csv", "mine.py", "model", "empty.csv", "broken.npz", "photos", "no-such-file.csv", ".", "-")
# Commands that fetch something, or train for long when their arguments happen to be sound.
NEVER = {"--run", "--until-decided", "get"}
WITHOUT_FILES = ("compare", "export")
FIRST = {
    "fit": ["--steps", "2"],
    "run": ["--steps", "2", "--seeds", "2"],
    "campaign": ["--steps", "2"],
    "compare": ["--steps", "2"],
}


@functools.cache
def options_of(command: str) -> tuple[str, ...]:
    """The names of a command's options."""
    from waza.cli import parser

    commands = next(one for one in parser(command)._actions if isinstance(one, argparse._SubParsersAction))
    found = [name for action in commands.choices[command]._actions for name in action.option_strings]
    return tuple(name for name in found if name not in NEVER)


def _harmless(text: str) -> str:
    """The text as a relative path, since a command may write there; no process can be given a NUL."""
    return text.replace("/", "-").replace("\x00", "\x01").replace("..", ".,")


TEXTS = st.one_of(
    st.sampled_from(ODD_TEXTS), st.text(max_size=12), st.text("abc-_=.%\\'\"\x1b\r\n é日\u202e", max_size=400)
)
NUMBERS = st.one_of(st.integers(), st.integers(-2, 3), st.floats(), st.sampled_from((2**31, 2**63, -(2**63), 10**40)))
VALUES = st.one_of(NUMBERS.map(str), TEXTS).map(_harmless)


@st.composite
def command_lines(draw: Any) -> list[str]:
    """A command with arguments, of which some are sound."""
    from waza.cli import COMMANDS, OWN_OPTIONS

    command = draw(st.sampled_from([*COMMANDS, *OWN_OPTIONS]))
    files = st.sampled_from(FILES[-3:] if command in WITHOUT_FILES else FILES)
    given = [command, *FIRST.get(command, [])]
    if command == "fit":
        from waza.kinds.registry import trainable_kinds

        given.append(draw(st.sampled_from([name for kind in trainable_kinds() for name in kind.models])))
        given += ["--out", "out/model"] if draw(st.booleans()) else []
    for _ in range(draw(st.integers(0, 4))):
        if draw(st.integers(0, 3)):
            given.append(draw(st.sampled_from(options_of(command))))
        given.append(draw(st.one_of(files, VALUES, VALUES)))
    return given if not NEVER & set(given) else [command, "--help"]


@functools.cache
def drawn(seed: int) -> tuple[str, ...]:
    """The command line of a seed."""
    found: list[list[str]] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=6,  # the first ones are the simplest
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(command_lines())
    def draw(line: list[str]) -> None:
        found.append(line)

    draw()
    return tuple(found[-1])


def prepare(seeds: Iterable[int]) -> None:
    """Draw all of them before any is run: hypothesis looks at the modules that are loaded."""
    for seed in seeds:
        drawn(seed)


def _make(place: Place) -> None:
    """The files that command lines name, beside."""
    (place.beside / "wine.csv").write_bytes(sample_lines("wine", "wine.csv", 61))
    (place.beside / "mine.py").write_text(sound_study())
    (place.beside / "empty.csv").write_bytes(b"")
    (place.beside / "broken.npz").write_bytes(b"PK\x03\x04")
    (place.beside / "photos").mkdir()
    saved_model(place.beside / "model")
    (place.input / GIVEN).write_text("--version")


def _damage(folder: Path, rng: random.Random) -> Damage:
    line = shlex.join(drawn(rng.number))  # type: ignore[attr-defined]
    (folder / GIVEN).write_text(line, "utf-8", "surrogatepass")
    return Damage(f"waza {line!a}")


def _given(place: Place) -> list[str]:
    for path in place.beside.iterdir():
        (place.out.parent / path.name).symlink_to(path)
    return shlex.split((place.input / GIVEN).read_text("utf-8", "surrogatepass"))


def _here(place: Place) -> Ending:
    return commanded(_given(place))


def _as_command(place: Place) -> Ending:
    return processed(_given(place), place.out.parent)


SUBJECTS = (
    Subject(
        "arguments",
        _make,
        (Reading("here", _here), Reading("command", _as_command, 0.05)),
        _damage,
        prepare=prepare,
        weight=4,
    ),
)
