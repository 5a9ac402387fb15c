"""The page of a study: answers first, then the figure, the reason, and in folds the rule, parts, settings and data."""

from waza.curriculum.evidence.decided import Decided
from waza.curriculum.evidence.markdown import file_name, folded, head, own_texts, table
from waza.report.bands import final_interval
from waza.report.choices import choice_rows
from waza.report.filling import in_text
from waza.report.recipe_text import recipe_text
from waza.report.summary import shown_measures
from waza.report.telling import answer_of, rule_head
from waza.report.trained import share_text, trained_note, trained_shares
from waza.report.words import grounds, labels, mean_text, number, sentence
from waza.study.claims import Finding
from waza.study.deciding import UNTIL_DECIDED
from waza.study.results import diverged
from waza.study.sweep import condensed

SHORT = 120.0  # seconds; longer times are shown in minutes


def study_page(one: Decided, language: str) -> str:
    """The page as Markdown."""
    say, told = labels(language), own_texts(language)
    words, name = one.words[language], one.exercise.name
    index = f"[{told['all_claims']}]({file_name('index', language)})"
    figure = [f"![{words.title}]({name}.{language}.png)", ""]
    lines = [*head(words.title, name, language, index), settings_line(one, language), ""]
    if words.answer:
        lines += [words.answer, ""]
    if len(one.findings) > 1:
        lines += [
            f"- [{finding.id}](#{finding.id.lower()}) {_answered(finding, one, language)}" for finding in one.findings
        ]
        lines += [""]
    if len(one.findings) != 1:
        lines += figure
    for finding in one.findings:
        lines += _claim(finding, one, language, figure if len(one.findings) == 1 else [])
    lines += [f"## {told['experiment']}", "", words.lead, ""]
    results = _results(one, language)
    if not one.findings:
        lines += [*results, ""]
    elif results:
        lines += folded(told["results"], results)
    chosen = choice_rows(one.results, one.words, language)
    if chosen:
        tuning = say["tuning"]
        heads = (say["variant"], tuning["settings"], tuning["tried"], tuning["remark"])
        lines += folded(
            tuning["title"], table(heads, [(row.variant, row.settings, str(row.tried), row.remark) for row in chosen])
        )
    recipes = [f"- {words.variant(variant)}: `{recipe_text(kept)}`" for variant, kept in one.record.settings.items()]
    lines += folded(told["recipes"], recipes)
    record = one.record
    facts = {**record.versions, **record.machine, "git": record.revision, "started": record.started}
    lines += folded(
        told["versions"], table(("", ""), [_fact(name, value, language) for name, value in facts.items() if value])
    )
    return "\n".join([*lines, told["again"].format(name=name)]) + "\n"


def _fact(name: str, value: object, language: str) -> tuple[str, str]:
    shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return own_texts(language)["facts"].get(name, name), shown


def _answered(finding: Finding, one: Decided, language: str) -> str:
    """The verdict in bold, and the answer."""
    verdict = labels(language)["verdicts"][finding.verdict]
    claim = one.words[language].claims[finding.id]
    return f"**{verdict}**{own_texts(language)['colon']}{answer_of(finding, claim, language)}"


def _claim(finding: Finding, one: Decided, language: str, figure: list[str]) -> list[str]:
    say, told = labels(language), own_texts(language)
    claim = one.words[language].claims[finding.id]
    lines = [
        f'<a id="{finding.id.lower()}"></a>',
        "",
        f"## {finding.id} {say['verdicts'][finding.verdict]}{told['colon']}{claim.statement}",
        "",
        f"**{claim.answer}**" if claim.answer else answer_of(finding, claim, language),
        "",
    ]
    for remark in claim.remarks:
        lines += [f"> {remark}", ""]
    lines += [*figure]
    if claim.truth:
        lines += [claim.truth, ""]
    if claim.why:
        lines += [f"**{say['why']}.** {claim.why}" if language == "en" else f"**{say['why']}** {claim.why}", ""]
    inside = [f"**{rule_head(claim, language)}**", "", *(f"- {line}" for line in claim.rule), ""]
    inside += [f"**{told['parts_of']}**", ""]
    for part in finding.parts:
        further = f" ({say['further']})" if part.further else ""
        verdict = f"**{say['verdicts'][part.verdict]}**{further}{told['colon']}"
        inside.append(f"- {verdict}{sentence(part, claim, language)}<br>{grounds(part, language)}{told['stop']}")
    if claim.history:
        inside += ["", f"**{say['history']}** {claim.history}"]
    inside += ["", f"**{say['notes_say']}** {claim.notes_say}"]
    return [*lines, *folded(told["details"], inside)]


def settings_line(one: Decided, language: str) -> str:
    """Data, sizes, seeds, steps, date, versions and seconds of the run, in one paragraph."""
    told, outcome, record = own_texts(language), one.outcome(), one.record
    rows = [
        told["rows"].format(split=told["splits"][split], count=in_text(count))
        for split, count in record.rows.items()
        if split in told["splits"]
    ]
    said = [told["no_data"]]
    if record.data_name:
        kind = "data" if rows else "data_alone"
        said = [told[kind].format(name=record.data_name, rows=told["joiner"].join(rows))]
    if record.splits:
        said.append(told["per_seed"])
    said.append(
        told["seeds" if outcome.steps else "seeds_only"].format(seeds=outcome.seeds, steps=in_text(outcome.steps))
    )
    if record.stopping == UNTIL_DECIDED:
        said.append(told["until_decided"])
    seconds = duration(outcome.all_seconds, language)
    if "tuning" in outcome.seconds:
        seconds = told["with_tuning"].format(total=seconds, tuning=duration(outcome.seconds["tuning"], language))
    said.append(
        told["run"].format(
            date=outcome.date,
            waza=outcome.version,
            jax=record.versions.get("jax", ""),
            seconds=seconds,
            processor=outcome.processor,
            cores=outcome.cores,
        )
    )
    return labels(language)["spacer"].join(said)


def duration(seconds: float, language: str) -> str:
    """Seconds, or minutes where they are many."""
    told = own_texts(language)
    if seconds < SHORT:
        return f"{rounded_seconds(seconds)} {told['second']}"
    return f"{rounded_seconds(seconds / 60)} {told['minute']}"


def rounded_seconds(seconds: float) -> str:
    """Whole seconds, or two digits of a few.

    >>> rounded_seconds(1234.5), rounded_seconds(0.741)
    ('1,234', '0.74')
    """
    return f"{seconds:,.0f}" if seconds >= 10 else f"{seconds:.2g}"


def _results(one: Decided, language: str) -> list[str]:
    """The table of the measures at the last step; none before training."""
    say, words = labels(language), one.words[language]
    measures = shown_measures(one.results)
    if one.results.sizes["step"] == 1 or not measures:
        return []
    results, trained = condensed(one.results), trained_shares(one.results)
    heads = [say["variant"], *(words.measure(name) for name in measures)]
    heads += [say["trained"]["head"]] if trained else []
    rows = []
    for variant in (str(name) for name in results["variant"].values):
        intervals = [final_interval(results, name, variant) for name in measures]
        cells = [f"{mean_text(i.mean)} ± {number(i.high - i.mean)}" if i.count else "-" for i in intervals]
        cells += [share_text(trained[variant], language)] if trained else []
        rows.append(
            [words.variant(variant), *cells, say["of_trials"].format(diverged(results, variant), results.sizes["seed"])]
        )
    covers = say["covers_drawn" if one.record.splits else "covers"]
    note = say["spacer"].join(filter(None, [covers, trained_note(one.results, one.words, language)]))
    return [*table([*heads, say["diverged"]], rows, right=len(heads)), "", note]
