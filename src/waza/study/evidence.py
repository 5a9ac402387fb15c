"""Evidence: the newest stored run of a study, and whether it answers the study as it stands today."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from waza.core.errors import Damaged
from waza.study import store
from waza.study.conduct import asked_of
from waza.study.runner import settings_of
from waza.study.tuning import tuned_name

NUMBERS = ("seeds", "steps", "evaluate_every", "block", "devices", "first_seed")


class Difference(NamedTuple):
    """The first thing in which a stored run differs from its study.

    Args:
        kind: "version", of a package; "code", of a file; "variant", the settings of one; "added" or "removed", a
            variant; "data"; "number", such as the seeds; "tuning", or what else was asked; "damaged", the run.
        name: the package, file, variant, number or folder; "" for data and tuning.
        stored: its version or value in the run.
        now: its version or value today.
    """

    kind: str
    name: str = ""
    stored: Any = None
    now: Any = None


class Answer(NamedTuple):
    """The run that answers a study.

    Args:
        folder: the newest complete run that answers it, else the newest complete one; None where there is none.
        stale_because: the first difference between run and study; None where the run answers the study.
    """

    folder: store.RunFolder | None = None
    stale_because: Difference | None = None

    @property
    def current(self) -> bool:
        """Whether a run answers the study as it stands today."""
        return self.folder is not None and self.stale_because is None


def answering(study: Any, runs: Path) -> Answer:
    """The run with the study's own variants, data, seeds, versions and code, or the newest and why it is stale.

    A run that cannot be read answers nothing; where there are no others, the damage is the reason.
    """
    complete = [folder for folder in store.folders(runs, study.name) if folder.complete]
    if not complete:
        return Answer()
    today = settings_of(dataclasses.replace(study, tuning=None))
    asked = asked_of(study, today)
    stale = []
    for folder in complete:
        try:
            settings = folder.settings()
            if settings.get("asked") == asked:
                folder.results()
                return Answer(folder)
            stale.append((folder, settings))
        except Damaged:
            continue
    if not stale:
        return Answer(complete[0], Difference("damaged", str(complete[0].path)))
    newest, settings = stale[0]
    return Answer(newest, _difference(settings, today, study.tuning))


def _difference(stored: Mapping[str, Any], now: Mapping[str, Any], tuning: Any) -> Difference:
    """The first difference: versions, variants, code, data and numbers, in this order.

    Settings of another version of waza are not compared further, since they may be written in another way. Other
    variants may use other parts of a file, so that its digest says something only where the variants are the same.
    """
    for name in ("waza", *now["versions"]):
        pair = stored.get("versions", {}).get(name), now["versions"].get(name)
        if pair[0] != pair[1]:
            return Difference("version", name, *pair)
    kept, variants = stored.get("variants", {}), now["variants"]
    chosen = {tuned_name(name) for name in tuning.grid} if tuning else set()
    for name in (*variants, *kept):
        if name not in kept:
            return Difference("added", name)
        if name not in variants and name not in chosen:
            return Difference("removed", name)
        if name in variants and kept[name] != variants[name]:
            return Difference("variant", name)
    code = stored.get("code", {})
    for name, digest in now["code"].items():
        if code.get(name, digest) != digest:
            return Difference("code", name)
    if stored.get("data") != now["data"] or stored.get("pool") != now.get("pool"):
        return Difference("data")
    shifted = now["first_seed"] + (tuning.seeds if tuning else 0)  # the seeds before were used to choose settings
    for name in NUMBERS:
        today = shifted if name == "first_seed" else now[name]
        if stored.get(name) != today:
            return Difference("number", name, stored.get(name), today)
    for name in sorted(set(code) ^ set(now["code"])):  # a file that only one of them uses: code was moved
        return Difference("code", name)
    return Difference("tuning")
