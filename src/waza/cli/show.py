"""`waza show`: show a stored run, or what was published of a study that has none here."""

import argparse
import dataclasses
import json
import shlex
from pathlib import Path
from typing import Any

from waza import curriculum
from waza.core.files import write_whole
from waza.core.language import texts
from waza.core.terminal import hand_over
from waza.curriculum.outcomes import StudyOutcome, published, published_figure


def command(options: argparse.Namespace) -> None:
    """Print the run's table and verdicts; write its figure as PNG or its numbers as JSON if asked for."""
    outcome = published().get(options.run)
    if outcome is not None and not any((Path(options.runs) / options.run).glob("*/results.nc")):
        _show_published(outcome, options)
        return
    from waza import report
    from waza.cli.words import changed_of, words_of
    from waza.core.console import Terminal
    from waza.study import decide, store
    from waza.study.record import record_of

    folder = store.find(Path(options.runs), options.run)
    results = folder.results()
    studied = [one for one in curriculum.exercises() if one.name == record_of(results).study]
    kept = None if studied else report.read_verdicts(folder.path)
    if kept is None:
        findings = decide([claim for one in studied for claim in one.claims_of()], results)
        words = words_of(results, findings)
    else:
        findings, words = kept
    figures = [figure for one in studied for figure in one.figures_of()]
    if options.png:
        write_whole(Path(options.png), report.main_png(results, words, options.lang, figures=figures))
    if _wrote_json(report.as_json(results, findings, changed_of(results)), options):
        return
    console = Terminal()
    report.print_report(results, findings, words, options.lang, console)
    print_places(folder.path, console, options.lang)


def print_places(folder: Path, console: Any, language: str) -> None:
    """Print where the report of a run is, and how its model is used, where it kept one."""
    say = texts(Path(__file__).parent / "places", language)
    model = folder / "model"
    lines = [say["report"].format(page=folder / "report.html")]
    if model.is_dir():
        lines += [say["model"].format(folder=model), say["use"].format(folder=shlex.quote(str(model)))]
    console.print("\n" + "\n".join(lines), soft_wrap=True)


def _show_published(outcome: StudyOutcome, options: argparse.Namespace) -> None:
    """Print the answers of a study as they were published; the figure and the JSON are the published ones too."""
    from waza.cli.answers import print_outcome

    figure = published_figure(options.run, options.lang)
    if options.png and figure is not None:
        write_whole(Path(options.png), figure.read_bytes())
    if not _wrote_json(dataclasses.asdict(outcome), options):
        print_outcome(curriculum.exercise(options.run), outcome, options.runs, options.lang)


def _wrote_json(summary: dict[str, Any], options: argparse.Namespace) -> bool:
    """Write the JSON if it is asked for; True if it was printed instead."""
    if not options.json:
        return False
    text = json.dumps(summary, indent=1, ensure_ascii=False) + "\n"
    if options.json == "-":
        hand_over(text)
        return True
    write_whole(Path(options.json), text.encode())
    return False
