"""Small data and studies for all tests. No test touches the user's cache; JAX runs on two devices."""

import gc
import os
import signal
import sys

import jax
import jaxtyping
import numpy as np
import pytest
from PIL import Image

from waza import models, nn, optim
from waza.core.memory import resident_memory
from waza.core.vary import vary
from waza.data import Dataset, Split
from waza.engine.devices import mesh
from waza.engine.watch import Watch
from waza.learners import Supervised
from waza.study import Study

jax.config.update("jax_num_cpu_devices", 2)
mesh()  # starts JAX as a study does

MANY_PROGRAMS = 3 * 2**29  # bytes of the process
MIN_SECONDS = "jax_persistent_cache_min_compile_time_secs"

# Tests that are started in the background have interrupts ignored, which their subprocesses would inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish():
    """What all tests import stays: the collector need not look at it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module", autouse=True)
def little_is_kept():
    """Compiled programs of earlier modules are let go: otherwise a collection of garbage takes seconds in the end."""
    yield
    size = resident_memory()
    if size is not None and size > MANY_PROGRAMS:
        jax.clear_caches()
        gc.collect()


@pytest.fixture(scope="session", autouse=True)
def signals_are_heard():
    """`nohup` lets the tests ignore SIGHUP, and processes that they start would inherit that."""
    ignored = [one for one in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(one) is signal.SIG_IGN]
    for one in ignored:
        signal.signal(one, signal.SIG_DFL)
    yield
    for one in ignored:
        signal.signal(one, signal.SIG_IGN)


@pytest.fixture(scope="session", autouse=True)
def shared_cache(tmp_path_factory):
    """One cache for all tests of all processes, for data and for compiled programs: many tests run the same study."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "cache"
    folder.mkdir(exist_ok=True)
    for name, value in (("jax_compilation_cache_dir", str(folder / "xla")), (MIN_SECONDS, 0.0)):
        jax.config.update(name, value)
        os.environ[name.upper()] = str(value)  # for the processes that tests start
    return folder


@pytest.fixture(autouse=True)
def unchecked_where_types_are_wrong(request, monkeypatch):
    """Switches the checks of annotations off where a test is marked `wrong_types`."""
    if request.node.get_closest_marker("wrong_types"):
        monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)


@pytest.fixture(autouse=True)
def no_user_cache(monkeypatch, shared_cache):
    monkeypatch.setenv("WAZA_CACHE", str(shared_cache))


def blobs(rows=200, features=6, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(classes, features)) * 1.5
    y = rng.integers(0, classes, 2 * rows).astype(np.int32)
    x = (centres[y] + rng.normal(size=(2 * rows, features))).astype(np.float32)
    return Dataset("blobs", Split(x[:rows], y[:rows]), Split(x[rows:], y[rows:]))


def small_base():
    return Supervised(models.MLP((6, 8, 3), nn.tanh, nn.Xavier()), optim.SGD(0.1), batch_size=16)


def small_study():
    base = small_base()
    return Study(
        name="small",
        data=blobs(),
        variants={
            "slow": vary(base, optimizer={"learning_rate": 0.01}),
            "fast": base,
            "he": vary(base, model={"initializer": nn.He()}),
            "dropout": vary(base, model={"dropout": nn.Dropout(0.2)}),
            "norm": vary(base, model={"norm": nn.BatchNorm()}, optimizer=optim.Adam(0.01)),
        },
        seeds=3,
        steps=40,
        evaluate_every=20,
        block=4,
    )


@pytest.fixture
def base():
    return small_base()


@pytest.fixture
def study():
    return small_study()


SIDE = 8


def striped(rows, seed):
    """Images with stripes: upright ones are class 0, level ones class 1; any colour."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, rows).astype(np.int32)
    stripes = np.where(np.arange(SIDE) % 4 < 2, 1.0, 0.0)
    images = np.where(y[:, None, None] == 0, stripes[None, None, :], stripes[None, :, None])
    x = images[..., None] * rng.uniform(100, 200, (rows, 1, 1, 3)) + rng.normal(0, 20, (rows, SIDE, SIDE, 3))
    return Split(x.clip(0, 255).astype(np.uint8), y)


@pytest.fixture(scope="session")
def stripes():
    return Dataset("stripes", striped(300, 0), striped(60, 1), striped(60, 2), ("upright", "level"))


@pytest.fixture(scope="session")
def stripes_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("images") / "stripes"
    split = striped(100, 3)
    for i, (pixels, label) in enumerate(zip(*split, strict=True)):
        place = folder / ("upright", "level")[label]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(place / f"{i}.png")
    return folder


class Stops(Watch):
    """Asks to stop after so many segments."""

    def __init__(self, segments):
        self.left = segments

    def advance(self, steps):
        self.left -= steps > 0

    def stop_asked(self):
        return self.left <= 0


@pytest.fixture
def stops_after():
    """Makes a watch that asks to stop after so many segments."""
    return Stops


@pytest.fixture
def tiny():
    convolutions = (models.Convolution(4, 3, pool=nn.MaxPool(2)),)
    network = models.ConvNet(convolutions, (8,), 2, (SIDE, SIDE, 3), norm=nn.BatchNorm())
    return Supervised(network, optim.Adam(0.01), batch_size=16, probes=False)


@pytest.fixture(autouse=True)
def no_bytecode(monkeypatch):
    """A file that a test edits within a second, to the same size, is read again."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
