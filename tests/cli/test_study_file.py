"""A study file with a mistake: one line with the user's own line, and nothing of waza."""

import io
import re

import pytest

from waza.cli import main

SOUND = """import dataclasses
import numpy as np
import waza as wz
from waza import models, optim

x = np.ones((20, 4), np.float32)
y = np.arange(20, dtype=np.int32) % 2
base = wz.Supervised(models.MLP((4, 3, 2)), optim.SGD(0.1), batch_size=4, probes=False)
study = wz.Study(name="t", variants={"a": base}, data=((x, y), (x, y)), seeds=1, block=1, steps=0, claims=())
"""
EFFECT = """
def effect(results):
    return BODY
part = wz.Part("p", effect, low=0.0)
study = dataclasses.replace(study, claims=(wz.Claim("c", (part,)),))
"""
OWN = """
class Own(wz.Learner):
    def measures(self, data):
        return (wz.Measure("loss", "lower"),)
    def init(self, key, data):
        return {"w": key_data(key)}
    def batch(self, data, key, step):
        return None
    def update(self, state, batch, key):
        return state, {}
    def evaluate(self, state, data, key):
        return {"loss": 0.0}
study = wz.Study(name="own", variants={"a": Own()}, data=None, seeds=1, block=1, steps=1)
"""
FILES = {
    "a syntax error": ("import waza\nx = (1,\ny = 2 3\n", r"t.py:\d: SyntaxError: .*"),
    "an import error": (
        "import nosuchmodule\n",
        r"t.py:1: ModuleNotFoundError: No module named 'nosuchmodule' \(",
    ),
    "the end of the program": (
        "import sys\nsys.exit(3)\n",
        r"t.py:2: SystemExit: .* leave the call out \(in: sys",
    ),
    "endless recursion": ("def f():\n    return f()\nf()\n", r"t.py:2: RecursionError: .*\(in: return f\(\)\)"),
    "an exception": ("a = {}\na['b']\n", r"t.py:2: KeyError: 'b' \(in: a\['b'\]\)"),
    "many lines": ("raise ValueError('one\\ntwo')\n", r"t.py:1: ValueError: one two \(in: raise"),
    "a long message": ("raise ValueError('a' * 5000)\n", r"t.py:1: ValueError: a+…a+\.\.\. \(in: raise"),
    "an exception without text": (
        "class E(Exception):\n    def __str__(self):\n        raise OSError\nraise E\n",
        r"t.py:4: E \(in: raise E\)",
    ),
    "standard input": ("input()\n", r"t.py:1: EOFError: .*\(in: input\(\)\)"),
    "an error of waza": (
        "import waza as wz\n\nwz.optim.SGD(None)\n",
        r"t.py:3: SGD.learning_rate is None; expected",
    ),
    "a setting of a study": (
        SOUND.replace("seeds=1", "seeds='a'"),
        r"t.py:9: Study.seeds is 'a'; expected a whole",
    ),
    "no study": ("print('hello')\n", r"t.py defines no `study`; expected a line such as: study = wz.Study\("),
    "another name": (SOUND + "mine, study = study, None", r"t.py defines no `study`; it has mine: call the one to run"),
    "two names": (SOUND + "one = two = study\ndel study", r"it has one and two: call the one to run `study`"),
    "a class": ("study = int\n", r"`study` in .*t.py is the class builtins.int; expected a line such as"),
    "a list": (SOUND + "study = [study]", r"`study` in .*t.py is .*; expected a line such as"),
    "an effect without seeds": (
        SOUND + EFFECT.replace("BODY", "None"),
        r"effect of 'p' returns None; expected one",
    ),
    "an effect over variants": (
        SOUND + EFFECT.replace("BODY", "wz.final(results, 'test_loss')"),
        r"effect of 'p' returns values over \(variant, seed\); expected one value a seed",
    ),
    "an effect of no measure": (
        SOUND + EFFECT.replace("BODY", "wz.final(results, 'test_los', 'a')"),
        r"t.py:12: the results have no measure 'test_los': did you mean 'test_loss'\?",
    ),
    "an effect of no variant": (
        SOUND + EFFECT.replace("BODY", "wz.final(results, 'test_loss', 'b')"),
        r"t.py:12: the results have no variant 'b': known: a",
    ),
    "an effect with a wrong name": (
        SOUND + EFFECT.replace("BODY", "result"),
        r"t.py:12: NameError: name 'result' is not defined.* \(in: return result\)",
    ),
    "a learner's own exception": (
        SOUND + OWN,
        r"t.py:15: NameError: name 'key_data' is not defined.* \(in: return \{\"w\": key_data\(key\)\}\)",
    ),
    "a learner's state": (
        SOUND + OWN.replace("key_data(key)", "'text'"),
        r"Own.init returns 'text' at \['w'\]; expected a tree of arrays",
    ),
}


@pytest.mark.parametrize(("text", "said"), FILES.values(), ids=FILES)
def test_a_mistake_is_one_line(text, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    (tmp_path / "t.py").write_text(text, "utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["run", "t.py"])
    error = capsys.readouterr().err
    assert ended.value.code == 2
    assert re.search(said, error), error
    assert error.count("\n") == 1 and "Traceback" not in error and "waza/" not in error, error
    assert not (tmp_path / "runs").exists() or not any((tmp_path / "runs").iterdir())


def test_what_a_file_prints_is_printed_and_a_module_beside_it_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "beside_t.py").write_text("def broken():\n    return 1 / 0\n", "utf-8")
    (tmp_path / "t.py").write_text("import beside_t\nprint('hello')\nbeside_t.broken()\n", "utf-8")
    with pytest.raises(SystemExit):
        main(["run", "t.py"])
    said = capsys.readouterr()
    assert said.out == "hello\n"
    assert said.err == "waza: beside_t.py:2: ZeroDivisionError: division by zero (in: return 1 / 0)\n"
