"""The pages of evidence: an index, a page for each study, costs, and two essays, in both languages."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from waza.core.files import write_whole
from waza.core.language import LANGUAGES
from waza.curriculum.catalogue import exercises
from waza.curriculum.evidence.costs_page import costs_page
from waza.curriculum.evidence.decided import Decided as Decided
from waza.curriculum.evidence.decided import decided as decided
from waza.curriculum.evidence.decided import tuning_seconds as tuning_seconds
from waza.curriculum.evidence.essays import ESSAYS, essay_page
from waza.curriculum.evidence.figures import page_figure, small_figure
from waza.curriculum.evidence.index_page import error_allowed as error_allowed
from waza.curriculum.evidence.index_page import index_page
from waza.curriculum.evidence.markdown import file_name
from waza.curriculum.evidence.study_page import study_page
from waza.curriculum.outcomes import StudyOutcome, publish


def write_evidence(folder: Path, studies: Sequence[Decided], published: Mapping[str, StudyOutcome]) -> None:
    """Write the pages into a folder: those of the given studies, and the index, costs and essays of all.

    Args:
        folder: of the pages.
        studies: with a run each.
        published: the outcomes of the other studies.

    Raises:
        Error: a text has a number that is neither filled from the results nor a setting; nothing is written then.
    """
    for one in studies:
        one.check()
    outcomes = {**published, **{one.exercise.name: one.outcome() for one in studies}}
    written = {one.exercise.name for one in studies}
    for language in LANGUAGES:
        there = {one.name for one in exercises() if (folder / file_name(one.name, language)).is_file()}
        pages = {name: essay_page(name, outcomes, language) for name in ESSAYS}
        pages |= {one.exercise.name: study_page(one, language) for one in studies}
        pages["index"] = index_page(outcomes, written | there, language)
        pages["costs"] = costs_page(outcomes, written | there, language)
        for name, text in pages.items():
            write_whole(folder / file_name(name, language), text.encode())
        for one in studies:
            write_whole(folder / f"{one.exercise.name}.{language}.png", page_figure(one, language))


def write_published(folder: Path, studies: Sequence[Decided]) -> None:
    """Write what the package ships of these studies: their outcomes and small figures.

    Args:
        folder: of the files.
        studies: with a run each.
    """
    outcomes = {one.exercise.name: one.outcome() for one in studies}
    publish(folder, outcomes, [one.name for one in exercises()])
    for one in studies:
        for language in LANGUAGES:
            write_whole(folder / f"{one.exercise.name}.{language}.png", small_figure(one, language))
