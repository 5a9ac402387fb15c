"""Digests of the code that a study uses."""

import ast
import importlib
import importlib.util
import sys
import textwrap

import optax
import pytest

from waza import models, nn, optim
from waza.engine import code
from waza.engine.code import LOOP, code_of
from waza.engine.describe import describe
from waza.learners import Supervised


def learner(**changes):
    return Supervised(models.MLP((4, 3, 2), **changes), optim.SGD(0.1))


def test_what_is_reached_follows_the_recipe():
    plain, normed = code_of(learner()), code_of({"a": learner(norm=nn.BatchNorm())})
    assert {
        "data/redrawn.py",
        "engine/program.py",
        "learners/supervised.py",
        "models/mlp.py",
        "nn/dense.py",
        "optim/sgd.py",
    } <= set(plain)
    assert set(normed) - set(plain) == {"nn/batch_norm.py", "nn/norm.py"}
    assert not {"nn/conv2d.py", "nn/dropout.py", "optim/adam.py", "nn/__init__.py"} & set(plain)
    assert {name: normed[name] for name in plain} == plain


def test_the_loop_of_the_engine_exists():
    for module, names in LOOP:
        assert all(hasattr(importlib.import_module(module), name) for name in names)


def test_of_another_package_the_version_counts():
    assert code_of(optim.FromOptax(optax.sgd, {"learning_rate": 0.1}))["optax"] == optax.__version__


SOURCE = '''
"""A study."""
import jax.numpy as jnp
import waza as wz
from waza import nn

SCALE = 2.0
UNUSED = 1

def scaled(x):
    return SCALE * x

def activation(x):
    """Twice a rectifier."""
    return scaled(nn.relu(x))

class Own(wz.Supervised):
    """A learner of its own."""

    extra: float = 1.0

    def update(self, state, batch, key):
        # as it was
        return super().update(state, batch, key)

def make():
    return Own(wz.models.MLP((4, 3, 2), activation=activation), wz.optim.SGD(0.1))
'''


@pytest.fixture
def read(tmp_path):
    """Reads a study's file, in the way in which `waza run` does."""

    def read(source, name="mine.py"):
        path = tmp_path / name
        path.write_text(textwrap.dedent(source))
        code._parsed.cache_clear()
        spec = importlib.util.spec_from_file_location("waza_study_file", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return code_of(module.make())

    return read


def test_a_users_own_code_counts_and_what_it_uses(read):
    found = read(SOURCE)
    assert {"mine.py", "learners/supervised.py", "nn/activations.py", "models/mlp.py"} <= set(found)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Twice a rectifier", "Two times a rectifier"),
        ("        # as it was\n", ""),
        ("SCALE * x", "(SCALE *\n        x)"),
        ("UNUSED = 1", "UNUSED = 2\n\ndef more():\n    return 1"),
        ("def scaled(x):", 'def scaled(x: "float") -> "float":'),
        ("SCALE = 2.0", "SCALE: float = 2.0"),
        ('"""A study."""', ""),
    ],
)
def test_comments_formatting_annotations_and_what_is_not_used_do_not_count(read, old, new):
    before = read(SOURCE)
    assert old in SOURCE
    assert read(SOURCE.replace(old, new)) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("SCALE = 2.0", "SCALE = 3.0"),
        ("return SCALE * x", "return SCALE + x"),
        ("extra: float = 1.0", "extra: int = 1.0"),
        ("return super().update(state, batch, key)", "return super().update(state, batch, batch)"),
    ],
)
def test_a_change_of_what_is_used_counts(read, old, new):
    before, after = read(SOURCE), read(SOURCE.replace(old, new))
    assert {name for name in before if before[name] != after[name]} == {"mine.py"}


def test_a_module_beside_the_study_counts(read, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    helper = tmp_path / "helper_of_study.py"
    helper.write_text("def scaled(x):\n    return 2 * x\n\ndef other():\n    return 0\n")
    source = SOURCE.replace("def scaled(x):\n    return SCALE * x\n", "from helper_of_study import scaled\n")
    before = read(source)
    assert "helper_of_study.py" in before
    helper.write_text("def scaled(x):\n    return 3 * x\n\ndef other():\n    return 0\n")
    after = read(source)
    assert {name for name in before if before[name] != after[name]} == {"helper_of_study.py"}
    sys.modules.pop("helper_of_study")


def test_a_lambda_reaches_what_it_names():
    assert "nn/activations.py" in code_of(lambda x: 2 * nn.sigmoid(x))


def test_code_without_a_file_counts_by_its_bytecode():
    def defined(source):
        space = {"__name__": "__main__"}
        exec(compile(source, "<cell>", "exec"), space)
        return code_of(space["f"])

    one, same, other = (
        defined(f"def f(x):\n{body}") for body in (" return x", "  # as it is\n  return x", " return -x")
    )
    assert one == same != other


FUNCTIONS = {
    "a lambda's default": ("", "lambda x, s=1: s * x"),
    "a default by name": ("", "lambda x, *, s=1: s * x"),
    "a constant of a lambda": ("S = 1", "lambda x: S * x"),
    "a constant of a default": ("S = 1", "lambda x, s=S: s * x"),
    "a part of a constant": ("C = {'s': 1}", "lambda x: C['s'] * x"),
    "a constant of a class": ("class K:\n    s = 1", "lambda x: K.s * x"),
    "a lambda of a lambda": ("S = 1\ng = lambda x: S * x", "lambda x: g(x)"),
    "a compiled lambda": ("act = jax.jit(lambda x: 1 * x)", "act"),
    "a constant of a compiled lambda": ("S = 1\nact = jax.jit(lambda x: S * x)", "act"),
    "a compiled function": ("S = 1\n@jax.jit\ndef act(x): return S * x", "act"),
    "a constant that is changed": ("S = 0\nS += 1", "lambda x: S * x"),
    "a function of a function": ("S = 1\ndef make():\n    def act(x): return S * x\n    return act", "make()"),
    "a constant of a module": ("import beside_it", "lambda x: beside_it.S * x"),
    "an imported constant": ("from beside_it import S", "lambda x: S * x"),
    "all of a module": ("from beside_it import *\ndef act(x): return S * x", "act"),
}


@pytest.mark.parametrize(("before", "act"), FUNCTIONS.values(), ids=FUNCTIONS)
def test_an_edit_of_what_a_function_uses_counts(tmp_path, monkeypatch, before, act):
    monkeypatch.syspath_prepend(str(tmp_path))

    def read(number):
        sys.modules.pop("beside_it", None)
        importlib.invalidate_caches()
        (tmp_path / "beside_it.py").write_text(f"S = {number}\n")
        path = tmp_path / "mine.py"
        path.write_text(f"import jax\n{before}\nact = {act}\n".replace("1", str(number)))
        code._parsed.cache_clear()
        spec = importlib.util.spec_from_file_location("waza_study_file", path)
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, "waza_study_file", module)
        spec.loader.exec_module(module)
        return code_of(learner(activation=module.act)), describe(module.act)

    one, other = read(1), read(3)
    assert one != other
    assert read(1) == one
    sys.modules.pop("beside_it", None)


CELLS = {
    "a number": "def f(x): return 1 * x",
    "a default": "def f(x, s=1): return s * x",
    "a constant": "S = 1\ndef f(x): return S * x",
    "another function": "def g(x): return 1 * x\ndef f(x): return g(x)",
    "a lambda": "S = 1\nf = lambda x: S * x",
    "a class's number": "class f(optim.SGD):\n    rate: float = 1\n    def init(self, p): return ()",
    "a class's constant": "class f(optim.SGD):\n    K = 1\n    def init(self, p): return self.K",
    "a class's method": "class f(optim.SGD):\n    def init(self, p): return 1",
}


@pytest.mark.parametrize("source", CELLS.values(), ids=CELLS)
def test_an_edit_of_code_without_a_file_counts(source):
    def defined(source):
        space = {"__name__": "__main__", "optim": optim}
        exec(compile(source, "<cell>", "exec"), space)
        return code_of(space["f"])

    one = defined(source)
    assert one == defined(source) != defined(source.replace("1", "3"))


def test_all_of_waza_can_be_read():
    """Each file's definitions are found, and their digests do not depend on the order of names in sets."""
    for path in sorted(code.ROOT.rglob("*.py")):
        source = code._source(path)
        tree = ast.parse(path.read_text("utf-8"))
        named = [one.name for one in tree.body if isinstance(one, ast.FunctionDef | ast.ClassDef)]
        assert set(named) <= set(source.definitions)
