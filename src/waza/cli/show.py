"""`waza show`: show a stored run."""

import argparse
import json
from pathlib import Path

from waza import curriculum
from waza.core.files import write_whole


def command(options: argparse.Namespace) -> None:
    """Print the run's table and verdicts; write its figure as PNG or its numbers as JSON if asked for."""
    from rich.console import Console

    from waza import report
    from waza.cli.words import words_of
    from waza.study import decide, store
    from waza.study.record import record_of

    folder = store.find(Path(options.runs), options.run)
    results = folder.results()
    studied = [one for one in curriculum.exercises() if one.name == record_of(results).study]
    findings = decide([claim for one in studied for claim in one.claims_of()], results)
    words = words_of(results, findings)
    figures = [figure for one in studied for figure in one.figures_of()]
    if options.png:
        write_whole(Path(options.png), report.main_png(results, words, options.lang, figures=figures))
    if options.json:
        text = json.dumps(report.as_json(results, findings), indent=1, ensure_ascii=False) + "\n"
        if options.json == "-":
            print(text, end="")
            return
        write_whole(Path(options.json), text.encode())
    console = Console()
    report.print_report(results, findings, words, options.lang, console)
    console.print(f"\n{folder.path / 'report.html'}", soft_wrap=True, highlight=False)
