"""Sides that take turns: each is a process of its own, warmed up, that works when it is told to."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

Steps = Callable[[int], Any]


def work(steps: Steps) -> None:
    """One side: warms up, says so, and answers each number of steps with the seconds that a step took."""
    steps(3)
    print("ready", flush=True)
    for line in sys.stdin:
        begun = time.perf_counter()
        steps(int(line))
        print(json.dumps((time.perf_counter() - begun) / int(line)), flush=True)


def measured(script: str, name: str, forms: Sequence[str], steps: int, rounds: int) -> dict[str, list[float]]:
    """The seconds a step of each form, round by round; a form that does not start is named and left out.

    Args:
        script: is run as `script --work NAME FORM`, and calls `work`.
        name: what is measured.
        forms: the sides.
        steps: in a measurement.
        rounds: measurements of each side.
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
