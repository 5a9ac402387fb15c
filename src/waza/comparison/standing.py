"""Sentences on where the networks stand: beside a constant, beside the reference models, and on how many rows."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from waza.comparison.design import MARGIN
from waza.comparison.outcomes import Outcome
from waza.comparison.question import Question
from waza.comparison.splits import Splits
from waza.comparison.worth import Gap
from waza.core.language import texts
from waza.kinds.classifier.images import Images
from waza.report.words import amount
from waza.study import tuned_name


def with_standing(
    answer: str,
    question: Question,
    outcomes: Sequence[Outcome],
    constant: Gap,
    references: Sequence[Gap],
    names: dict[str, str],
    seeds: int,
    language: str,
) -> tuple[str, str]:
    """The answer, after the sentence that no network beats a constant if it is so; and what must be known of it.

    Args:
        answer: on the techniques.
        question: what was compared on which data.
        outcomes: the effect of each technique.
        constant: how far the networks are above the constant prediction.
        references: how far the best variant is above the reference models.
        names: of the variants, as they are shown.
        seeds: how many were run.
        language: of the sentences.
    """
    say, task = _texts(language), question.material.preparation.task
    drawn = isinstance(question.study.data, Splits)
    shown = {**names, **reference_names(question, language)}
    of_images = "_images" if isinstance(question.material, Images) else ""
    first, sentences = [answer], []
    if not constant.better:
        key = "no_better" if constant.high < 100 * MARGIN else f"not_shown{of_images}"
        first.insert(0, say[key].format(constant=say["constants"][task], **_facts(constant, shown, say, task)))
        closer = [names[one.technique] for one in outcomes if one.effect != "helps" and one.low > 100 * MARGIN]
        if closer:
            techniques = say["joiner"].join(closer)
            sentences.append(say["closer"].format(constant=say["constants"][task], techniques=techniques))
    if drawn and any(one.effect == "undecided" for one in outcomes):
        sentences.append(say["more_rows"])
    if references:
        clauses = [
            say["beside"]["better" if gap.better else "worse" if gap.worse else "open"].format(
                **_facts(gap, shown, say, task)
            )
            for gap in references
        ]
        best = _facts(references[0], shown, say, task)["variant"]
        sentences.append(
            say["beside"][f"sentence{of_images}"].format(variant=best, clauses=say["joiner"].join(clauses))
        )
    data = question.material.dataset
    rows = sum(len(part.y) for part in (data.train, data.validation, data.test) if part is not None)
    key = "rests_drawn" if drawn else f"rests{of_images}"
    sentences.append(say[key].format(rows=rows, splits=seeds, test=len(data.test.y)))
    return str(say["spacer"].join(first)), str(say["spacer"].join(sentences))


def reference_names(question: Question, language: str) -> dict[str, str]:
    """The names of the reference rows as they are shown."""
    return dict(_texts(language)["references"][question.material.preparation.task])


def covers_text(question: Question, language: str) -> str:
    """What the intervals cover."""
    if isinstance(question.study.data, Splits):
        return str(_texts(language)["covers_drawn"])
    return str(_texts(language)["covers_images" if isinstance(question.material, Images) else "covers"])


def _facts(gap: Gap, names: dict[str, str], say: dict[str, Any], task: str) -> dict[str, str]:
    """The texts of a gap: its variant, its reference, its points and the interval."""
    variant = next((shown for name, shown in names.items() if gap.variant == tuned_name(name)), gap.variant)
    return {
        "variant": variant.strip(),
        "reference": names.get(gap.reference, gap.reference),
        "points": f"{amount(gap.points, '')} {say['units'][task]}",
        "size": f"{amount(abs(gap.points), '')} {say['units'][task]}",
        "low": amount(gap.low, ""),
        "high": amount(gap.high, ""),
    }


def _texts(language: str) -> dict[str, Any]:
    return texts(Path(__file__).parent / "standing", language)
