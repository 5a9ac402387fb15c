"""The index: each claim with its verdict and answer, by part of the course; and the error over all studies together."""

from collections import Counter
from collections.abc import Collection, Mapping

from waza.core.language import unwrapped
from waza.curriculum.catalogue import Exercise, exercises
from waza.curriculum.evidence.markdown import anchored, file_name, head, own_texts, table
from waza.curriculum.outcomes import ClaimOutcome, StudyOutcome
from waza.report.words import labels, load_words, number, percent
from waza.study.deciding import CONFIDENCE

ORDER = ("holds", "depends", "fails", "undecided")


def index_page(outcomes: Mapping[str, StudyOutcome], pages: Collection[str], language: str) -> str:
    """The page as Markdown.

    Args:
        outcomes: of the studies, by name.
        pages: the studies that have a page.
        language: of the page.
    """
    told = own_texts(language)
    lines = head(told["title"], "index", language)
    lines += [unwrapped(told["lead"]), "", told["more"], "", _counted(outcomes, language), ""]
    if outcomes:
        lines += [error_allowed(outcomes, language), ""]
    for part, title in told["parts"].items():
        own = [exercise for exercise in exercises() if exercise.part == part]
        rows = [
            _row(claim, exercise, outcomes.get(exercise.name), exercise.name in pages, language)
            for exercise in own
            for claim in exercise.claims
        ]
        rows.sort(key=lambda row: row[0])
        lines += [
            f"## {title}",
            "",
            *table((told["claim"], told["answer"]), [row[1:] for row in rows]),
        ]
        bare = [one for one in own if not one.claims and one.name in outcomes and one.name in pages]
        if bare:
            lines += ["", told["without"], ""]
            lines += [f"- {_link(one, language)} {outcomes[one.name].answer[language]}".rstrip() for one in bare]
        lines += [""]
    return "\n".join(lines)


def error_allowed(outcomes: Mapping[str, StudyOutcome], language: str) -> str:
    """How many studies may contain a false verdict."""
    decided = [outcome for outcome in outcomes.values() if outcome.claims]
    sampled = sum(outcome.sampled for outcome in decided)
    return unwrapped(own_texts(language)["error"]).format(
        percent=percent(1 - CONFIDENCE),
        studies=len(decided),
        sampled=sampled,
        exact=len(decided) - sampled,
        expected=number(sampled * (1 - CONFIDENCE)),
    )


def _counted(outcomes: Mapping[str, StudyOutcome], language: str) -> str:
    """How many claims have which verdict."""
    told, say = own_texts(language), labels(language)
    found = Counter(claim.verdict for outcome in outcomes.values() for claim in outcome.claims.values())
    parts = [
        told["count"].format(count=found[verdict], verdict=say["verdicts"][verdict])
        for verdict in ORDER
        if found[verdict]
    ]
    return str(told["counts"].format(claims=found.total(), parts=told["joiner"].join(parts)))


def _row(
    claim: str, exercise: Exercise, outcome: StudyOutcome | None, has_page: bool, language: str
) -> tuple[tuple[str, int], str, str]:
    """A place in the order, and the cells: the claim with its link, and the verdict with the answer."""
    told, say = own_texts(language), labels(language)
    name = anchored(claim, claim, exercise.name, language) if has_page else claim
    cell = f"{name} {load_words(exercise.texts)[language].claims[claim].statement}"
    order = (claim[0], int(claim[1:]))
    found: ClaimOutcome | None = outcome.claims.get(claim) if outcome else None
    if found is None:
        return order, cell, told["not_run"]
    remarks = "".join(f"<br>({remark})" for remark in found.remarks[language])
    verdict = f"**{say['verdicts'][found.verdict]}**{told['colon']}"
    return order, cell, f"{verdict}{found.answer[language]}{remarks}"


def _link(exercise: Exercise, language: str) -> str:
    title = load_words(exercise.texts)[language].title
    return f"[{title}]({file_name(exercise.name, language)})"
