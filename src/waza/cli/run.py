"""`waza run`: run a study and write its report."""

import argparse
import contextlib
import dataclasses
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

from waza import curriculum
from waza.cli.keep import keep_compiled, writable
from waza.cli.on import executor_of
from waza.cli.progress import Progress, resumable
from waza.cli.users_code import users_errors
from waza.core.errors import Error
from waza.core.files import write_whole
from waza.core.showing import shown

MOST_SEEDS = 100
LINE = "expected a line such as: study = wz.Study(name=..., variants=...)"


def command(options: argparse.Namespace) -> None:
    """Run the study, print its table and verdicts, and write its report."""
    if options.json:
        writable(Path(options.json), [options.study])
    writable(Path(options.runs) / "run")
    keep_compiled()
    from waza.engine.devices import each_core_a_device

    each_core_a_device()  # before a study that uses JAX while it is made starts it with one device
    own_code = users_errors(options.study) if options.study.endswith(".py") else contextlib.nullcontext()
    with own_code:
        _run(read_study(options.study, options.data), options)


def _run(study: Any, options: argparse.Namespace) -> None:
    """Run the study as the options say, and publish its results."""
    from waza.engine.devices import mesh
    from waza.study import run
    from waza.study.conduct import unreported
    from waza.study.rehearsal import rehearse
    from waza.study.runner import trials_of

    changes = {name: getattr(options, name) for name in ("seeds", "steps") if getattr(options, name) is not None}
    if "steps" in changes and study.steps == 0:
        raise Error(f"{study.name} uses only initial values and takes no steps: leave out --steps")
    if study.steps != changes.get("steps", study.steps):
        shorter = dataclasses.replace(study, steps=changes["steps"])
        rehearse(shorter, lambda one: trials_of(one, mesh().size), everything=True)
    study = dataclasses.replace(study, **changes)
    if options.max_seeds is not None and not options.until_decided:
        raise Error("--max-seeds limits --until-decided: give both, or --seeds")
    max_seeds = (options.max_seeds or MOST_SEEDS) if options.until_decided else None
    with resumable(), executor_of(options) as executor, Progress(study.name, options.lang) as watch:
        found = None if options.fresh else unreported(study, options.runs, watch, max_seeds)
        if found is None:
            found = run(study, options.runs, watch, options.fresh, max_seeds, executor=executor)
    publish(found, study, options)


def publish(results: Any, study: Any, options: argparse.Namespace) -> None:
    """Print the table and verdicts, and write the report and, if asked for, the figures as JSON."""
    from waza import report
    from waza.cli.words import changed_of
    from waza.core.console import Terminal

    page, findings, words = write_report(results, study, options.lang)
    if options.json:
        summary = report.as_json(results, findings, changed_of(results))
        write_whole(Path(options.json), (json.dumps(summary, indent=1, ensure_ascii=False) + "\n").encode())
    console = Terminal()
    report.print_report(results, findings, words, options.lang, console)
    label = {"en": "report", "ja": "レポート"}[options.lang]
    console.print(f"\n{label}: {page}", soft_wrap=True)


def write_report(results: Any, study: Any, language: str) -> tuple[Path, Any, Any]:
    """Write the report into the run's folder and return its path, the findings and the texts."""
    from waza import report
    from waza.cli.words import words_of
    from waza.study import decide

    findings = decide(study.claims, results)
    words = words_of(results, findings)
    folder = Path(results.attrs["folder"])
    page = report.write_report(folder, results, findings, words, language, study.figures)
    return page, findings, words


def read_study(given: str, data: str | None) -> Any:
    """The curriculum's study of this name, or the study that a Python file defines."""
    if not given.endswith(".py"):
        return curriculum.exercise(given).study(data)
    path = Path(given)
    if not path.is_file():
        raise Error(f"there is no file {given}; give a Python file that defines `study`, or see `waza list`")
    from waza.study import Study

    spec = importlib.util.spec_from_file_location("waza_study_file", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses and `waza.engine.code` look for it
    sys.path.insert(0, str(path.resolve().parent))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.pop(0)
    study = getattr(module, "study", None)
    if study is None:
        others = [name for name, value in vars(module).items() if isinstance(value, Study)]
        end = f"it has {' and '.join(others)}: call the one to run `study`" if others else LINE
        raise Error(f"{given} defines no `study`; {end}")
    if not isinstance(study, Study):
        raise Error(f"`study` in {given} is {shown(study)}; {LINE}")
    if data is None:
        return study
    from waza.data import load

    return dataclasses.replace(study, data=load(data))
