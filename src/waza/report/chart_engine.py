"""The chart engine, vl-convert: Vega's code for pages, and charts as PNG images.

It reserves 64 GiB of addresses when it starts and aborts the process where it does not get them. Under a limit of the
address space (`ulimit -v`) it is therefore started in a process of its own, whose end is an `Error`.
"""

import functools
import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from waza.core.errors import Error

BUNDLE = "import sys, vl_convert; sys.stdout.buffer.write(vl_convert.javascript_bundle().encode())"
PNG = (
    "import json, sys, vl_convert; given = json.load(sys.stdin); "
    "sys.stdout.buffer.write(vl_convert.vegalite_to_png(given['chart'], scale=given['scale']))"
)


@functools.cache
def vega() -> str:
    """The JavaScript of Vega, Vega-Lite and Vega-Embed.

    Raises:
        Error: the engine cannot start under the limit of the address space.
    """
    if _limited():
        return _apart(BUNDLE, b"").decode()
    import vl_convert

    code: str = vl_convert.javascript_bundle()  # type: ignore[call-arg]  # the stub forgets the default
    return code


def png_of_chart(chart: Mapping[str, Any], scale: float) -> bytes:
    """A chart as a PNG image.

    Args:
        chart: its specification for Vega-Lite.
        scale: pixels for a unit of the chart.

    Raises:
        Error: the engine cannot start under the limit of the address space.
    """
    if _limited():
        return _apart(PNG, json.dumps({"chart": chart, "scale": scale}).encode())
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(dict(chart), scale=scale))


def _limited() -> bool:
    """Whether the addresses that this process may use are limited."""
    try:
        import resource
    except ImportError:  # Windows, which has no such limit
        return False
    return resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY


def _apart(code: str, given: bytes) -> bytes:
    """What a process of its own writes."""
    done = subprocess.run([sys.executable, "-c", code], input=given, capture_output=True)
    if done.returncode:
        raise Error(
            "no charts: the chart engine (vl-convert) reserves 64 GiB of addresses and ended with status "
            f"{abs(done.returncode)} under the limit that `ulimit -v` sets. What was computed "
            "is kept: give the same command without this limit, and only the report is made"
        )
    return done.stdout
