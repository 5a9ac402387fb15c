"""The texts of a run: those of the curriculum filled with its numbers, or general ones for a user's own study."""

from typing import Any

from waza import curriculum, report


def words_of(results: Any, findings: Any) -> Any:
    """The texts by language for the study of these results."""
    from waza.study.record import record_of

    study = record_of(results).study
    for exercise in curriculum.exercises():
        if exercise.name == study:
            values = report.values_of(exercise.numbers_of(), results)
            return report.told(report.load_words(exercise.texts), findings, values, exercise.texts, changed_of(results))
    return report.plain_words(results, findings)


def changed_of(results: Any) -> tuple[str, ...]:
    """The claims of the curriculum whose rule is not the one that the run of these results was made with."""
    from waza.study.record import record_of
    from waza.study.rules import changed_rules

    record = record_of(results)
    claims = [claim for one in curriculum.exercises() if one.name == record.study for claim in one.claims_of()]
    return changed_rules(claims, record.rules)
