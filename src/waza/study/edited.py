"""A run that was cut off, and a study whose code was edited since."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from waza.core.errors import Error
from waza.engine.code import is_users
from waza.study import store

CODE = ("code", "closure", "defaults")  # parts of a described function that its code decides
SAME = ("data", "pool", "seeds", "first_seed", "steps", "evaluate_every", "block", "devices", "versions")


def check_unedited(runs: Path, study: str, settings: Mapping[str, Any]) -> None:
    """Refuse to start over in silence where the newest run was cut off and only the user's own code has changed.

    Args:
        runs: the run store.
        study: the study's name.
        settings: of the run that would begin.

    Raises:
        Error: it names what changed, and says how to go on and how to start over.
    """
    newest, stored = next(iter(store.readable(runs, study)), (None, None))
    if newest is None or stored is None or newest.complete:
        return
    with newest.held() as mine:
        changed = edits(stored, settings) if mine else []
    if changed:
        raise Error(
            f"the run {newest.path} was cut off, and {', '.join(changed)} changed since: undo the change to go on with "
            "it, or start over with --fresh (in Python fresh=True)"
        )


def edits(stored: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What of the user's own code changed since a run; nothing where other settings differ too."""
    if any(stored.get(name) != now.get(name) for name in SAME):
        return []
    before, variants = stored.get("variants", {}), now["variants"]
    if _without_code(before) != _without_code(variants):
        return []
    digests = [settings.get("code", {}) for settings in (stored, now)]
    files = [name for name in digests[0] | digests[1] if digests[0].get(name) != digests[1].get(name)]
    if not all(map(is_users, files)):
        return []
    functions = [f"a function of {name!r}" for name in variants if before[name] != variants[name]]
    return files or functions


def _without_code(described: Any) -> Any:
    """A description without the digests of functions' code."""
    if isinstance(described, Mapping):
        return {name: _without_code(value) for name, value in described.items() if name not in CODE}
    return [_without_code(one) for one in described] if isinstance(described, list) else described
