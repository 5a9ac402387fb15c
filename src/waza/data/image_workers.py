"""Processes that decode images into a file of pixels.

They are separate programs that receive and send lines of JSON. A pool of `multiprocessing` would run the user's script
again in each process unless the script guards its main part, would print the processes' tracebacks after Ctrl-C, and
could not report which image made a process crash.
"""

import contextlib
import hashlib
import itertools
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

from waza.core.errors import Error
from waza.core.files import unwritable

CHUNK = 64
MOST = 16


WHITE = 65535  # the largest value of 16 bits


class Outcome(NamedTuple):
    """The result for an image.

    Args:
        digest: of its pixels, "" if it was refused.
        kinds: of notes.
        height, width: before it was scaled.
        largest: the largest of its values if they have 16 bits, else 0.
    """

    digest: str
    kinds: tuple[str, ...]
    height: int = 0
    width: int = 0
    largest: int = 0


def decode_all(
    folder: Path,
    names: Sequence[str],
    size: tuple[int, int],
    pixels: Path,
    processes: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    white: int = WHITE,
) -> list[Outcome]:
    """Decode the images `names` of a folder; image i becomes row i of the file `pixels`, uint8 (n, height, width, 3).

    The row of a refused image is unchanged. An interrupt ends the processes at once.

    Args:
        folder: the folder that the names are relative to.
        names: the images' paths.
        size: height and width.
        pixels: the file that is created.
        processes: the number of processes; by default one per processor core, at most 16.
        progress: called with (images done, images in all), a few times a second.
        white: the value of grey images with 16 bits that becomes 255.

    Raises:
        Error: the file cannot be written, a process does not start, or a process crashes; the message then names the
            images.
    """
    row = size[0] * size[1] * 3
    try:
        with pixels.open("xb") as file:
            file.truncate(row * len(names))
    except OSError as error:
        raise unwritable(pixels, error) from error
    processes = processes or min(MOST, _cores())
    chunk = max(1, min(CHUNK, len(names) // (4 * processes)))
    starts = iter(range(0, len(names), chunk))
    outcomes: list[Outcome] = [Outcome("", ())] * len(names)
    done = 0
    with contextlib.ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        for first in itertools.islice(starts, processes):
            worker = stack.enter_context(_started())
            selector.register(worker.answers, selectors.EVENT_READ, worker)
            worker.ask({"folder": str(folder), "size": size, "pixels": str(pixels), "white": white})
            worker.chunk = (first, names[first : first + chunk])
            worker.ask(worker.chunk)
        while selector.get_map():
            for key, _ in selector.select():
                worker = key.data
                first, asked = worker.chunk
                for i, (digest, kinds, *original) in enumerate(worker.answer(pixels)):
                    outcomes[first + i] = Outcome(digest, tuple(kinds), *original)
                done += len(asked)
                if progress:
                    progress(done, len(names))
                follows = next(starts, None)
                if follows is None:
                    selector.unregister(worker.answers)
                    continue
                worker.chunk = (follows, names[follows : follows + chunk])
                worker.ask(worker.chunk)
    return outcomes


class _Worker:
    """A decoding process, with its current chunk: the first row and the names."""

    chunk: tuple[int, Sequence[str]]

    def __init__(self, process: subprocess.Popen, complaints: IO[bytes]):
        assert process.stdin is not None and process.stdout is not None
        self.process, self.answers, self._complaints = process, process.stdout, complaints
        self._questions = process.stdin

    def ask(self, question: object) -> None:
        with contextlib.suppress(BrokenPipeError):  # `answer` reports the reason
            self._questions.write(json.dumps(question).encode() + b"\n")
            self._questions.flush()

    def answer(self, pixels: Path) -> list[list[Any]]:
        line = self.answers.readline()
        if not line.endswith(b"\n"):
            self._complaints.seek(0)
            said = self._complaints.read().decode("utf-8", "replace").strip().splitlines()
            why = said[-1] if said else f"exit status {self.process.wait()}"
            _, names = self.chunk
            raise Error(
                f"a process ended while it decoded the images {names[0]!r} to {names[-1]!r} ({why}): "
                "free some memory, or take these images out of the folder"
            )
        answer = json.loads(line)
        if isinstance(answer, dict):
            raise unwritable(pixels, OSError(*answer["unwritable"]))
        return answer


@contextlib.contextmanager
def _started() -> Iterator[_Worker]:
    """Start a process; the end of the context ends it."""
    command = [sys.executable, "-P", "-c", "from waza.data.image_workers import work; work()"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with tempfile.TemporaryFile() as complaints:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                env=environment,
                start_new_session=True,  # a Ctrl-C in the terminal goes to this process alone
            )
        except OSError as error:
            raise Error(f"cannot start {sys.executable} ({error.strerror}) to decode images: check the path") from error
        try:
            yield _Worker(process, complaints)
        finally:
            process.kill()
            with contextlib.suppress(BrokenPipeError):
                process.communicate()


def work() -> None:
    """The main function of a process: it reads a line of settings, then a line per chunk, and answers each chunk."""
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # a service manager sends them to every process
        signal.signal(one, signal.SIG_IGN)  # the process that asks ends this one
    from PIL import Image

    from waza.data.image_decoding import LARGEST, Original, Refused, decode

    Image.MAX_IMAGE_PIXELS = LARGEST
    about = json.loads(sys.stdin.readline())
    folder, size = Path(about["folder"]), tuple(about["size"])
    with Path(about["pixels"]).open("r+b") as file:
        for line in sys.stdin:
            first, names = json.loads(line)
            outcomes: list[Outcome] = []
            for row, name in enumerate(names, first):
                original = Original()
                try:
                    pixels, kinds = decode(folder / name, size, about["white"], original)
                except Refused as refused:
                    outcomes.append(Outcome("", (str(refused),)))
                    continue
                content = pixels.tobytes()
                try:
                    os.pwrite(file.fileno(), content, row * len(content))
                except OSError as error:
                    print(json.dumps({"unwritable": [error.errno, error.strerror]}), flush=True)
                    return
                digest = hashlib.blake2b(content, digest_size=16).hexdigest()
                outcomes.append(Outcome(digest, kinds, original.height, original.width, original.largest))
            print(json.dumps(outcomes), flush=True)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
