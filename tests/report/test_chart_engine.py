"""Charts under a limit of the address space: one line in the place of an abort."""

import subprocess
import sys

import pytest

from waza.core.errors import Error
from waza.report import chart_engine

LIMITED = """
import resource
from waza.report.chart_engine import png_of_chart, vega
resource.setrlimit(resource.RLIMIT_AS, (16 * 2**30, resource.RLIM_INFINITY))
from waza.core.errors import Error
for make in (vega, lambda: png_of_chart({"mark": "point", "data": {"values": []}}, 1)):
    try:
        make()
    except Error as error:
        print(error)
resource.setrlimit(resource.RLIMIT_AS, (200 * 2**30, resource.RLIM_INFINITY))
print(len(vega()) > 100_000, png_of_chart({"mark": "point", "data": {"values": []}}, 1)[1:4])
"""


def test_the_end_of_the_engine_is_an_error(monkeypatch):
    monkeypatch.setattr(chart_engine, "_limited", lambda: True)
    with pytest.raises(Error, match=r"no charts: the chart engine .* status 3 .*`ulimit -v`.*only the report is made"):
        chart_engine._apart("import sys; sys.exit(3)", b"")
    assert chart_engine._apart("import sys; print(sys.stdin.read())", b"given") == b"given\n"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the address space is limited on Linux")
def test_under_a_limit_the_process_goes_on():
    done = subprocess.run([sys.executable, "-c", LIMITED], capture_output=True, text=True, timeout=300)
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr, len(lines)) == (0, "", 3), done
    assert lines[0] == lines[1] and lines[0].startswith("no charts: the chart engine (vl-convert) reserves 64 GiB")
    assert lines[2] == "True b'PNG'"
