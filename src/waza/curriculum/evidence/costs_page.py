"""The page of costs: the seconds of each study, from the records of the runs."""

from collections.abc import Collection, Mapping

from waza.core.language import unwrapped
from waza.curriculum.catalogue import exercises
from waza.curriculum.evidence.markdown import file_name, head, own_texts, table
from waza.curriculum.evidence.study_page import rounded_seconds
from waza.curriculum.outcomes import StudyOutcome
from waza.report.filling import in_text

STAGES = ("compile", "train", "tuning")


def costs_page(outcomes: Mapping[str, StudyOutcome], pages: Collection[str], language: str) -> str:
    """The page as Markdown.

    Args:
        outcomes: of the studies, by name.
        pages: the studies that have a page.
        language: of the page.
    """
    told = own_texts(language)
    say = told["costs"]
    known = [(one, outcomes[one.name]) for one in exercises() if one.name in outcomes]
    rows = [
        (
            f"[{one.name}]({file_name(one.name, language)})" if one.name in pages else one.name,
            " ".join(one.claims),
            in_text(outcome.seeds),
            in_text(outcome.steps),
            *(_seconds(outcome.seconds.get(stage)) for stage in STAGES),
            _seconds(outcome.all_seconds),
        )
        for one, outcome in known
    ]
    sums = [sum(outcome.seconds.get(stage, 0.0) for _, outcome in known) for stage in STAGES]
    total = sum(outcome.all_seconds for _, outcome in known)
    rows.append((f"**{say['all']}**", "", "", "", *map(_seconds, sums), f"**{_seconds(total)}**"))
    heads = [say[name] for name in ("study", "claims", "seeds", "steps", *STAGES, "total")]
    machines = dict.fromkeys((outcome.processor, outcome.cores) for _, outcome in known)
    index = f"[{told['all_claims']}]({file_name('index', language)})"
    lines = [*head(say["title"], "costs", language, index), unwrapped(say["lead"]), ""]
    lines += [*table(heads, rows, right=len(heads) - 2), ""]
    shown = told["joiner"].join(say["machine"].format(processor=name, cores=cores) for name, cores in machines)
    return "\n".join([*lines, say["all_together"].format(machine=shown, minutes=rounded_seconds(total / 60))]) + "\n"


def _seconds(seconds: float | None) -> str:
    return rounded_seconds(seconds) if seconds else ""
