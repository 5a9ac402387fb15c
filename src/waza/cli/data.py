"""`waza data`: list data sets, or download one."""

import argparse

from waza import data


def command(options: argparse.Namespace) -> None:
    """List the catalogue, or download the missing files of one data set."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if options.action == "list":
        here = {"en": ("here", "not here: waza data get {}"), "ja": ("あり", "なし:waza data get {}")}[options.lang]
        table = Table(box=None, pad_edge=False, show_header=False)
        for one in data.listing():
            table.add_row(one.name, one.description[options.lang], here[not one.available()].format(one.name))
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
        TextColumn("{task.description}"),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        tasks: dict[str, TaskID] = {}

        def progress(filename: str, done: int, total: int | None) -> None:
            if filename not in tasks:
                tasks[filename] = bar.add_task(filename)
            bar.update(tasks[filename], completed=done, total=total)

        got = data.get(options.name, progress)
    nothing = {"en": "nothing to do: it is already here", "ja": "すでにあります"}[options.lang]
    console.print("\n".join(map(str, got)) or nothing)
