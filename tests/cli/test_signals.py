"""Signals to the command as a process: it ends at once with one line and the status of the signal.

The process sends itself the signal, at a moment that the test names, so that nothing depends on time.
"""

import os
import subprocess
import sys
from signal import SIGHUP, SIGINT, SIGTERM

import jax
import numpy as np
import pytest
from PIL import Image

from waza import models
from waza.data import Characters
from waza.data.text.preparation import TextPreparation
from waza.kinds import save_model
from waza.kinds.model_folder import prepared_model

pytestmark = pytest.mark.slow

STOP = """
import importlib, os, signal, sys, time

def kill():
    os.kill(os.getpid(), NUMBER)

stopped = []

def stop():
    if not stopped:
        stopped.append(kill())
"""
AT_IMPORT = """
class Stops:
    def find_spec(self, name, *_):
        if name == "NAME":
            stop()

sys.meta_path.insert(0, Stops())
"""
AFTER_CALL = """
import MODULE as module

place = module.PLACE
called = place.NAME

def calling(*given, **named):
    result = called(*given, **named)
    THEN
    return result

place.NAME = calling
"""
RUN = "from waza.__main__ import main\nmain()\n"
SAID = """stop()
    from waza.core import signals
    while not signals._listener._said:
        time.sleep(0.01)"""
KEPT = "what was done is kept: the same command goes on from there"


def at_import(name, number):
    return STOP.replace("NUMBER", str(int(number))) + AT_IMPORT.replace("NAME", name) + RUN


def after(call, number, then="stop()"):
    """The command, which sends itself the signal after a call, such as "waza.cli.use:module.hand_over"."""
    module, place = call.split(":")
    place, name = place.rsplit(".", 1)
    code = AFTER_CALL.replace("MODULE", module).replace("module.PLACE", place).replace("NAME", name)
    return STOP.replace("NUMBER", str(int(number))) + code.replace("THEN", then) + RUN


def run(code, *arguments):
    environment = {**os.environ, "LANG": "C.UTF-8"}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    for name in ("a", "b"):
        (folder / name).mkdir()
        for i in range(40):
            noise = np.random.default_rng(i).integers(0, 256, (20, 20, 3)).astype(np.uint8)
            Image.fromarray(noise).save(folder / name / f"{i}.png")
    return folder


@pytest.fixture
def fit(photos, tmp_path):
    return ["fit", "mlp", photos, "--size", "8", "--steps", "400", "--out", tmp_path / "o"]


@pytest.mark.parametrize(
    ("name", "number", "line"),
    [
        ("waza.cli", SIGINT, "waza: stopped\n"),
        ("difflib", SIGTERM, "waza: stopped by SIGTERM\n"),
        ("numpy", SIGHUP, "waza: stopped by SIGHUP\n"),
        ("jax", SIGINT, "waza: stopped\n"),
        ("jaxlib", SIGTERM, "waza: stopped by SIGTERM\n"),
        ("waza.kinds.model_folder", SIGINT, "waza: stopped\n"),
    ],
)
def test_during_an_import(name, number, line):
    ended = run(at_import(name, number), "use", "nowhere")
    assert (ended.returncode, ended.stderr, ended.stdout) == (128 + number, line, "")


def test_while_a_text_is_written(tmp_path):
    network = models.lstm_language_model(4, width=8, depth=1)
    model = prepared_model(network, network.init(jax.random.key(0)), TextPreparation(Characters("abc")))
    save_model(tmp_path, model)
    code = after("waza.cli.use:module.hand_over", SIGTERM)
    ended = run(code, "use", tmp_path, "--prompt", "ab", "--length", "10000000")
    assert (ended.returncode, ended.stdout, ended.stderr) == (143, "ab\n", "waza: stopped by SIGTERM\n")


@pytest.mark.parametrize(
    ("number", "language", "heard", "name"),
    [
        (SIGINT, "en", "mlp: stopping after this compile; Ctrl-C again stops at once", ""),
        (SIGTERM, "ja", "mlp: このコンパイルが終わると停止します", "SIGTERM: "),
    ],
)
def test_while_programs_are_compiled(fit, number, language, heard, name):
    ended = run(after("waza.cli.progress:module.Progress.compiling", number, SAID), *fit, "--lang", language)
    assert ended.returncode == 128 + number, ended.stderr
    assert ended.stderr.splitlines() == [heard, f"waza: {name}stopped before the training; {KEPT}"]


def test_a_second_one_ends_the_process_at_once(fit):
    for_ever = "while True: kill(); time.sleep(0.01)"
    ended = run(after("waza.cli.progress:module.Progress.compiling", SIGINT, for_ever), *fit)
    assert ended.returncode == 130 and ended.stderr.splitlines()[-1] == "waza: stopped"


def test_while_it_trains(fit):
    ended = run(after("waza.cli.progress:module.Progress.advance", SIGTERM), *fit)
    assert (ended.returncode, ended.stderr) == (143, f"waza: SIGTERM: stopped at step 10 of 400; {KEPT}\n")
    assert (fit[-1] / "checkpoint.safetensors").is_file()
    ended = run(after("waza.kinds.fitting:module.save_model", SIGHUP), *fit)  # between the training and the report
    assert (ended.returncode, ended.stderr) == (129, f"waza: SIGHUP: stopped; {KEPT}\n")
    assert run(RUN, *fit).returncode == 0


def test_while_images_are_decoded(fit):
    then = "print(given[0].process.pid, flush=True); stop()"
    fit[fit.index("8")] = "9"  # in no cache
    ended = run(after("waza.data.image_workers:module._Worker.ask", SIGINT, then), *fit)
    assert (ended.returncode, ended.stderr) == (130, f"waza: stopped; {KEPT}\n")
    for process in map(int, ended.stdout.split()):
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_what_is_ignored_stays_ignored(tmp_path):
    """As by `nohup`."""
    code = f"import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n{at_import('difflib', SIGHUP)}"
    ended = run(code, "data", "list", "--lang", "en")
    assert ended.returncode == 0 and "mnist" in ended.stdout
