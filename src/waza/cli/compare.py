"""`waza compare`: which techniques help on a user's own table or images."""

import argparse
import dataclasses
import json
import math
import re
import shlex
from pathlib import Path
from typing import Any

from waza import compare
from waza.cli.keep import keep_compiled, writable
from waza.core.errors import Error
from waza.core.files import write_whole
from waza.core.language import texts

ORDER = ("helps", "makes no difference", "undecided", "harms")


def command(options: argparse.Namespace) -> None:
    """Prepare the data, compare the techniques, print the answer, and keep the report and the best model."""
    from rich.console import Console
    from rich.markup import escape

    from waza import report
    from waza.cli.progress import Progress
    from waza.compare import outcomes
    from waza.study import Interrupted, decide, run

    path = Path(options.table)
    if options.json:
        writable(Path(options.json))
    writable(Path(options.runs) / "run")
    name = "compare-" + (re.sub(r"[^\w.-]", "-", path.stem) or "table")
    study, prepared, notes, tried, lead = (_images if _holds_images(options.table) else _table)(options, name)
    keep_compiled()
    try:
        with Progress(name) as watch:
            results = run(study, options.runs, watch, options.fresh, options.max_seeds)
    except Interrupted as stopped:
        raise Interrupted(f"{stopped}; what was done is kept: the same command goes on from there") from None
    findings = decide(study.claims, results)
    words = {language: _words(language, path.name, prepared, lead, notes, tried) for language in report.LANGUAGES}
    folder = Path(results.attrs["folder"])
    page = folder / "report.html"
    write_whole(page, report.render_page(results, findings, words, options.lang).encode())
    model, variant = _keep_best(results, study, prepared, folder)
    found = outcomes(findings)
    say = _texts(options.lang)
    answer = _answer(found, prepared.preparation.task, int(results.sizes["seed"]), say)
    if options.json:
        summary = report.as_json(results, findings) | {
            "outcomes": [_finite(dataclasses.asdict(one)) for one in found],
            "notes": [{"kind": note.kind, **note.values} for note in notes],
            "model": str(model),
        }
        write_whole(Path(options.json), (json.dumps(summary, indent=1, ensure_ascii=False) + "\n").encode())
    console = Console()
    report.print_report(results, findings, words, options.lang, console)
    console.print()
    for note in notes:
        console.print(f"[dim]• {escape(note.say(options.lang))}[/]", highlight=False)
    console.print(f"[dim]• {say['unsplit']}[/]", highlight=False)
    console.print(f"\n[bold]{answer}[/]", highlight=False)
    label = {"en": "report", "ja": "レポート"}[options.lang]
    console.print(f"\n{label}: {page}", soft_wrap=True, highlight=False, markup=False)
    best = say["model"].format(variant=words[options.lang].variant(variant))
    use = say["use"].format(folder=shlex.quote(str(model)))
    console.print(f"{best}: {model}\n{use}", soft_wrap=True, highlight=False, markup=False)


def _table(options: argparse.Namespace, name: str) -> tuple[Any, Any, list[Any], tuple[str, ...], str]:
    """The study on a table, the prepared data, notes, what is tried, and which text leads."""
    from waza.compare import comparison
    from waza.compare.comparison import STEPS
    from waza.compare.techniques import USUAL
    from waza.data.preparation import prepare
    from waza.data.tables import choose_target, read_table

    if options.model != "mlp":
        raise Error(f"--model {options.model} is for images, and {options.table} is none of their folders: use mlp")
    frame, notes = read_table(Path(options.table))
    target, more = choose_target(frame, options.target)
    prepared = prepare(frame, target, Path(options.table).stem, options.task)
    tried = _tried(options, USUAL)
    study, _ = comparison(prepared.dataset, prepared.preparation, tried, name, options.steps or STEPS)
    return study, prepared, [*notes, *more, *prepared.notes], tried, "lead"


def _images(options: argparse.Namespace, name: str) -> tuple[Any, Any, list[Any], tuple[str, ...], str]:
    """The same on images."""
    from waza.compare.images import CONVOLUTION_SIZE, USUAL_FOR_IMAGES, image_comparison
    from waza.kinds.classifier.material import images
    from waza.kinds.classifier.networks import classifier

    classifier(options.model)
    given = images(options.table, None, CONVOLUTION_SIZE)
    tried = _tried(options, USUAL_FOR_IMAGES)
    study, _ = image_comparison(given, options.model, tried, name, options.steps)
    return study, given, list(given.notes), tried, "lead_images"


def _holds_images(given: str) -> bool:
    """Whether a folder of images or a data set's name is given, rather than a table's file."""
    from waza.data import listing

    return Path(given).is_dir() or given in [one.name for one in listing()]


def _tried(options: argparse.Namespace, usual: tuple[str, ...]) -> tuple[str, ...]:
    """The techniques that were asked for, each once."""
    given = [one.strip().replace("-", "_") for one in (options.tried or ",".join(usual)).split(",")]
    return tuple(dict.fromkeys(one for one in given if one))


def _finite(values: dict[str, Any]) -> dict[str, Any]:
    """The values as JSON can hold them: None for a number that is not finite."""
    return {name: None if isinstance(one, float) and not math.isfinite(one) else one for name, one in values.items()}


def _keep_best(results: Any, study: Any, prepared: Any, folder: Path) -> tuple[Path, str]:
    """Train the variant that is best on the validation rows once more, and keep it beside the report."""
    from waza.compare import best_variant
    from waza.engine.single import single_program, train_single
    from waza.engine.training import Plan
    from waza.kinds import Model, save_model
    from waza.study.record import record_of
    from waza.study.tuning import change, tuned_name

    best = best_variant(results)
    choices = {tuned_name(one.variant): one for one in record_of(results).tuning}
    learner = change(study.variants[choices[best].variant], choices[best].settings)
    program = single_program(learner, study.data, study.steps)
    plan = Plan(steps=study.steps, evaluate_every=study.steps, keep="last")
    variables = train_single(program, int(results["seed"][0]), plan).variables
    save_model(folder / "model", Model(learner.model, variables, prepared.preparation))
    return folder / "model", best


def _texts(language: str) -> dict[str, Any]:
    return texts(Path(compare.__file__).parent / "texts", language)


def _answer(found: list[Any], task: str, seeds: int, say: dict[str, Any]) -> str:
    """One sentence: what helps, what makes no difference, what harms."""
    from waza.report.words import number

    unit = say["points_short" if task == "classification" else "variance_short"]
    clauses = []
    for one in sorted(found, key=lambda one: ORDER.index(one.effect)):
        size = abs(one.points) if one.effect in ("helps", "harms") else one.points
        technique = say["techniques"][one.technique]
        clauses.append(say[one.effect].format(technique=technique, points=f"{number(size)} {unit}", seeds=seeds))
    return f"{say['verdict']}: " + say["joiner"].join(clauses) + say["end"]


def _words(language: str, name: str, prepared: Any, leading: str, notes: list[Any], tried: tuple[str, ...]) -> Any:
    """The report's texts: what was decided about the data, and sentences for each technique."""
    from waza.report.words import ClaimWords, PartWords, StudyWords

    say = _texts(language)
    task = prepared.preparation.task
    unit = say["points" if task == "classification" else "variance"]
    data = prepared.dataset
    lead = say[leading].format(
        target=getattr(prepared.preparation, "target", ""),
        task=say[task],
        classes=prepared.preparation.outputs,
        train=len(data.train.y),
        validation=len(data.validation.y),
        test=len(data.test.y),
    )

    def claim(one: str) -> ClaimWords:
        technique = say["techniques"][one]
        statement = say["statement"].format(technique=technique)
        sentences = (
            say[f"part_{verdict}"].format(technique=technique, unit=unit) for verdict in ("holds", "fails", "undecided")
        )
        return ClaimWords(statement, "", "", "", say["rule"], {"helps": PartWords(statement, *sentences)})

    return StudyWords(
        say["title"].format(name=name),
        say["spacer"].join([lead, *(note.say(language) for note in notes), say["unsplit"]]),
        {key: shown.strip() for key, shown in say["techniques"].items()},
        {one: claim(one) for one in tried},
        language,
    )
