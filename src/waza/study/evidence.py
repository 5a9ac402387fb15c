"""Evidence: the newest stored run that answers a study as it is asked today."""

from pathlib import Path
from typing import Any

from waza.study import store
from waza.study.conduct import asked_of


def answering(study: Any, runs: Path) -> store.RunFolder | None:
    """The newest complete run with the study's own variants, data, seeds and versions; None where none is kept."""
    asked = None
    for folder in store.folders(runs, study.name):
        if folder.complete:
            asked = asked or asked_of(study)
            if folder.settings().get("asked") == asked:
                return folder
    return None
