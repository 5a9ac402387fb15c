"""The texts of a comparison: those of its report, and the sentence that answers the question."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from waza.comparison.outcomes import Outcome
from waza.comparison.question import Question
from waza.comparison.standing import covers_text, reference_names
from waza.comparison.techniques import BASELINE, reference_of
from waza.core.language import texts
from waza.kinds.classifier.images import Images
from waza.report.words import ClaimWords, PartWords, StudyWords, number

ORDER = ("helps", "makes no difference", "does not help", "undecided", "diverges", "harms")


def comparison_texts(language: str) -> dict[str, Any]:
    """The texts beside this file."""
    return texts(Path(__file__).parent / "texts", language)


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


def study_words(question: Question, language: str, answer: str) -> StudyWords:
    """The report's texts: the answer, the data and what was decided about them, and sentences for each technique."""
    say = comparison_texts(language)
    material = question.material
    preparation, data = material.preparation, material.dataset
    assert data.validation is not None
    classified = preparation.task == "classification"
    unit, bound = say["points" if classified else "variance"], say["bound" if classified else "variance_bound"]
    lead = say["lead_images" if isinstance(material, Images) else "lead"].format(
        target=getattr(preparation, "target", ""),
        task=say[preparation.task],
        classes=preparation.outputs,
        train=len(data.train.y),
        validation=len(data.validation.y),
        test=len(data.test.y),
    )

    def claim(one: str) -> ClaimWords:
        names = {
            "technique": say["techniques"][one],
            "reference": say["techniques"][reference_of(one)],
            "unit": unit,
            "bound": bound,
        }
        parts = {
            part: PartWords(*(line.format(**names) for line in say["parts"][part].values())) for part in say["parts"]
        }
        rule = tuple(line.format(**names) for line in say["rule"])
        return ClaimWords(parts["helps"].statement, "", "", "", rule, parts)

    return StudyWords(
        say["title"].format(name=question.shown),
        say["spacer"].join([lead, *(note.say(language) for note in material.notes), covers_text(question, language)]),
        {key: shown.strip() for key, shown in say["techniques"].items()} | reference_names(question, language),
        {one: claim(one) for one in question.tried},
        language,
        answer=answer,
    )
