"""`waza show`: show a stored run, or what was published of a study that has none here."""

import argparse
import dataclasses
import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from waza import curriculum
from waza.cli.kept import STUDY, TRAINED
from waza.core.errors import Error
from waza.core.files import write_whole
from waza.core.language import texts
from waza.core.plain import is_there
from waza.core.terminal import hand_over, tell
from waza.curriculum.outcomes import StudyOutcome, published, published_figure

PLACES = Path(__file__).parent / "places"


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

    _refuse_model(Path(options.run))
    folder = store.find(Path(options.runs), options.run)
    _tell_passed_over(folder.path, store.folders(Path(options.runs), options.run), options.lang)
    results = folder.results()
    studied = [one for one in curriculum.exercises() if one.name == record_of(results).study]
    kept = None if studied else report.read_verdicts(folder.path)
    if kept is None:
        if not studied:
            tell(f"• {texts(PLACES, options.lang)['no_verdicts'].format(folder=folder.path)}")
        findings = decide([claim for one in studied for claim in one.claims_of()], results)
        words = words_of(results, findings)
    else:
        findings, words = kept
    figures = [figure for one in studied for figure in one.figures_of()]
    if options.report:
        _write_report(folder.path, results, findings, words, options, figures, bool(studied))
    if options.png:
        write_whole(Path(options.png), report.main_png(results, words, options.lang, figures=figures))
    if _wrote_json(report.as_json(results, findings, changed_of(results)), options):
        return
    console = Terminal()
    report.print_report(results, findings, words, options.lang, console)
    print_places(folder.path, console, options.lang)


def print_places(folder: Path, console: Any, language: str) -> None:
    """Print where the report of a run is, and how its model is used, where it kept one."""
    say = texts(PLACES, language)
    model = folder / "model"
    there = is_there(folder / "report.html")
    lines = [say["report"].format(page=folder / "report.html") if there else say["no_report"].format(folder=folder)]
    if model.is_dir():
        lines += [say["model"].format(folder=model), say["use"].format(folder=shlex.quote(str(model)))]
    console.print("\n" + "\n".join(lines), soft_wrap=True)


def _tell_passed_over(shown: Path, folders: Sequence[Any], language: str) -> None:
    """Name the newer runs that are damaged, in place of which this one is shown."""
    say = texts(PLACES, language)
    newer = [one.path for one in folders if one.complete]
    for path in newer[: newer.index(shown)] if shown in newer else []:
        tell(f"• {say['damaged'].format(folder=path)}")


def _write_report(
    folder: Path, results: Any, findings: Any, words: Any, options: argparse.Namespace, figures: Any, whole: bool
) -> None:
    """Write a run's report again.

    The verdicts of a user's own study or comparison come from its claims, which the command that ran it knows alone;
    where it was killed before it wrote them, the page is written without them, and the same command makes the rest.
    """
    from waza import report

    write = report.write_report if whole else report.write_page
    write(folder, results, findings, words, options.lang, figures)


def _refuse_model(given: Path) -> None:
    """Refuse the folder of a training, whose report needs its data.

    Raises:
        Error: it is one.
    """
    if is_there(given / TRAINED) and not is_there(given / STUDY):
        raise Error(
            f"{given} is the folder of a training, and show is for runs: the same `waza fit` shows it, and writes its "
            "report where that is missing"
        )


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
