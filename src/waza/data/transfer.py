"""Resumable HTTP download into an open file."""

import contextlib
import http.client
import os
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import BinaryIO

from waza.core.errors import Error

CHUNK = 64 * 1024
PATIENCE = 30.0  # seconds without a byte


def transfer(url: str, file: BinaryIO, progress: Callable[[int, int | None], None] | None = None) -> None:
    """Append the missing bytes of `url` to `file`, which is open for appending.

    The missing range is requested. If the server does not support ranges, or has fewer bytes than the file, the file is
    emptied and everything is fetched. `progress(bytes so far, bytes in all or None)` is called at the start and after
    each chunk. On every failure the received bytes stay in the file.

    Raises:
        Error: no connection, an HTTP error, silence for half a minute, or fewer bytes than announced.
    """
    have = file.seek(0, os.SEEK_END)
    with _plainly(url):
        answer = _ask(url, have)
    with answer:
        if answer.status != http.HTTPStatus.PARTIAL_CONTENT:
            have = file.truncate(0)
            file.seek(0)
        total = None if answer.length is None else have + answer.length
        while True:
            if progress:
                progress(have, total)
            with _plainly(url):
                chunk = answer.read(CHUNK)
            if not chunk:
                break
            have += file.write(chunk)
    if total is not None and have < total:
        raise Error(f"{url} ended after {have} of {total} bytes: run it again to go on from there")


def _ask(url: str, have: int) -> http.client.HTTPResponse:
    """The response with the bytes from `have` on, or with all of them (see its status)."""
    if not url.startswith(("http://", "https://")):
        raise Error(f"{url} cannot be fetched: give an address that starts with https:// or http://")
    headers = {"User-Agent": "waza"}
    if have:
        part = urllib.request.Request(url, headers=headers | {"Range": f"bytes={have}-"})
        try:
            answer = urllib.request.urlopen(part, timeout=PATIENCE)
        except urllib.error.HTTPError as error:
            if error.code != http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                raise
            error.close()
        else:
            begins = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range", ""))
            if answer.status != http.HTTPStatus.PARTIAL_CONTENT or (begins and int(begins[1]) == have):
                return answer
            answer.close()
    return urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=PATIENCE)


@contextlib.contextmanager
def _plainly(url: str) -> Iterator[None]:
    """Convert network errors to errors of one line."""
    try:
        yield
    except urllib.error.HTTPError as error:
        error.close()
        answered = f"{error.code} ({error.reason})"
        raise Error(f"{url} answered {answered}, expected the file: try again later") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        cause = error.reason if isinstance(error, urllib.error.URLError) else error
        if isinstance(cause, TimeoutError):
            cause = f"no byte for {PATIENCE:g} s"
        reason = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
        reason = " ".join(reason.split())  # a reply that is not HTTP is quoted with its line ends
        raise Error(
            f"cannot fetch {url} ({reason}): check the connection and run it again; the received part is kept"
        ) from error
