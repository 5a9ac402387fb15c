"""From a user's data to the question: which study compares which techniques on them."""

import dataclasses
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from waza.comparison.design import BASELINE, STEPS, comparison
from waza.comparison.images import USUAL_FOR_IMAGES, image_comparison
from waza.comparison.splits import Splits, splits_of
from waza.comparison.techniques import USUAL
from waza.core.errors import Error
from waza.core.given_files import is_folder
from waza.core.measure import named
from waza.data import Note, listing
from waza.data.notes import with_notes
from waza.data.preparation import prepare
from waza.data.tables import choose_target, read_table
from waza.data.targets import Task
from waza.kinds.classifier.images import Images, images
from waza.kinds.classifier.networks import network
from waza.kinds.material import Material
from waza.learners import Measure
from waza.study import Study

MODEL = "mlp"
SPLITS = 20
FEW_TEST_ROWS = 5000  # with more, the choice of rows moves a difference by clearly less than a point
MOST_BYTES = 2**30  # of the rows of all seeds, which are evaluated at once
IMAGE_SIZE = (32, 32)


@dataclasses.dataclass(frozen=True)
class Question:
    """Techniques to compare on a user's data.

    Args:
        shown: the data's name as the report shows it.
        study: the baseline and a variant for each technique.
        material: the data, their preparation, and notes on them.
        tried: the techniques' names.
    """

    shown: str
    study: Study
    material: Material
    tried: tuple[str, ...]

    def measure(self, name: str) -> Measure:
        """The measure of this name, as the baseline declares it."""
        return named(self.study.variants[BASELINE].measures(self.study.data), name)


def ask(
    data: str,
    target: str = "y",
    tried: Sequence[str] | None = None,
    model: str = MODEL,
    task: Task | None = None,
    steps: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    groups: str | None = None,
    order: str | None = None,
) -> Question:
    """The question about a table's file, a folder of images by class, or a data set.

    Args:
        data: the file, the folder or the data set's name.
        target: the table's column to predict.
        tried: names of techniques; by default the usual ones.
        model: the network's name; a table has "mlp".
        task: "classification" or "regression"; by default as the target's values suggest.
        steps: training steps of each trial; by default 1000, and 200 for convolutional networks.
        progress: called with (images decoded, images in all).
        groups: a column of a table whose values name groups, such as patients, which the split keeps whole.
        order: a column of dates or numbers, of which the latest are held out.

    Raises:
        Error: the data, a technique or the model cannot be used.
    """
    if is_folder(data) or data in [one.name for one in listing()]:
        network(model)
        refuse_columns(groups, order)
        given = images(data, None, IMAGE_SIZE, progress)
        return ask_about_images(given, Path(data).name, tried, model, steps)
    if model != MODEL:
        raise Error(f"--model {model} is for images, and {data} is not a folder of images: use {MODEL}")
    frame, notes = read_table(Path(data))
    return ask_about_table(frame, Path(data).name, target, tried, task, steps, notes, groups, order)


def ask_about_table(
    frame: Any,
    shown: str,
    target: str = "y",
    tried: Sequence[str] | None = None,
    task: Task | None = None,
    steps: int | None = None,
    notes: Sequence[Note] = (),
    groups: str | None = None,
    order: str | None = None,
) -> Question:
    """The question about a table, a pandas.DataFrame; the other arguments are those of `ask`."""
    with with_notes(notes):
        target, more = choose_target(frame, target)
        prepared = prepare(frame, target, Path(shown).stem, task, groups=groups, order=order)
    said = (*notes, *more, *prepared.notes)
    material = Material(prepared.dataset, prepared.preparation, said, prepared.drawn, prepared.groups)
    return ask_about_rows(material, shown, tried, steps)


def ask_about_rows(
    material: Material, shown: str, tried: Sequence[str] | None = None, steps: int | None = None
) -> Question:
    """The question about a table that is prepared; the other arguments are those of `ask`."""
    techniques = _techniques(tried, USUAL)
    splits = drawn_again(material)
    study = comparison(material.dataset, material.preparation, techniques, _name(shown), steps or STEPS, splits=splits)
    return Question(shown, study, material, techniques)


def drawn_again(material: Material) -> Splits | None:
    """Splits for each seed, where one split would decide too much and the rows may be divided otherwise."""
    data = material.dataset
    rows = sum(len(part.y) for part in (data.train, data.validation, data.test) if part is not None)
    few = len(data.test.y) < FEW_TEST_ROWS and SPLITS * rows * data.train.x[0].nbytes <= MOST_BYTES
    return splits_of(data, SPLITS, material.groups) if material.drawn and few else None


def ask_about_images(
    given: Images, shown: str, tried: Sequence[str] | None = None, model: str = MODEL, steps: int | None = None
) -> Question:
    """The question about images; the other arguments are those of `ask`."""
    techniques = _techniques(tried, USUAL_FOR_IMAGES)
    return Question(shown, image_comparison(given, model, techniques, _name(shown), steps), given, techniques)


def refuse_columns(groups: str | None, order: str | None) -> None:
    """Refuse columns of a table where images are given."""
    for option, name in (("groups", groups), ("order", order)):
        if name is not None:
            raise Error(f"{option}={name!r} names a column of a table, and images are given: leave it out")


def _name(shown: str) -> str:
    """The study's name, which is also that of its folder."""
    return "compare-" + (re.sub(r"[^\w.-]", "-", Path(shown).stem) or "table")


def _techniques(tried: Sequence[str] | None, usual: Sequence[str]) -> tuple[str, ...]:
    """The techniques, each once; hyphens in a name are read as underscores."""
    given = usual if tried is None else [one.strip().replace("-", "_") for one in tried]
    return tuple(dict.fromkeys(one for one in given if one))
