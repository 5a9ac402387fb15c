"""All kinds of input."""

from fuzz import (
    argument_subjects,
    data_subjects,
    foreign_subjects,
    model_subjects,
    store_subjects,
    study_subjects,
    use_subjects,
)

SUBJECTS = (
    *data_subjects.SUBJECTS,
    *model_subjects.SUBJECTS,
    *use_subjects.SUBJECTS,
    *store_subjects.SUBJECTS,
    *foreign_subjects.SUBJECTS,
    *study_subjects.SUBJECTS,
    *argument_subjects.SUBJECTS,
)
