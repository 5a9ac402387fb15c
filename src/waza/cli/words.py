"""The texts of a run: those of the curriculum, or general ones for a user's own study."""

from typing import Any

from waza import curriculum, report


def words_of(results: Any, findings: Any) -> Any:
    """The texts by language for the study of these results."""
    for exercise in curriculum.exercises():
        if exercise.name == results.attrs["study"]:
            return report.load_words(exercise.texts)
    return report.plain_words(results, findings)
