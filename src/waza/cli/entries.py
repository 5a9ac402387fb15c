"""What `waza claims` lists: a claim with what came of it, and the words for why a stored run is stale."""

import dataclasses
from pathlib import Path
from typing import Any

from waza.core.language import texts
from waza.curriculum.outcomes import ClaimOutcome, StudyOutcome

RUN, PUBLISHED, NOT_RUN = "run", "published", "not run"


@dataclasses.dataclass(frozen=True)
class Entry:
    """A claim as it is listed.

    Args:
        id: of the claim.
        study: the name of the study that decides it.
        source: `RUN`, `PUBLISHED` or `NOT_RUN`.
        claim, outcome: what came of it and of its study; None where it was not run.
        stale_because: the first difference between the newest stored run and the study; None without any.
    """

    id: str
    study: str
    source: str = NOT_RUN
    claim: ClaimOutcome | None = None
    outcome: StudyOutcome | None = None
    stale_because: Any = None


def claims_texts(language: str) -> dict[str, Any]:
    """The texts of this command."""
    return texts(Path(__file__).parent / "claims", language)


def reason(difference: Any, language: str) -> str:
    """Why a run is stale, such as "nn/dropout.py changed"."""
    say = claims_texts(language)
    named = difference._asdict()
    if difference.kind == "number":
        named["name"] = say["numbers"][difference.name]
    return str(say["reasons"][difference.kind].format(**named))
