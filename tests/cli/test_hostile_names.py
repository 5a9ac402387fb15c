"""Names with escape sequences, marks of direction and markup: on a terminal they are text, in files they stay exact."""

import csv
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.slow

NAME = "\x1b]0;title\x07\x1b[2J\u202e\x9b1m[b] [red]:smile:"
SHOWN = "\\x1b]0;title\\x07\\x1b[2J\\u202e\\x9b1m[b] [red]:smile:"
OBEYED = (b"\x1b]", b"\x1b[2J", "\x9b".encode(), "\u202e".encode(), b"\x07")
STUDY = """
import numpy as np
import waza as wz

x = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)
split = wz.data.Split(x, (x[:, 0] > 0).astype(np.int32))
seeds = {"steps": 5, "seeds": 3}
base = wz.Supervised(model=wz.models.MLP((2, 4, 2)), optimizer=wz.optim.SGD(0.1))
other = wz.vary(base, optimizer={"learning_rate": 0.01})
study = wz.Study(name="mine", data=wz.data.Dataset("d", split, split), variants={NAME: base, "b": other}, **seeds)
"""


def on_a_terminal(arguments, folder):
    """What reaches a terminal of 200 columns."""
    master, slave = os.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "200", "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "waza", *map(str, arguments), "--lang", "en"]
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, cwd=folder, env=environment)
    os.close(slave)
    pieces = []
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # Linux says so where the last writer has ended
            piece = b""
        if not piece:
            break
        pieces.append(piece)
    os.close(master)
    return process.wait(), b"".join(pieces)


def check(arguments, folder, status=0):
    found, printed = on_a_terminal(arguments, folder)
    assert found == status, printed
    assert not any(sequence in printed for sequence in OBEYED), printed
    assert SHOWN in printed.decode(), printed
    return printed


def test_classes_columns_and_folders(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=60), NAME: rng.normal(size=60), "y": [NAME, "=1+1"] * 30})
    frame.to_csv(tmp_path / "rows.csv", index=False)
    model = f"{NAME}[/b]"  # a folder in a folder, and what rich takes for the end of a style
    assert b"[/b]" in check(["fit", "mlp", "rows.csv", "--target", "y", "--steps", "20", "--out", model], tmp_path)
    check(["use", model, "--input", "rows.csv"], tmp_path)
    found, printed = on_a_terminal(["use", model, "--input", "rows.csv", "--output", "out.csv"], tmp_path)
    assert found == 0 and b"60 cells" not in printed and b"--spreadsheet" in printed
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert {row[0] for row in rows[1:]} == {NAME, "=1+1"}


def test_variants_and_files_of_studies(tmp_path):
    file = f"{NAME}.py"
    (tmp_path / file).write_text(STUDY.replace("NAME", repr(NAME)))
    printed = check(["run", file], tmp_path)
    assert b"report" in printed
    check(["show", "mine"], tmp_path)


@pytest.mark.parametrize("arguments", [[NAME], ["list", NAME], ["show", NAME], ["fit", NAME, "x", "--out", "o"]])
def test_mistakes(arguments, tmp_path):
    printed = check([*arguments], tmp_path, 2)
    assert printed.count(b"\n") == 1
