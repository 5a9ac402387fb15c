"""`waza data`: list data sets, download one, or write a small sample."""

import argparse
from pathlib import Path

from waza import data
from waza.core.controls import one_line
from waza.core.terminal import put

# What can be done with each sample.
TRY = {
    "wine": "waza compare wine.csv --target cultivar",
    "houses": "waza compare houses.csv --target price --try dropout,l2,weight_decay",
    "photos": "waza fit small-alexnet photos/ --out photo-model",
    "corpus": "waza fit language-model corpus.txt --out text-model",
    "translations": "waza fit translator --source sentences.en --target sentences.ja --out translator",
    "dialogues": "waza fit dialogue dialogues.jsonl --out talker",
    "campaign": "waza campaign campaign.csv --arm mail --reward visited --cost 0.05 --out policy",
}

STATES = {
    "en": {
        "here": "here",
        "damaged": "damaged: waza data get {}",
        "missing": "not here: waza data get {}",
    },
    "ja": {
        "here": "あり",
        "damaged": "破損:waza data get {}",
        "missing": "なし:waza data get {}",
    },
}


def command(options: argparse.Namespace) -> None:
    """List the catalogue, download the missing files of one data set, or write a sample."""
    if options.action == "sample":
        _sample(options)
        return
    from rich.table import Table

    from waza.core.console import Terminal

    console = Terminal()
    if options.action == "list":
        table = Table(box=None, pad_edge=False, show_header=False)
        for one in data.listing():
            table.add_row(one.name, one.description[options.lang], STATES[options.lang][one.state()].format(one.name))
        console.print(table)
        return
    one = data.entry(options.name)
    if one.ships_with:
        said = {
            "en": "{} needs no download: it ships with {}",
            "ja": "{} は {} に同梱されており、取得は不要です",
        }
        console.print(said[options.lang].format(one.name, one.ships_with))
        return
    from rich.progress import DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Terminal(errors=True)) as bar:
        tasks: dict[str, TaskID] = {}

        def progress(filename: str, done: int, total: int | None) -> None:
            if filename not in tasks:
                tasks[filename] = bar.add_task(filename)
            bar.update(tasks[filename], completed=done, total=total)

        got = data.get(options.name, progress)
    nothing = {"en": "nothing to do: it is already here", "ja": "すでにあります"}[options.lang]
    console.print("\n".join(map(one_line, got)) or nothing)


def _sample(options: argparse.Namespace) -> None:
    """List the samples, or write one, and print where it is and what can be done with it."""
    from rich.table import Table

    from waza.core.console import Terminal
    from waza.data.samples import SAMPLES, write_sample

    if options.name is None:
        table = Table(box=None, pad_edge=False, show_header=False)
        for name, one in SAMPLES.items():
            table.add_row(name, one.about[options.lang])
        Terminal().print(table)
        put(
            "\n" + {"en": "Write one: waza data sample NAME", "ja": "書き出すには: waza data sample 名前"}[options.lang]
        )
        return
    for path in write_sample(options.name, Path(options.out), options.lang):
        put(one_line(path))
    put(TRY[options.name])
