"""The texts of a comparison: those of its report, and the sentence that answers the question."""

import dataclasses
from collections.abc import Sequence

from waza.comparison.answer_table import ORDER, comparison_texts, outcome_table
from waza.comparison.outcomes import Outcome
from waza.comparison.question import Question
from waza.comparison.splits import Splits
from waza.comparison.standing import covers_text, reference_names
from waza.comparison.techniques import BASELINE
from waza.kinds.classifier.images import Images
from waza.report.words import StudyWords, number
from waza.study import Finding


def answer(outcomes: Sequence[Outcome], task: str, seeds: int, language: str) -> str:
    """One sentence: which techniques help, make no difference, harm.

    >>> answer([Outcome("adam", "helps", 2.0, 1.5, 2.5)], "classification", 10, "en")
    'On your data: Adam helps by 2 points.'
    >>> answer([Outcome("weight_decay", "helps", 1.2, 1.1, 1.3, True, 0, "adam")], "classification", 10, "en")
    'On your data: Adam with weight decay helps by 1.2 points against Adam alone, close to the bound.'
    """
    say = comparison_texts(language)
    unit = say["points_short" if task == "classification" else "variance_short"]
    clauses = []
    for one in sorted(outcomes, key=lambda one: ORDER.index(one.effect)):
        size = abs(one.points) if one.effect in ("helps", "harms") else one.points
        technique = say["techniques"][one.technique]
        points = f"{number(size)} {unit}"
        if one.reference != BASELINE:
            points = say["against"].format(points=points, reference=say["techniques"][one.reference])
        if one.near:
            points = say["near"].format(points=points)
        clauses.append(say[one.effect].format(technique=technique, points=points, seeds=seeds, diverged=one.diverged))
    return f"{say['verdict']}: " + say["joiner"].join(clauses) + say["end"]


def study_words(
    question: Question,
    findings: Sequence[Finding],
    outcomes: Sequence[Outcome],
    best: str,
    seeds: int,
    language: str,
    answer: str,
    standing: str,
) -> StudyWords:
    """The report's texts: the answer with its table, the data, and what was decided about them.

    Args:
        question: what was compared on which data.
        findings: the verdict on each technique.
        outcomes: the effect of each technique.
        best: the variant of the model that is kept.
        seeds: how many were run.
        language: of the texts.
        answer: the sentences that come first.
        standing: the sentences below the table.
    """
    say = comparison_texts(language)
    material = question.material
    preparation, data = material.preparation, material.dataset
    assert data.validation is not None
    lead = say["lead_images" if isinstance(material, Images) else "lead"].format(
        target=getattr(preparation, "target", ""),
        task=say[preparation.task],
        classes=preparation.outputs,
        train=len(data.train.y),
        validation=len(data.validation.y),
        test=len(data.test.y),
    )
    return StudyWords(
        say["title"].format(name=question.shown),
        lead,
        {key: shown.strip() for key, shown in say["techniques"].items()} | reference_names(question, language),
        {},
        language,
        answer=answer,
        outcomes=dataclasses.replace(
            outcome_table(
                findings,
                outcomes,
                best,
                preparation.task,
                seeds,
                language,
                isinstance(question.study.data, Splits),
                isinstance(material, Images),
            ),
            standing=standing,
            notes=(*(note.say(language) for note in material.notes), covers_text(question, language)),
        ),
    )
