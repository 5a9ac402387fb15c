"""The texts that belong to a run: the curriculum's, or plain ones for a user's own study."""

from typing import Any

from waza import curriculum, report


def words_of(results: Any, findings: Any) -> Any:
    """Texts by language, for the study that these results are of."""
    from waza.study.record import record_of

    study = record_of(results).study
    for exercise in curriculum.exercises():
        if exercise.name == study:
            return report.load_words(exercise.texts)
    return report.plain_words(results, findings)
