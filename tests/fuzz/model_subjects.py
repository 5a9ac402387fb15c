"""Folders of trained models of every kind, and of trainings that were stopped."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from fuzz.data_subjects import SUBJECTS as DATA
from fuzz.subject import Place, Reading, Subject
from fuzz.verdicts import FINE, REFUSED, Ending, commanded, judged, processed
from waza.core.sealed import sum_of
from waza.engine.watch import Watch

OLD = Path(__file__).parents[1] / "fixtures" / "v0.1"


def digest(folder: Path) -> str:
    """What a loaded model computes: its layers, variables and preparation. Its history may be missing."""
    from waza.core.paths import named_leaves
    from waza.engine.describe import describe
    from waza.kinds import load_model

    model = load_model(folder)
    arrays = {name: sum_of(np.asarray(leaf).tobytes()) for name, leaf in named_leaves(model.variables).items()}
    about = None if model.preparation is None else model.preparation.to_json()
    return json.dumps([describe(model.model), arrays, about], ensure_ascii=False, default=str)


def _loaded(place: Place) -> Ending:
    return judged(lambda: digest(place.input / "model"))


def data_beside(name: str, place: Place) -> None:
    """The sound data of a kind, beside."""
    subject = next(one for one in DATA if one.name == name)
    subject.make(place._replace(input=place.beside))


class Trained:
    """A model that `waza fit` trains for a few steps, and how it is used.

    Args:
        data: the kind of its data, which lie beside; "" for none.
        fit: the arguments of the command; "@" stands for the folder beside.
        use: the further arguments of `waza use`.
    """

    def __init__(self, data: str, fit: str, use: str):
        self.data, self.fit, self.use = data, fit, use

    def arguments(self, place: Place, out: Path) -> list[str]:
        """Those of `waza fit`, or of `waza campaign`."""
        given = self.fit.replace("@", str(place.beside)).split()
        return [*given, "--out", str(out), "--lang", "en"]

    def make(self, place: Place) -> None:
        """Train the model."""
        if self.data:
            data_beside(self.data, place)
        ending = commanded(self.arguments(place, place.input / "model"), 600)
        assert ending.verdict == FINE, ending

    def used(self, place: Place) -> list[str]:
        """The arguments of `waza use`."""
        words = [word.replace("@", str(place.beside)) for word in self.use.split()]
        return ["use", str(place.input / "model"), *words, "--lang", "en"]

    def readings(self) -> tuple[Reading, ...]:
        """Loading, using here, using as a command, and the same training again."""
        return (
            Reading("load", _loaded, 1, sealed=True),
            Reading("use", lambda place: commanded(self.used(place)), 0.4, sealed=True),
            Reading(
                "use, as a command", lambda place: processed(self.used(place), place.out.parent), 0.03, sealed=True
            ),
            Reading("fit again", self.again, 0.1, sealed=True),
            Reading("runs list", lambda place: _listed(place, "runs", "list"), 0.1),
            Reading("list", lambda place: _listed(place, "list"), 0.1),
        )

    def again(self, place: Place) -> Ending:
        """The same command on the folder, which goes on or says that all is done; the model must be the same."""
        work = place.out.parent / "input" / "model"
        ending = commanded(self.arguments(place, work), 180)
        return judged(lambda: weights(work)) if ending.verdict == FINE else ending


class AfterSegments(Watch):
    """Asks to stop after so many segments."""

    def __init__(self, segments: int):
        self.left = segments

    def advance(self, steps: int) -> None:
        """A segment has ended."""
        self.left -= steps > 0

    def stop_asked(self) -> bool:
        """Whether all of them have."""
        return self.left <= 0


def weights(folder: Path) -> str:
    """The model that a training left, and what it measured; a campaign measures in its report alone."""
    result = folder / "result.json"
    measures = json.loads(result.read_bytes())["measures"] if result.exists() else None
    return json.dumps([json.loads(digest(folder)), measures], sort_keys=True)


def _listed(place: Place, *arguments: str) -> Ending:
    """A list, which a damaged folder never stops."""
    (place.out.parent / "runs").mkdir(exist_ok=True)
    if (place.input / "model").exists():  # where the lists look for models
        shutil.move(place.input / "model", place.out.parent / "model")
    ending = commanded(arguments)
    return ending._replace(verdict="traceback", told=f"no list: {ending.told}") if ending.verdict == REFUSED else ending


FEW = "--steps 3 --batch-size 16"
MODELS: Mapping[str, Trained] = {
    "table": Trained("tables", f"fit mlp @/wine.csv --target cultivar --hidden 4 {FEW}", "--input @/wine.csv"),
    "image": Trained("images", f"fit mlp @/photos --size 8x8 {FEW}", "--input @/photos/a/00.png"),
    "text": Trained(
        "texts", "fit language-model @/corpus.txt --width 8 --depth 1 --steps 3", "--prompt the --length 9"
    ),
    "translator": Trained(
        "parallel",
        f"fit translator --source @/sentences.en --target @/sentences.ja --tokens words --width 8 --depth 1 {FEW}",
        "house --beam 1",
    ),
    "vae": Trained(
        "images", f"fit vae @/photos --size 8x8 --hidden 8 --latent 2 {FEW}", "--sample 4 --png out/new.png"
    ),
    "word2vec": Trained("corpora", "fit word2vec @/corpus.txt --width 8 --steps 3", "--nearest the"),
    "dialogue": Trained(
        "dialogues", f"fit dialogue @/dialogues.jsonl --width 8 --latent 2 {FEW}", "--input @/dialogues.jsonl --beam 1"
    ),
    "policy": Trained("", "fit policy CartPole-v1 --algorithm a2c --steps 64 --hidden 8", "--episodes 2"),
    "campaign": Trained(
        "logs", "campaign @/campaign.csv --arm mail --reward visited --steps 3", "--input @/campaign.csv"
    ),
}


def _old(place: Place) -> None:
    shutil.copytree(OLD / "models" / "table", place.input / "model")
    shutil.copytree(OLD / "inputs", place.beside, dirs_exist_ok=True)


def saved_model(folder: Path) -> None:
    """A model of a table in today's format, which is not trained here."""
    from waza.kinds import load_model, save_model

    model = load_model(OLD / "models" / "table")
    object.__setattr__(model, "history", ({"step": 0, "validation_loss": 1.5}, {"step": 9, "validation_loss": 0.5}))
    save_model(folder, model)


def _saved(place: Place) -> None:
    saved_model(place.input / "model")
    shutil.copytree(OLD / "inputs", place.beside, dirs_exist_ok=True)


def _rows(place: Place) -> Ending:
    return commanded(["use", str(place.input / "model"), "--input", str(place.beside / "rows.csv")])


class Stopped(Trained):
    """A training that was stopped after its first checkpoint."""

    def make(self, place: Place) -> None:
        """Train until a stop is asked for."""
        from waza.engine.watch import Interrupted
        from waza.kinds.fitting import fit_in_folder
        from waza.kinds.registry import fit_options

        data_beside(self.data, place)
        words = self.fit.replace("@", str(place.beside)).split()[1:]
        options: Any = {word[2:].replace("-", "_"): words[i + 1] for i, word in enumerate(words) if word[:2] == "--"}
        try:
            fit_in_folder(fit_options(words[0], words[1], options), place.input / "model", AfterSegments(1))
        except Interrupted:
            return
        raise AssertionError("the training ended before it was stopped")

    def readings(self) -> tuple[Reading, ...]:
        """The same command goes on."""
        return (Reading("go on", self.again, sealed=True),)


STOPPED = Stopped("tables", "fit mlp @/wine.csv --target cultivar --hidden 4 --steps 40000 --batch-size 16", "")
QUICK = (Reading("load", _loaded, sealed=True), Reading("use", _rows, 0.3, sealed=True))
SUBJECTS = (
    Subject("model-saved", _saved, QUICK, weight=1),
    Subject("model-old", _old, tuple(Reading(one.name, one.end, one.weight) for one in QUICK), weight=0.6),
    *(Subject(f"model-{name}", one.make, one.readings(), trained=True, weight=0.7) for name, one in MODELS.items()),
    Subject("fit-stopped", STOPPED.make, STOPPED.readings(), trained=True, weight=0.3),
)
