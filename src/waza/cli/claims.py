"""`waza claims`: the claims of the notes with their answers, from stored runs or as published."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from waza import curriculum
from waza.cli.entries import NOT_RUN, PUBLISHED, RUN, Entry, reason
from waza.cli.keep import keep_compiled, writable
from waza.cli.on import executor_of
from waza.core.errors import Error, nearest
from waza.core.files import write_whole
from waza.core.terminal import tell
from waza.curriculum.outcomes import StudyOutcome, published

FIGURES = ("effect", "low", "high", "confidence", "seeds")


def command(options: argparse.Namespace) -> None:
    """Print the answers; run what is missing or stale, and write the pages of evidence, where asked for."""
    ids = [one.upper() for one in options.run or ()]
    known = [claim for exercise in curriculum.exercises() for claim in exercise.claims]
    for one in ids:
        if one not in known:
            raise Error(f"no claim is called {one!r}: {nearest(one, sorted(known))}")
    for folder in (options.evidence, options.publish):
        if folder:
            writable(Path(folder) / "x")
    if options.json:
        writable(Path(options.json))
    failed = [] if options.run is None else _run_missing(ids, options)
    current, stale = _stored(Path(options.runs))
    if options.evidence or options.publish:
        from waza.curriculum.evidence import write_evidence, write_published

        if options.evidence:
            write_evidence(Path(options.evidence), list(current.values()), published())
        if options.publish:
            write_published(Path(options.publish), list(current.values()))
    entries = _entries({name: one.outcome() for name, one in current.items()}, stale)
    if options.json:
        rows = [_row(entry) for entry in entries]
        write_whole(Path(options.json), (json.dumps(rows, indent=1, ensure_ascii=False) + "\n").encode())
    from waza.cli.answers import print_answers

    print_answers(entries, options.runs, options.lang)
    if failed:
        sys.exit(1)


def _stored(runs: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The studies that a stored run decides as they stand today, and why the runs of others are stale; by name."""
    current: dict[str, Any] = {}
    stale: dict[str, Any] = {}
    for exercise in curriculum.exercises():
        if not any((runs / exercise.name).glob("*/results.nc")):
            continue
        from waza.curriculum.evidence import decided, tuning_seconds
        from waza.engine.devices import each_core_a_device
        from waza.study.evidence import Difference, answering

        each_core_a_device()  # before a study that uses JAX while it is made starts it with one device
        try:
            answer = answering(exercise.study(), runs)
        except Error as error:  # such as a data set that is not there
            stale[exercise.name] = Difference("unavailable", str(error))
            continue
        if answer.folder is None or not answer.current:
            stale[exercise.name] = answer.stale_because
            continue
        seconds = tuning_seconds(runs, answer.folder)
        current[exercise.name] = decided(exercise, answer.folder.results(), seconds)
    return current, stale


def _entries(current: dict[str, StudyOutcome], stale: dict[str, Any]) -> list[Entry]:
    """All claims: those of the notes (C01, ...) before a paper's."""
    entries = []
    for exercise in curriculum.exercises():
        name = exercise.name
        source = RUN if name in current else PUBLISHED
        outcome = current.get(name) or published().get(name)
        for claim in exercise.claims:
            found = None if outcome is None else outcome.claims.get(claim)
            if found is None:
                entries.append(Entry(claim, name, stale_because=stale.get(name)))
            else:
                entries.append(Entry(claim, name, source, found, outcome, stale.get(name)))
    return sorted(entries, key=lambda entry: (entry.id[0], int(entry.id[1:])))


def _run_missing(ids: Sequence[str], options: argparse.Namespace) -> list[str]:
    """Run each exercise that decides one of these claims, by default any, and has no current run.

    Where pages are to be written, the exercises without a claim are run too.

    Returns:
        The names of those that cannot be run; each is said in one line, and the others are run.
    """
    keep_compiled()
    from waza.cli.progress import Progress, resumable
    from waza.cli.run import write_report
    from waza.engine.devices import each_core_a_device
    from waza.study import run
    from waza.study.evidence import answering

    each_core_a_device()  # before a study that uses JAX while it is made starts it with one device
    failed = []
    with executor_of(options) as executor:
        for exercise in curriculum.exercises():
            wanted = set(ids) & set(exercise.claims) if ids else exercise.claims or options.evidence or options.publish
            if not wanted:
                continue
            try:
                study = exercise.study()
                answer = answering(study, Path(options.runs))
                if answer.folder is not None and answer.current:
                    if answer.folder.reported:
                        continue
                    results = answer.folder.results()
                else:
                    with resumable(), Progress(study.name, options.lang) as watch:
                        results = run(study, options.runs, watch, executor=executor)
                write_report(results, study, options.lang)
            except Error as error:
                tell(f"waza: {exercise.name}: {error}")
                failed.append(exercise.name)
    return failed


def _row(entry: Entry) -> dict[str, Any]:
    """One claim for `--json`: the answer, and the leading part's figures; nulls where nothing is known."""
    because = None if entry.stale_because is None else reason(entry.stale_because, "en")
    row = {"id": entry.id, "verdict": NOT_RUN, "answer": None, "rule_changed": None, **dict.fromkeys(FIGURES)}
    if entry.claim is not None:
        leading = entry.claim.parts[0]
        row |= {
            "verdict": entry.claim.verdict,
            "answer": dict(entry.claim.answer),
            "rule_changed": entry.claim.rule_changed,
            **{name: leading[name] for name in FIGURES},
        }
    source = None if entry.source == NOT_RUN else entry.source
    run = None if entry.outcome is None else {"waza": entry.outcome.version, "date": entry.outcome.date}
    return {**row, "study": entry.study, "source": source, "run": run, "stale_because": because}
