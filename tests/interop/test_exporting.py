"""`waza export`: what each kind of model gives, the same answers as `waza use`, and what goes wrong."""

import itertools
import json
import subprocess
import sys
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import onnxruntime
import pandas as pd
import pytest

from waza import models, nn
from waza.cli import main
from waza.core.errors import Error
from waza.data.array_preparation import ArrayPreparation
from waza.data.image_preparation import ImagePreparation
from waza.data.preparation import prepare
from waza.data.text.preparation import TextPreparation
from waza.data.text.tokenizer import Characters
from waza.interop import exporting
from waza.interop.onnx.target import ONNXTarget
from waza.interop.targets import TARGETS, target_of
from waza.kinds import Model
from waza.kinds.exported import export_model
from waza.kinds.model_folder import prepared_model
from waza.kinds.policy.preparation import PolicyPreparation
from waza.kinds.vae.preparation import VAEPreparation
from waza.models.decoding import greedy
from waza.rl.environments.names import environment
from waza.rl.policies import mlp_policy

RNG = np.random.default_rng(0)
SLOW = pytest.mark.slow
SCRIPT = """
import json, sys
import numpy as np, onnxruntime
assert "waza" not in sys.modules
folder, images, out = sys.argv[1:]
session = onnxruntime.InferenceSession(f"{folder}/model.onnx")
shares = session.run(["probabilities"], {"images": np.load(images)})[0]
classes = json.load(open(f"{folder}/export.json"))["classes"]
json.dump([classes[best] for best in shares.argmax(axis=1)], open(out, "w"))
assert "waza" not in sys.modules and "jax" not in sys.modules
"""


def draw(layer, seed=0):
    return jax.tree.map(np.asarray, jax.jit(layer.init)(jax.random.key(seed)))


def classifier():
    network = models.ConvNet((models.Convolution(2, 3, pool=nn.MaxPool(2)),), (4,), 3, (6, 6, 1))
    return prepared_model(network, draw(network), ImagePreparation((6, 6), 1, ("ant", "bee", "cat")))


def of_table(target):
    frame = pd.DataFrame(
        {
            "size": RNG.normal(1e6, 3, 60),
            "kind": RNG.choice(["a", "b", "c"], 60),
            "when": [f"2024-01-{1 + i % 28:02d}" for i in range(60)],
            "class": RNG.choice(["no", "yes"], 60),
            "price": RNG.normal(5e4, 1e3, 60),
        }
    )
    frame.loc[::7, "size"] = np.nan
    preparation = prepare(frame.drop(columns={"class": "price", "price": "class"}[target]), target).preparation
    network = models.MLP((preparation.inputs, 5, preparation.outputs))
    return frame, prepared_model(network, draw(network), preparation)


def translator(network, **more):
    vocabularies = SimpleNamespace(ends=(8, 6))
    return Model(network, draw(network), SimpleNamespace(kind="translation", vocabularies=vocabularies, to_json=dict))


def read(folder, part="model"):
    return onnxruntime.InferenceSession(folder / f"{part}.onnx")


def refused(arguments, words, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["export", *map(str, arguments)])
    error = capsys.readouterr().err
    assert stopped.value.code == 2 and words in error and error.count("\n") == 1, error


@pytest.fixture(autouse=True)
def one_batch(request, monkeypatch):
    """Models are compared for one batch, except where the test is of the command: each size is another program."""
    if request.node.name != test_a_classifier_leaves_and_is_served_without_waza.__name__:
        monkeypatch.setattr(exporting, "ROWS", (2,))


@pytest.fixture(scope="module")
def model():
    return classifier()


@pytest.fixture
def saved(model, tmp_path):
    model.save(tmp_path / "model")
    return tmp_path / "model"


def test_a_classifier_leaves_and_is_served_without_waza(model, saved, tmp_path, capsys):
    out = tmp_path / "out"
    main(["export", str(saved), "--to", "onnx", "--out", str(out), "--lang", "en"])
    printed = capsys.readouterr().out
    assert "inputs: images (batch, 6, 6, 1) uint8" in printed and "on batches of 1, 3, 8 rows: " in printed
    facts = json.loads((out / "export.json").read_text())
    assert facts["parts"][0]["largest_difference"] < 1e-5 and facts["pixels"]["height"] == 6
    images = RNG.integers(0, 256, (9, 6, 6, 1)).astype(np.uint8)
    np.save(tmp_path / "images.npy", images)
    found = tmp_path / "found.json"
    subprocess.run([sys.executable, "-c", SCRIPT, out, tmp_path / "images.npy", found], check=True)
    assert json.loads(found.read_text()) == model.predict(images).tolist()
    assert json.loads(read(out).get_modelmeta().custom_metadata_map["classes"]) == ["ant", "bee", "cat"]


@pytest.mark.parametrize("target", ["class", "price"])
def test_a_table_has_the_answers_of_waza_use(target, tmp_path):
    """With missing numbers, unknown categories, dates, and numbers that float32 cannot tell apart."""
    frame, model = of_table(target)
    export_model(model, "onnx", tmp_path / "out")
    facts = json.loads((tmp_path / "out" / "export.json").read_text())
    assert [one["name"] for one in facts["columns"]] == ["size", "kind", "when"]
    assert facts["columns"][2]["number"] == "days since 1970-01-01"
    frame.loc[3, "kind"] = "other"
    days = (pd.to_datetime(frame["when"]) - pd.Timestamp(1970, 1, 1)) / pd.Timedelta(days=1)
    kinds = frame["kind"].map({one: i for i, one in enumerate(facts["columns"][1]["categories"])}).fillna(-1)
    rows = np.stack([frame["size"], kinds, days], axis=1).astype(float)
    found = read(tmp_path / "out").run(None, {"rows": rows})[0]
    if target == "class":
        assert np.allclose(found, model.predict_proba(frame), atol=1e-5)
        assert facts["classes"] == ["no", "yes"]
    else:
        assert np.allclose(found[:, 0], model.predict(frame), rtol=1e-5)


@pytest.mark.slow
def test_arrays_leave(tmp_path):
    network = models.SequenceModel(nn.Recurrent(nn.LSTM(2, 4, peepholes=True)), 3, read="last")
    model = prepared_model(network, draw(network), ArrayPreparation((5, 2), "float32", 3, "regression"))
    export_model(model, "onnx", tmp_path / "out")
    x = RNG.normal(size=(4, 5, 2)).astype(np.float32)
    assert np.allclose(read(tmp_path / "out").run(["numbers"], {"x": x})[0], model.predict(x), atol=1e-5)


@pytest.mark.parametrize(
    "name", ["CartPole-v1", pytest.param("Pendulum-v1", marks=SLOW), pytest.param("FrozenLake-v1", marks=SLOW)]
)
def test_policies_leave(name, tmp_path):
    preparation = PolicyPreparation(environment(name), "ppo")
    policy = mlp_policy(preparation.environment, (5,)).model
    variables = draw(policy)
    variables["layers"][-1]["weight"] = 30 * variables["layers"][-1]["weight"]
    model = prepared_model(policy, variables, preparation)
    export_model(model, "onnx", tmp_path / "out")
    session = read(tmp_path / "out")
    seen = preparation.environment.observations
    x = RNG.normal(size=(4, *seen.shape)).astype(np.float32) if seen.shape else np.arange(4, dtype=np.int32)
    assert np.allclose(session.run(["actions"], {"observations": x})[0], model.predict(x), atol=1e-5)


def test_a_language_model_writes_token_by_token(tmp_path):
    network = models.lstm_language_model(5, width=4, depth=2)
    model = prepared_model(network, draw(network), TextPreparation(Characters("abcd")))
    export_model(model, "onnx", tmp_path / "out")
    session, ids = read(tmp_path / "out", "step"), np.array([1, 4, 2, 0, 3], np.int32)
    names = [one.name for one in session.get_inputs()][1:]
    state = {name: np.zeros((1, 4), np.float32) for name in names}
    losses = []
    for token, following in itertools.pairwise(ids):
        logits, *after = session.run(None, {"token": np.array([token]), **state})
        state = dict(zip(names, after, strict=True))
        losses.append(np.log(np.exp(logits[0]).sum()) - logits[0, following])
    assert names[0] == "state_0_hidden" and np.mean(losses) == pytest.approx(model.loss(ids), rel=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("convolutional", [False, True])
def test_an_autoencoder_leaves_in_two_parts(convolutional, tmp_path):
    network = models.convolutional_vae((8, 8, 1), 2, (2, 3)) if convolutional else models.dense_vae((8, 8, 1), 2, (4,))
    model = prepared_model(network, draw(network), VAEPreparation((8, 8), 1))
    written = export_model(model, "onnx", tmp_path / "out")
    assert [one.path.name for one in written] == ["encoder.onnx", "decoder.onnx"]
    x = RNG.integers(0, 256, (3, 8, 8, 1)).astype(np.uint8)
    code = read(tmp_path / "out", "encoder").run(["mean"], {"images": x})[0]
    assert np.allclose(code, model.encode(x), atol=1e-5)
    shades = read(tmp_path / "out", "decoder").run(None, {"latent": code})[0]
    assert np.abs(255 * shades - model.decode(code).astype(float)).max() <= 0.51


TRANSLATORS = {
    "luong": models.recurrent_translator(9, 7, 4, 1, "gru"),
    "deep": models.recurrent_translator(9, 7, 4, 2),
    "bahdanau": models.recurrent_translator(9, 7, 4, 1, "gru", "concatenated", "additive", "before", True, False),
    "before, LSTM": models.recurrent_translator(9, 7, 4, 2, "lstm", "forward", "dot", "before"),
    "before, SSRU": models.recurrent_translator(9, 7, 4, 1, "ssru", "forward", "dot", "before"),
    "none": models.recurrent_translator(9, 7, 4, 1, "rnn", "reversed", None),
    "ssru": models.recurrent_translator(9, 7, 4, 2, "ssru", "forward", "general"),
    "transformer": models.Transformer(9, 7, 4, 2, 2, 8),
    "shared": models.Transformer(7, 7, 4, 2, 1, 8, norm_position="after", tied=False, shared=True, decoder_depth=2),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TRANSLATORS)
def test_a_translator_decodes_greedily(name, tmp_path):
    """The tokens and logits that ONNX Runtime finds step by step are those of waza."""
    model = translator(TRANSLATORS[name])
    export_model(model, "onnx", tmp_path / "out")
    encoder, step = read(tmp_path / "out", "encoder"), read(tmp_path / "out", "step")
    source, lengths = RNG.integers(0, 7, (3, 5)).astype(np.int32), np.array([5, 1, 3], np.int32)
    known = dict(
        zip(
            [one.name for one in encoder.get_outputs()],
            encoder.run(None, {"source": source, "lengths": lengths}),
            strict=True,
        )
    )
    for one in step.get_inputs():
        if one.name.startswith("state_") and one.name not in known:
            shape = [{"batch": 3, "most": 6}.get(axis, axis) for axis in one.shape]
            known[one.name] = np.zeros(shape, np.int32 if "int" in one.type else np.float32)
    token, found, first = np.full(3, 6, np.int32), [], None
    outputs = [one.name for one in step.get_outputs()]
    for _ in range(6):
        given = {one.name: known[one.name] for one in step.get_inputs() if one.name != "token"}
        after = dict(zip(outputs, step.run(None, {"token": token, **given}), strict=True))
        known |= {name.removeprefix("new_"): value for name, value in after.items()}
        token = after["logits"].argmax(axis=1).astype(np.int32)
        found.append(token)
        first = after["logits"] if first is None else first
    variables = jax.tree.map(jnp.asarray, model.variables)
    encoded = model.model.encode(variables, jnp.asarray(source), jnp.asarray(lengths), nn.Pass())
    begun = model.model.start(variables, encoded, 6)
    logits = model.model.step(variables, encoded, begun, jnp.full(3, 6))[0]
    np.testing.assert_allclose(first, logits, rtol=1e-4, atol=1e-5)
    expected = greedy(model.model, variables, encoded, 6)
    for row, (tokens, length) in enumerate(zip(expected.tokens, expected.lengths, strict=True)):
        assert np.array(found)[:length, row].tolist() == np.asarray(tokens)[:length].tolist()


# What goes wrong.


def test_a_folder_that_exists_is_kept(saved, tmp_path, capsys):
    out, given = tmp_path / "out", [saved, "--to", "onnx", "--out"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "note.txt").write_text("keep")
    refused([*given, tmp_path / "mine", "--force"], "is no export of waza", capsys)
    assert (tmp_path / "mine" / "note.txt").read_text() == "keep"
    main(["export", *map(str, given), str(out)])
    (out / "old.txt").write_text("")
    capsys.readouterr()
    refused([*given, out], f"{out} exists: give another folder, or --force to replace it", capsys)
    main(["export", *map(str, given), str(out), "--force"])
    assert sorted(one.name for one in out.iterdir()) == ["export.json", "model.onnx"]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["mine", "model", "out"]


def test_an_altered_model_is_refused(saved, tmp_path, capsys):
    content = json.loads((saved / "model.json").read_text())
    text = (saved / "model.json").read_text().replace('"ant"', '"emu"')
    assert content and text != (saved / "model.json").read_text()
    (saved / "model.json").write_text(text)
    refused([saved, "--to", "onnx", "--out", tmp_path / "out"], "is damaged", capsys)
    assert not (tmp_path / "out").exists()


def test_an_export_that_differs_leaves_nothing(saved, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(exporting, "TOLERANCE", -1.0)
    refused([saved, "--to", "onnx", "--out", tmp_path / "out"], "so nothing is written", capsys)
    assert [one.name for one in tmp_path.iterdir()] == ["model"]


def test_missing_packages_are_named(saved, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(ONNXTarget, "packages", ("onnx", "gone_package"))
    words = "export to onnx needs gone_package: pip install 'waza[onnx]'"
    refused([saved, "--to", "onnx", "--out", tmp_path / "out"], words, capsys)


def test_what_cannot_leave_is_named(tmp_path):
    from waza.kinds.word2vec.kind import KIND

    with pytest.raises(Error, match=r"models of corpora cannot be exported: write their vectors by"):
        KIND.exportable(None)
    with pytest.raises(Error, match="says not what its outputs are"):
        export_model(Model(models.MLP((2, 2)), {}, None), "onnx", tmp_path / "out")
    with pytest.raises(Error, match="no export to 'onx': did you mean 'onnx'"):
        target_of("onx")
    assert {name: target_of(name).name for name in TARGETS} == {name: name for name in TARGETS}


@pytest.mark.parametrize(
    ("found", "difference"),
    [
        ([1.0, 3.0], 0.5 / 3.5),
        ([1.0, float("nan")], float("inf")),
        ([1.0], float("inf")),
    ],
)
def test_the_difference_is_relative_to_the_largest_output(found, difference):
    expected = np.array([1.0, 3.5], np.float32)
    assert exporting._difference(expected, np.array(found, np.float32)) == pytest.approx(difference)
    assert exporting._difference(np.array([1]), np.array([2])) == float("inf")
    assert exporting._difference(np.array([1]), np.array([1])) == 0
