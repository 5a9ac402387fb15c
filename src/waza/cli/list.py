"""`waza list`: the studies, and the runs that are kept."""

import argparse
from pathlib import Path

from waza import curriculum
from waza.core.language import texts


def command(options: argparse.Namespace) -> None:
    """One line a study: its name, exercise and claims, its title, and how many runs are kept."""
    from rich.console import Console
    from rich.table import Table

    heads = {
        "en": ("study", "exercise", "claims", "what it asks", "runs"),
        "ja": ("実験", "演習", "主張", "問い", "記録"),
    }[options.lang]
    table = Table(*heads, box=None, pad_edge=False)
    for exercise in curriculum.exercises():
        kept = list((Path(options.runs) / exercise.name).glob("*/results.nc"))
        table.add_row(
            exercise.name,
            exercise.id,
            " ".join(exercise.claims),
            texts(exercise.texts, options.lang)["title"],
            str(len(kept)),
        )
    Console().print(table)
