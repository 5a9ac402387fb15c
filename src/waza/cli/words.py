"""The texts of a run: those of the curriculum, or general ones for a user's own study."""

from typing import Any

from waza import curriculum, report


def words_of(results: Any, findings: Any) -> Any:
    """The texts by language for the study of these results."""
    from waza.study.record import record_of

    study = record_of(results).study
    for exercise in curriculum.exercises():
        if exercise.name == study:
            return report.load_words(exercise.texts)
    return report.plain_words(results, findings)
