"""Models and environments of other libraries: `.keras` files, and names of Gymnasium."""

import importlib.util
import io
import json
import random
import warnings
import zipfile
from pathlib import Path

from fuzz.damage import Damage, damage_file, damaged_bytes, other_value
from fuzz.odd_values import ODD_TEXTS
from fuzz.subject import Place, Reading, Subject
from fuzz.verdicts import Ending, commanded, judged

KERAS, NAME = "model.keras", "name.txt"
NAMES = ("CartPole-v1", "gym:CartPole-v1", "gym:CartPole", "gym:CartPole-v9", "gym:Blackjack-v1", "waza/Taxi-v4")
PIECES = ("gym:", ":", "/", "-v1", "-v", "v0", "-v99999999999999999999", "waza/", "os:", "ALE/", "..", "CartPole", " ")


def _make(place: Place) -> None:
    """A network with the layers that networks mostly have."""
    from waza.interop.keras.package import keras as package

    keras = package()
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Conv2D(2, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dropout(0.2),
            layers.Dense(3, activation="softmax"),
        ]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Keras's own, of NumPy's `__array__`
        model.save(place.input / KERAS)


def _damage(folder: Path, rng: random.Random) -> Damage:
    """Damage to the file's bytes, or to one of the files inside."""
    path = folder / KERAS
    if rng.random() < 0.3:
        return damage_file(path, rng)
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    name = rng.choice(("config.json", "config.json", *files))
    what = rng.choice(("value", "value", "value", "bytes", "missing"))
    if what == "missing":
        del files[name]
    elif what == "value" and name.endswith(".json"):
        value, what = other_value(json.loads(files[name]), rng)
        files[name] = json.dumps(value).encode()
    else:
        files[name], what = damaged_bytes(files[name], rng)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for inner, content in files.items():
            archive.writestr(inner, content)
    path.write_bytes(file.getvalue())
    return Damage(f"{name}: {what}", noticed=False)


def _read(place: Place) -> Ending:
    def call() -> str:
        import jax

        from waza.interop.keras import from_keras

        found = from_keras(place.input / KERAS)
        return f"{found.model} {jax.tree.map(lambda leaf: leaf.shape, found.variables)}"

    return judged(call)


def _named(place: Place) -> None:
    (place.input / NAME).write_text(NAMES[0])


def _other_name(folder: Path, rng: random.Random) -> Damage:
    """A name with other parts, or any text."""
    name = rng.choice(NAMES)
    if rng.random() < 0.6:
        at = rng.randrange(len(name) + 1)
        name = name[:at] + rng.choice((*PIECES, *ODD_TEXTS)) + name[at + rng.choice((0, 0, 3)) :]
    elif rng.random() < 0.5:
        name = rng.choice(("", "gym:")) + rng.choice(ODD_TEXTS)
    name = name.replace("\x00", "\x01")
    (folder / NAME).write_text(name)
    return Damage(f"the name {name[:60]!r}")


def _environment(place: Place) -> Ending:
    from waza.rl.environments.names import environment

    return judged(lambda: repr(environment((place.input / NAME).read_text())))


def _fitted(place: Place) -> Ending:
    given = ["--algorithm", "a2c", "--steps", "64", "--hidden", "8", "--out", str(place.out / "model"), "--lang", "en"]
    return commanded(["fit", "policy", *given, "--", (place.input / NAME).read_text()])


def _installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


SUBJECTS = (
    *([Subject("keras", _make, (Reading("from_keras", _read),), _damage, weight=1)] if _installed("keras") else []),
    Subject(
        "environments",
        _named,
        (Reading("environment", _environment), Reading("the whole of fit", _fitted, 0.1)),
        _other_name,
        weight=1,
    ),
)
