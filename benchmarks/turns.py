"""Alternating measurements: each side is a separate process that warms up and then works on request."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

Steps = Callable[[int], Any]


def work(steps: Steps) -> None:
    """Run one side: warm up, report this, and answer each requested number of steps with the seconds per step."""
    steps(3)
    print("ready", flush=True)
    for line in sys.stdin:
        begun = time.perf_counter()
        steps(int(line))
        print(json.dumps((time.perf_counter() - begun) / int(line)), flush=True)


def measured(script: str, name: str, forms: Sequence[str], steps: int, rounds: int) -> dict[str, list[float]]:
    """The seconds per step of each form and round; a form that does not start is reported and left out.

    Args:
        script: a script that is run as `script --work NAME FORM` and calls `work`.
        name: what is measured.
        forms: the names of the sides.
        steps: number of steps in a measurement.
        rounds: number of measurements of each side.
    """
    sides: dict[str, Any] = {}
    for form in forms:
        command = [sys.executable, script, "--work", name, form]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        side = subprocess.Popen(command, text=True, **pipes)
        if side.stdout.readline().strip() == "ready":
            sides[form] = side
        else:
            print(f"  {name}: {form} does not start")
    seconds: dict[str, list[float]] = {form: [] for form in sides}
    for _ in range(rounds):
        for form, side in sides.items():
            side.stdin.write(f"{steps}\n")
            side.stdin.flush()
            seconds[form].append(json.loads(side.stdout.readline()))
    for side in sides.values():
        side.stdin.close()
        side.wait()
    return seconds
