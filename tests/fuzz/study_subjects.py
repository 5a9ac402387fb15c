"""Study files: a sound one in which some values are of other kinds, and files that are no Python."""

import random
import re
from pathlib import Path

from fuzz.damage import Damage, damage_file
from fuzz.odd_values import ODD_EFFECTS, ODD_EXPRESSIONS
from fuzz.subject import Place, Reading, Subject
from fuzz.verdicts import REFUSED, TRACEBACK, Ending, commanded, processed

# Values by the name of their place; the sound study has these.
SOUND = {
    "data_name": '"blobs"',
    "x": "x[:40]",
    "y": "y[:40]",
    "classes": '("a", "b", "c")',
    "effect": 'wz.final(results, "test_accuracy", "fast") - wz.final(results, "test_accuracy", "slow")',
    "layers": "(6, 4, 3)",
    "activation": "nn.tanh",
    "initializer": "nn.Xavier()",
    "model": "model",
    "optimizer": "optim.SGD(0.1)",
    "rate": "0.01",
    "batch_size": "8",
    "loss": "nn.CrossEntropy()",
    "penalty": "None",
    "probes": "True",
    "augment": "None",
    "precision": '"float32"',
    "change": '{"learning_rate": 0.01}',
    "name": '"mine"',
    "data": "data",
    "variants": '{"slow": wz.vary(base, optimizer=change), "fast": base}',
    "baseline": '"slow"',
    "measure": '"test_accuracy"',
    "seeds": "2",
    "steps": "4",
    "evaluate_every": "2",
    "block": "2",
    "part": 'wz.Part("faster", effect, low=0.01, unit="points")',
    "claims": '(wz.Claim("gain", (part,)),)',
    "tuning": "None",
    "grid": '{"slow": {"optimizer.learning_rate": (0.01, 0.1)}}',
    "first_seed": "0",
    "mapping": '"measured"',
    "figures": "()",
    "trained": "None",
    "splits": '"fixed"',
}
TEXT = """import numpy as np
import waza as wz
from waza import nn, optim

rng = np.random.default_rng(0)
y = rng.integers(0, 3, 80).astype(np.int32)
x = (rng.normal(size=(3, 6))[y] + rng.normal(size=(80, 6))).astype(np.float32)
data = wz.data.Dataset({data_name}, wz.data.Split({x}, {y}), wz.data.Split(x[40:], y[40:]), classes={classes})


def effect(results):
    return {effect}


change = {change}
grid = {grid}
part = {part}
model = wz.models.MLP({layers}, {activation}, {initializer})
base = wz.Supervised(
    model={model}, optimizer={optimizer}, batch_size={batch_size}, loss={loss}, penalty={penalty}, probes={probes},
    augment={augment}, precision={precision},
)
study = wz.Study(
    name={name}, data={data}, variants={variants}, baseline={baseline}, measure={measure}, seeds={seeds}, steps={steps},
    evaluate_every={evaluate_every}, block={block}, claims={claims}, tuning={tuning}, first_seed={first_seed},
    mapping={mapping}, figures={figures}, trained={trained}, splits={splits},
)
"""
OTHER_KINDS = "# Some values are of other kinds.\n"
# What Python or a library says inside waza, in place of waza's own words about the value that was given.
FOREIGN = re.compile(r": (TypeError|AttributeError|KeyError|IndexError|ValueError|AssertionError): ")


def sound_study() -> str:
    """The sound study's file."""
    return TEXT.format(**SOUND)


def _make(place: Place) -> None:
    (place.input / "mine.py").write_text(sound_study())


def _damage(folder: Path, rng: random.Random) -> Damage:
    path = folder / "mine.py"
    if rng.random() < 0.12:
        return damage_file(path, rng)
    names = [rng.choice([*SOUND, "effect", "effect"]) for _ in range(rng.choice((1, 1, 1, 2)))]
    changes = {name: rng.choice(ODD_EFFECTS if name == "effect" else ODD_EXPRESSIONS) for name in names}
    path.write_text(TEXT.format(**SOUND | changes) + OTHER_KINDS * ("effect" not in changes))
    return Damage(", ".join(f"{name}={value}" for name, value in changes.items()))


def _arguments(place: Place) -> list[str]:
    return ["run", str(place.input / "mine.py"), "--lang", "en"]


def _own_words(ending: Ending, place: Place) -> Ending:
    """The ending; a refusal of a value of another kind must be waza's own."""
    path = place.input / "mine.py"
    changed = path.is_file() and path.read_bytes().endswith(OTHER_KINDS.encode())
    if changed and ending.verdict == REFUSED and FOREIGN.search(ending.told):
        return Ending(TRACEBACK, f"the words of an exception: {ending.told}")
    return ending


def _here(place: Place) -> Ending:
    return _own_words(commanded(_arguments(place), 120), place)


def _as_command(place: Place) -> Ending:
    return _own_words(processed(_arguments(place), place.out.parent), place)


SUBJECTS = (
    Subject("study-files", _make, (Reading("run", _here), Reading("command", _as_command, 0.04)), _damage, weight=1.5),
)
