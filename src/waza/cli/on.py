"""The options that say where the units of a study are computed."""

import argparse
import contextlib
from collections.abc import Iterator
from typing import Any

from waza.cli.arguments import whole
from waza.core.errors import Error

LOCAL, CLIENT = "ray", "ray://"


def add_on(parser: argparse.ArgumentParser) -> None:
    """Add `--on` and what belongs to it."""
    parser.add_argument(
        "--on", metavar="ray|ray://HOST:PORT", help="compute with workers of a Ray cluster: started here, or existing"
    )
    parser.add_argument("--workers", type=whole(1), metavar="N", help="workers of --on (default: as many as fit)")
    parser.add_argument("--workers-per-gpu", type=whole(1), metavar="N", help="workers of --on a GPU (default: 1)")
    parser.add_argument("--same-machines", action="store_true", help="with --on, refuse machines of another kind")


@contextlib.contextmanager
def executor_of(options: argparse.Namespace) -> Iterator[Any]:
    """The `Executor` that the options ask for, closed at the end; None computes in this process.

    Raises:
        Error: an option of `--on` was given without it, or its value is no address.
    """
    if options.on is None:
        given = {"--workers": options.workers, "--workers-per-gpu": options.workers_per_gpu}
        alone = [name for name, value in {**given, "--same-machines": options.same_machines or None}.items() if value]
        if alone:
            raise Error(f"{alone[0]} belongs to --on: give --on ray, or leave it out")
        yield None
        return
    if options.on != LOCAL and not options.on.startswith(CLIENT):
        raise Error(f"--on is {options.on!r}; expected ray, or the address of a cluster such as ray://HOST:10001")
    from waza.executors import Ray

    with Ray(
        None if options.on == LOCAL else options.on,
        workers=options.workers,
        workers_per_gpu=options.workers_per_gpu or 1,
        same_machines=options.same_machines,
    ) as executor:
        yield executor
