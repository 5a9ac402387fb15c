"""Comparing techniques in Python: `waza.compare`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from waza.comparison.question import MODEL, Question, ask, ask_about_images, ask_about_rows, refuse_columns
from waza.comparison.running import SEEDS, Comparison, run_comparison
from waza.core.errors import Error
from waza.data.given import is_images
from waza.data.targets import Task
from waza.engine.executors import Executor
from waza.engine.watch import Watch
from waza.kinds.classifier.images import images_in_memory
from waza.kinds.classifier.networks import network
from waza.kinds.table.material import table
from waza.study.progress import watched


def compare(
    data: Any,
    target: str | None = None,
    tried: Sequence[str] | None = None,
    model: str = MODEL,
    *,
    task: Task | None = None,
    steps: int | None = None,
    max_seeds: int = SEEDS,
    runs: str | Path | None = None,
    watch: Watch | None = None,
    fresh: bool = False,
    language: str = "en",
    groups: str | None = None,
    order: str | None = None,
    executor: Executor | None = None,
) -> Comparison:
    """Compare training techniques with a baseline, each tuned, until it is decided which help on these data.

    Args:
        data: (x, y) with arrays or lists, a pandas.DataFrame, a `waza.data.Dataset`, or a table's file, a folder of
            images or a data set's name.
        target: the column to predict, of a DataFrame or a table's file (there "y" by default).
        tried: names of techniques, as in `waza.comparison.TECHNIQUES`; by default the usual ones.
        model: the network's name; a table has "mlp".
        task: "classification" or "regression", of a table; by default as the target's values suggest.
        steps: training steps of each trial; by default 1000, and 200 for convolutional networks.
        max_seeds: the largest number of trials of each variant.
        runs: the folder of all runs, for a report and the best model, and to resume; None keeps nothing.
        watch: receives progress events, and may ask to stop. Without one, progress is shown on a terminal and in a
            notebook; `waza.Watch()` shows nothing.
        fresh: start over, even if a run was interrupted.
        language: the report's first language.
        groups: a column of a table whose values name groups, such as patients: the rows of a group are in one split,
            so that the test rows are of new groups. The column is no input.
        order: a column of dates or numbers: the latest rows are test rows. The column is no input.
        executor: computes the units of work; in this process if not given.

    Raises:
        Error: the data, a technique or the model cannot be used, or every variant diverged.
        Interrupted: `watch` asked to stop; with `runs`, the same call resumes.

    >>> found = compare("wine.csv", target="cultivar")   # doctest: +SKIP
    >>> found.answer(), found.model.predict(new_rows)      # doctest: +SKIP
    """
    with watched("compare", watch) as watching:
        question = _question(data, target, tried, model, task, steps, watching, groups, order)
        return run_comparison(question, runs, watching, fresh, max_seeds, language, executor)


def _question(
    data: Any,
    target: str | None,
    tried: Sequence[str] | None,
    model: str,
    task: Task | None,
    steps: int | None,
    watch: Watch,
    groups: str | None,
    order: str | None,
) -> Question:
    """The question about data of any form."""
    network(model)
    if isinstance(tried, str):
        raise Error(f"tried is {tried!r}; expected a list of techniques, such as ['adam', 'dropout']")
    if isinstance(data, str | Path):
        target = "y" if target is None else target
        return ask(str(data), target, tried, model, task, steps, watch.reading, groups, order)
    if is_images(data):
        if target is not None:
            raise Error(f"target={target!r} names a column of a table, and images are given: leave it out")
        refuse_columns(groups, order)
        images = images_in_memory(data)
        return ask_about_images(images, images.dataset.name, tried, model, steps)
    if model != MODEL:
        raise Error(f"{model} is for images, and the data are a table: leave model out")
    material = table(data, target, task, groups, order)
    return ask_about_rows(material, material.dataset.name, tried, steps)
