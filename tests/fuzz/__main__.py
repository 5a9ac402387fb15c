"""The command of the fuzzer: `python -m fuzz --inputs 1000 --seed 0 --kind tables`, with tests/ on the path."""

import argparse
import datetime
import importlib.metadata
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Feed inputs, print the findings with their commands, and a table."""
    parser = argparse.ArgumentParser(prog="fuzz", description="Damaged inputs for every reader and command of waza.")
    parser.add_argument("--inputs", type=int, default=1000, metavar="N", help="how many")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the first input; the others count from it")
    parser.add_argument("--kind", nargs="*", default=[], metavar="KIND", help="kinds of input (default: all)")
    parser.add_argument("--list", action="store_true", help="print the kinds and end")
    parser.add_argument("--markdown", action="store_true", help="print the tables for docs/reliability")
    parser.add_argument("--kills", type=int, metavar="N", help="kill trainings N times each instead, and go on")
    parser.add_argument("--show", action="store_true", help="print every input and how it ended")
    parser.add_argument("--keep", metavar="DIR", help="keep the sound and the last damaged inputs in this folder")
    options = parser.parse_args()
    folder = Path(options.keep or tempfile.mkdtemp(prefix="waza-fuzz-"))
    os.environ |= {"WAZA_CACHE": str(folder.resolve() / "cache"), "JAX_PLATFORMS": "cpu", "COLUMNS": "100"}
    os.environ.pop("WAZA_DATA", None)

    if options.kills:
        sys.exit(_killed(options.kind, folder, options.kills, options.seed))
    from fuzz.fuzzing import Fuzzer, shares, table
    from fuzz.subjects import SUBJECTS

    if options.list:
        print("\n".join(one.name for one in SUBJECTS))
        return
    unknown = set(options.kind) - {one.name for one in SUBJECTS}
    if unknown:
        parser.error(f"no kind is called {sorted(unknown)[0]!r} (see: --list)")
    chosen = [one for one in SUBJECTS if not options.kind or one.name in options.kind]
    counts = shares(chosen, options.inputs)
    print(f"seed {options.seed}, {sum(counts.values()):,} inputs of {len(chosen)} kinds", file=sys.stderr, flush=True)
    for subject in chosen:
        subject.prepare(range(options.seed, options.seed + counts[subject.name]))
    fuzzer, begun = Fuzzer(folder), time.monotonic()
    for subject in chosen:
        for seed in range(options.seed, options.seed + counts[subject.name]):
            known = len(fuzzer.findings)
            ending = fuzzer.feed(subject, seed)
            if options.show:
                print(f"{subject.name} {seed}: {fuzzer.last}: {ending.verdict} {ending.told}", flush=True)
            for finding in fuzzer.findings[known:]:
                print(finding, flush=True)
        print(f"  {subject.name}: {fuzzer.seconds[subject.name]:.1f} s", file=sys.stderr, flush=True)
    if not options.keep:
        shutil.rmtree(folder, ignore_errors=True)
    rows = table(fuzzer.counts, [one.name for one in chosen])
    print(_markdown(rows, options.seed) if options.markdown else _text(rows))
    print(f"{time.monotonic() - begun:.0f} s", file=sys.stderr)
    sys.exit(1 if fuzzer.findings else 0)


def _killed(kinds: list[str], folder: Path, kills: int, seed: int) -> int:
    """Kill the trainings of these kinds, or of all, this often, and print what differed."""
    from fuzz.kills import TRAININGS, killed

    wrong = []
    for name in kinds or TRAININGS:
        begun = time.monotonic()
        found = killed(name, folder / name, kills, seed)
        print(
            "\n".join([f"{name}: {kills} kills, {len(found)} findings, {time.monotonic() - begun:.0f} s", *found]),
            flush=True,
        )
        wrong += found
    return 1 if wrong else 0


def _text(rows: list[tuple[str, int, int, int, int]]) -> str:
    heads = f"{'kind':<22}{'inputs':>9}{'fine':>9}{'refused':>9}{'findings':>9}"
    return "\n".join([heads, *(f"{name:<22}" + "".join(f"{value:>9,}" for value in values) for name, *values in rows)])


def _markdown(rows: list[tuple[str, int, int, int, int]], seed: int) -> str:
    """The tables of both pages, each with the line below it."""
    version = importlib.metadata.version
    names = ", ".join(f"{name} {version(name)}" for name in ("waza", "jax", "numpy", "pandas", "pillow"))
    today = datetime.datetime.now(datetime.UTC).date()
    pages = []
    for heads, everything, below in (
        (("kind", "inputs", "fine", "refused", "findings"), "all", f"Seed {seed}, {today}, Python"),
        (("種類", "入力", "正常", "拒否", "問題"), "合計", f"シード {seed}、{today}、Python"),
    ):
        lines = [f"| {' | '.join(heads)} |", "|---|---|---|---|---|"]
        for name, *values in rows:
            shown = everything if name == "all" else name
            lines.append(f"| {shown} | {' | '.join(f'{value:,}' for value in values)} |")
        pages.append("\n".join([*lines, "", f"{below} {sys.version.split()[0]}, {names}."]))
    return "\n\n".join(pages)


if __name__ == "__main__":
    main()
