"""What a trained model is used on: damaged files, and words of every kind."""

import json
import random
import shutil
from collections.abc import Mapping
from pathlib import Path

from fuzz.damage import Damage
from fuzz.model_subjects import MODELS, saved_model
from fuzz.odd_values import ODD_TEXTS
from fuzz.subject import Place, Reading, Subject
from fuzz.verdicts import Ending, commanded

WORDS = "words.json"


class Used:
    """A sound model beside, and what it is used on.

    Args:
        of: the name of the model in `MODELS`.
        use: the further arguments of `waza use`; "@" stands for the folder of the input, "%" for a word.
        files: of the model's data that are the input; without any it is a word.
    """

    def __init__(self, of: str, use: str, *files: str):
        self.trained, self.use, self.files = MODELS[of], use, files

    def make(self, place: Place) -> None:
        """Train the model beside, and put what it is used on into the input."""
        self.trained.make(place._replace(input=place.beside))
        _put(place, self.files)

    def ending(self, place: Place) -> Ending:
        """How `waza use` ends."""
        words = [word.replace("@", str(place.input)) for word in self.use.split()]
        if not self.files and (place.input / WORDS).is_file():
            word = json.loads((place.input / WORDS).read_text())
            words = [word if one == "%" else one for one in words]
        return commanded(["use", str(place.beside / "model"), *words, "--lang", "en"])

    def subject(self, name: str) -> Subject:
        """The kind of input."""
        damage = {} if self.files else {"damage": _other_word}
        return Subject(f"use-{name}", self.make, (Reading("use", self.ending),), trained=True, weight=0.5, **damage)


def _put(place: Place, files: tuple[str, ...]) -> None:
    for file in files:
        (place.input / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(place.beside / file, place.input / file)
    if not files:
        (place.input / WORDS).write_text(json.dumps("the"))


def _other_word(folder: Path, rng: random.Random) -> Damage:
    """Another text than the sound one, of several words in half of the cases."""
    words = [rng.choice((*ODD_TEXTS, "the", "house")).replace("\x00", "\x01") for _ in range(rng.choice((1, 1, 2, 40)))]
    (folder / WORDS).write_text(json.dumps(" ".join(words)))
    return Damage(f"words: {' '.join(words)[:60]!r}")


USED: Mapping[str, Used] = {
    "image": Used("image", "--input @/photos/a/00.png @/photos/b/01.jpg", "photos/a/00.png", "photos/b/01.jpg"),
    "translator": Used("translator", "--input @/sentences.en --beam 1", "sentences.en"),
    "vae": Used("vae", "--encode @/photos/a/00.png", "photos/a/00.png"),
    "dialogue": Used("dialogue", "--input @/dialogues.jsonl --beam 1", "dialogues.jsonl"),
    "campaign": Used("campaign", "--input @/campaign.csv", "campaign.csv"),
    "prompt": Used("text", "--prompt % --length 9"),
    "nearest": Used("word2vec", "--nearest %"),
    "sentence": Used("translator", "% --beam 1"),
}


def _rows(place: Place) -> None:
    saved_model(place.beside / "model")
    shutil.copy(Path(__file__).parents[1] / "fixtures/v0.1/inputs/rows.csv", place.input / "rows.csv")


def _predicted(place: Place) -> Ending:
    return commanded(["use", str(place.beside / "model"), "--input", str(place.input / "rows.csv"), "--lang", "en"])


SUBJECTS = (
    Subject("use-table", _rows, (Reading("use", _predicted),), weight=1),
    *(one.subject(name) for name, one in USED.items()),
)
