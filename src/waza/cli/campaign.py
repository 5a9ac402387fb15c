"""`waza campaign`: from a campaign's log, whom to mail and what it brings."""

import argparse
import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from waza.cli.declared import add_declared, given
from waza.cli.keep import keep_compiled, writable
from waza.core.files import write_whole
from waza.kinds.campaign.options import CampaignOptions
from waza.kinds.option import read_given

OPTIONS = [("campaigns", CampaignOptions)]


def add_options(parser: argparse.ArgumentParser) -> None:
    """The table, the folder, and the declared options."""
    data = "the log, a table (.csv, .tsv, .parquet) with a row a customer, or a log's name, such as hillstrom"
    parser.add_argument("data", metavar="DATA", help=data)
    add_declared(parser, OPTIONS)
    parser.add_argument("--out", metavar="DIR", help="folder for the policy, which `waza use` applies, and the page")
    parser.add_argument("--json", metavar="OUT", help="write the figures to this file")


def command(options: argparse.Namespace) -> None:
    """Print the answer and its tables, and write the policy and the page."""
    if options.json:
        writable(Path(options.json), [options.data])
    asked = CampaignOptions(**read_given(CampaignOptions, given(options, OPTIONS), OPTIONS, "this is a campaign"))
    keep_compiled()
    from waza.cli.progress import Progress
    from waza.kinds.campaign.campaign import analysed, check_folder

    if options.out:
        check_folder(options.out)
    with Progress("campaign", options.lang) as watch:
        found = analysed(asked, options.data, watch)
    page = found.save(options.out, options.lang) if options.out else None
    if options.json:
        write_whole(Path(options.json), (json.dumps(found.to_json(), indent=1, ensure_ascii=False) + "\n").encode())
    _print(found, options.lang, page)


def _print(found: Any, language: str, page: Path | None) -> None:
    """The answer, the comparison, the budgets, and what the tenths say."""
    from rich.table import Table

    from waza.core.console import Terminal
    from waza.kinds.campaign import telling
    from waza.kinds.campaign.page import shown
    from waza.report import print_lines

    say, here, reward = telling.words(language), shown(found, language), found.options.reward
    console = Terminal()

    def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        drawn = Table(box=None, pad_edge=False)
        for place, head in enumerate(heads):
            drawn.add_column(head, justify="right" if place else "left", overflow="fold")
        for row in rows:
            drawn.add_row(*row)
        console.print(drawn)

    print_lines(here["answer"], console, "bold", indent="")
    console.print()
    print_lines(here["unit"], console, "dim", indent="")
    console.print()
    table([say["policy"], say["mailed"], reward, say["profit"], say["less"]], here["policies"])
    rankings = (f"{say['gain_of'].format(reward=reward)}: {say['by_learned']}", say["by_response"], say["by_random"])
    console.print()
    table([say["budget"], *rankings, say["learned_response"]], [[row[0], *row[2:6]] for row in here["budgets"]])
    console.print()
    print_lines(here["ranking"], console, indent="")
    console.print()
    for note in (here["overlap"], *here["notes"]):
        print_lines(note, console, "dim", first="• ")
    if page is not None:
        folder = page.parent
        lines = [say["answer_at"].format(folder=folder), say["page_at"].format(page=page)]
        console.print("\n".join([*lines, say["use"].format(folder=shlex.quote(str(folder)))]), soft_wrap=True)
