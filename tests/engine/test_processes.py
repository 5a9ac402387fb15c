"""One training in two processes is that of one process: gradients, parameters, evaluations, checkpoints."""

import json
import os
import socket
import subprocess
import sys

import numpy as np
import pytest

pytestmark = pytest.mark.slow

WAIT = 300
HEAD = """
import sys
from pathlib import Path
import jax
import numpy as np
from waza import data, learners, models, nn, optim
from waza.core.rank import Rank
from waza.engine import processes
from waza.engine.joining import join
from waza.engine.watch import Watch

number, count, address, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], Path(sys.argv[4])
jax.config.update("jax_num_cpu_devices", {devices})
if count > 1:
    join(Rank(count, number, address))
rng = np.random.default_rng(0)


def keep(name, tree):
    if processes.first():
        np.savez(folder / name, *jax.tree.leaves(tree))
"""
PARTS = """
from waza.engine.single import single_program
from waza.engine.training import Plan
from waza.engine.single import train_single
from waza.engine.checkpoint import Checkpoint


def splits(*shapes):
    shapes = [(kind, (120, *shape)) for kind, shape in shapes]
    x, y = (rng.integers(0, 3, shape) if kind is int else rng.normal(size=shape) for kind, shape in shapes)
    x, y = (one.astype(np.int32 if one.dtype.kind == "i" else np.float32) for one in (x, y))
    return [data.Split(x[start:stop], y[start:stop]) for start, stop in ((0, 80), (80, 100), (100, 120))]


def train(name, learner, given, steps=30):
    program = single_program(learner, given, steps)
    assert program.group.layout.mesh.size == (count if "{devices}" == "1" else 2 if count == 1 else count * 2)
    portion = program.start([0])[0]
    if hasattr(learner, "gradients"):
        keep(name + "_gradients", program.gradients_at(portion, 0))
    plan = Plan(steps=steps, evaluate_every=10, keep="last")
    trained = train_single(single_program(learner, given, steps), 0, plan, Checkpoint(folder / name, "again"))
    keep(name + "_variables", trained.variables)
    keep(name + "_measures", [[value for path, value in sorted(one.items())] for one in trained.history])
"""


def run(tmp_path, code, count, devices=1, expected=0):
    """The outputs of a script in `count` processes, whose folders are one each: no file system is shared."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{one.getsockname()[1]}"
    script = (HEAD + code).replace("{devices}", str(devices))
    folders = [tmp_path / f"{count}-{number}" for number in range(count)]
    started = []
    for number, folder in enumerate(folders):
        folder.mkdir(exist_ok=True)
        command = [sys.executable, "-c", script, str(number), str(count), address, str(folder)]
        environment = {**os.environ, "JAX_COORDINATOR_BIND_ADDRESS": address}
        started.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment))
    try:
        ended = [process.communicate(timeout=WAIT)[1] for process in started]
    finally:
        for process in started:
            process.kill()
    assert [process.returncode for process in started] == [expected] * count, "\n".join(ended)
    for other in folders[1:]:
        assert not [*other.iterdir()]
    return folders[0]


def assert_close(one, other, names, most=1e-6):
    for name in names:
        with np.load(one / f"{name}.npz") as first, np.load(other / f"{name}.npz") as second:
            assert sorted(first) == sorted(second) and sorted(first)
            for leaf in first:
                np.testing.assert_allclose(second[leaf], first[leaf], rtol=most, atol=most, err_msg=f"{name} {leaf}")


DENSE = """
given = data.Dataset("rows", *splits((float, (6,)), (int, ())))
network = models.MLP((6, 16, 3), nn.tanh, norm=nn.BatchNorm(), dropout=nn.Dropout(0.2))
learner = learners.Supervised(network, optim.SGD(0.1), batch_size=16)
train("dense", learner, given)
"""
CONVOLUTIONS = """
images = data.Dataset("images", *splits((float, (8, 8, 1)), (int, ())))
network = models.ConvNet((models.Convolution(4, 3, pool=nn.MaxPool(2)),), (8,), 3, (8, 8, 1), norm=nn.BatchNorm())
train("convolutions", learners.Supervised(network, optim.SGD(0.1), batch_size=16), images)
"""
RECURRENT = """
words = rng.integers(0, 20, 2001).astype(np.int32)
text = data.Split(words[:-1], words[1:])
language = learners.TruncatedBPTT(models.lstm_language_model(20, 8, 1, 0.0), optim.SGD(0.5), batch_size=8, window=10)
train("recurrent", language, data.Dataset("words", text, text))
"""
STREAM = """
from waza.learners.source import Stream


class Own(Stream):
    def digest(self):
        return "own"

    def batches(self, seed, start, stop):
        for step in range(start, stop):
            given = np.random.default_rng((seed, step))
            x = given.normal(size=(7 if step % 5 == 3 else 8, 6)).astype(np.float32)  # 7 rows are not shared
            yield data.Split(x, (x[:, 0] > 0).astype(np.int32))


class Streamed(learners.Supervised):
    def source(self, given):
        return Own()


held = splits((float, (6,)), (int, ()))
train("stream", Streamed(models.MLP((6, 8, 3), nn.tanh), optim.SGD(0.1)), data.Dataset("rows", *held))
"""


@pytest.mark.parametrize("devices", [1, 2])
def test_two_processes_train_as_one(tmp_path, devices):
    code = PARTS + (DENSE + STREAM + CONVOLUTIONS if devices == 1 else "") + RECURRENT
    alone, together = (run(tmp_path, code, count, devices) for count in (1, 2))
    names = ["recurrent", *(("dense", "stream", "convolutions") if devices == 1 else ())]
    assert_close(alone, together, [f"{name}_gradients" for name in names])
    assert_close(alone, together, [f"{name}_{what}" for name in names for what in ("variables", "measures")], 1e-5)


def test_a_checkpoint_goes_on_in_another_number_of_processes(tmp_path):
    stop = """
class Stops(Watch):
    trained = 0

    def advance(self, steps):
        self.trained += steps

    def stop_asked(self):  # any process may ask
        return self.trained > 0 and number == count - 1


from waza.engine.watch import Interrupted
given = data.Dataset("rows", *splits((float, (6,)), (int, ())))
learner = learners.Supervised(models.MLP((6, 16, 3), nn.tanh), optim.Adam(0.01), batch_size=16)
plan = Plan(steps=40, evaluate_every=20, keep="best", measure=learner.selection(given))
try:
    train_single(single_program(learner, given, 40), 0, plan, Checkpoint(folder / "kept", "again"), Stops())
    raise SystemExit("it has not stopped")
except Interrupted:
    pass
"""
    end = (
        stop.split("try:")[0]
        + """
kept = Checkpoint(folder / "kept", "again")
begun = kept.step()
trained = train_single(single_program(learner, given, 40), 0, plan, kept if begun else None)
keep("end", trained.variables)
print(begun)
"""
    )
    whole = run(tmp_path, PARTS + end, 1)
    for before, after in ((1, 2), (2, 1)):
        place = tmp_path / str(before)
        place.mkdir()
        stopped = run(place, PARTS + stop, before)
        assert [path.name for path in stopped.iterdir()] == ["kept"]
        goes_on = place / f"{after}-0"
        goes_on.mkdir()
        (stopped / "kept").rename(goes_on / "kept")
        assert_close(whole, run(place, PARTS + end, after), ["end"], 1e-5)


def test_arrays_and_errors_of_the_first_process_are_those_of_all(tmp_path):
    code = """
from waza.core.errors import Error
own = {"a": np.arange(6, dtype=np.float32).reshape(2, 3) * (1 + number), "b": np.array([-0.0, np.nan, 1 + number])}
large = np.arange(5_000_000, dtype=np.int64) + number  # more than one piece
found = processes.arrays_of_first({**own, "c": large} if number == 0 else {})
np.testing.assert_array_equal(found["a"], np.arange(6).reshape(2, 3))
assert np.signbit(found["b"][0]) and np.isnan(found["b"][1]) and found["b"][2] == 1
np.testing.assert_array_equal(found["c"], np.arange(5_000_000))
assert processes.of_first(7 + number) == 7
assert processes.any_of(number == 1) and not processes.any_of(False)
assert processes.by_first(lambda: {"number": number, "nothing": None}) == {"number": 0, "nothing": None}


def fail():
    raise Error(f"no room in process {number}")


try:
    processes.by_first(fail)
    raise SystemExit("no error")
except Error as error:
    assert str(error) == "no room in process 0"
processes.check_same({"a": (1, 2)})
try:
    processes.check_same({"a": number})
    raise SystemExit("no error")
except Error as error:
    assert "process 1 has other data, options or versions" in str(error)
"""
    run(tmp_path, code, 2)


def test_what_cannot_be_shared_is_refused(tmp_path):
    code = (
        PARTS
        + """
import waza as wz
from waza.core.errors import Error
given = data.Dataset("rows", *splits((float, (6,)), (int, ())))


def refused(work, words):
    try:
        work()
        raise SystemExit("not refused: " + words)
    except Error as error:
        assert words in str(error), error


odd = learners.Supervised(models.MLP((6, 3), nn.tanh), optim.SGD(0.1), batch_size=5)
refused(lambda: single_program(odd, given, 3), "a batch has 5 rows, and 2 processes do not divide them")
refused(lambda: wz.fit("policy", "CartPole-v1", steps=1000), "a batch of PPO has no rows that 2 processes can share")
refused(lambda: wz.compare((given.train.x, given.train.y)), "by one process")
"""
    )
    run(tmp_path, code, 2)


def test_fit_in_python_gives_the_model_to_all(tmp_path):
    code = """
import waza as wz
x = rng.normal(size=(200, 4)).astype(np.float32)
y = x[:, 0] > 0
for again in range(2):  # the second one reads the folder
    out = folder / ("none" if number else "model")
    model = wz.fit("mlp", (x, y), steps=20, hidden=(8,), batch_size=16, out=out)
    answers = model.predict(x[:50])
    first = processes.arrays_of_first({"answers": answers})["answers"]
    np.testing.assert_array_equal(answers, first)
"""
    folder = run(tmp_path, code, 2)
    assert json.loads((folder / "model" / "result.json").read_text())["steps"] == 20
