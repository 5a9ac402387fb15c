"""`waza list`: list the studies and the number of stored runs."""

import argparse
from pathlib import Path

from waza import curriculum
from waza.core.language import texts


def command(options: argparse.Namespace) -> None:
    """Print one line per study: its name, exercise, claims and title, and the number of stored runs."""
    from rich.console import Console
    from rich.table import Table

    heads = {
        "en": ("study", "exercise", "claims", "question", "runs"),
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
