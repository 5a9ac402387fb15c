"""What has no counterpart is named, with the reason and what to do; files with code are refused."""

import importlib.util
import json
import subprocess
import sys
import zipfile

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from waza import models, nn
from waza.core.errors import Error
from waza.interop.keras import from_keras, graph, to_keras
from waza.interop.keras.package import keras as keras_package

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("keras") is None, reason="Keras is not installed"),
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def keras():
    return keras_package()


def there(layer, shape=None):
    return to_keras(layer, layer.init(jax.random.key(0)), shape)


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (nn.Recurrent(nn.LSTM(3, 4, peepholes=True)), None, "cell is an LSTM with peepholes, .*: use peepholes=False"),
        (nn.Recurrent(nn.LSTM(3, 4, coupled=True)), None, "coupled gates, .*: use coupled=False"),
        (nn.Recurrent(nn.LSTM(3, 4, output_gate=False)), None, "a gate switched off, .*: use all gates"),
        (nn.Recurrent(nn.LSTM(3, 4, full_gate_recurrence=True)), None, "full gate recurrence, "),
        (nn.Bidirectional(nn.LSTM(3, 4, output_activation=None)), None, "different input_activation and output_activ"),
        (nn.Recurrent(nn.SSRU(3, 4)), None, r"cell has the cell nn.SSRU, .*: use SimpleRNN, LSTM or GRU"),
        (nn.LocalResponseNorm(3), (4, 4, 6), "the model is nn.LocalResponseNorm, which Keras has no layer for"),
        (nn.MaxPool(3, 2, padding=1), (9, 8, 2), "pools with padding=1, and Keras pads pooling by 'same' or 'valid'"),
        (models.Chain((nn.Dense(3, 2), jax.nn.hard_tanh)), None, r"layers.1 has the activation .*hard_tanh.*: use one"),
        (models.dense_vae(6, 2), (6,), "the model is models.VAE, which is two models in Keras: convert its enc"),
        (models.recurrent_translator(5, 5, 4), (3,), "models.Seq2Seq, which has no counterpart in Keras: `waza export"),
        (nn.Flatten(), None, "nn.Flatten takes rows of any shape, and Keras needs one: give shape="),
    ],
)
def test_a_layer_without_counterpart_is_named(layer, shape, words):
    with pytest.raises(Error, match=words) as raised:
        there(layer, shape)
    assert "\n" not in str(raised.value)


@pytest.mark.wrong_types
def test_what_is_no_model_is_refused():
    with pytest.raises(Error, match=r"the layer nn.Dense without variables: give variables="):
        to_keras(nn.Dense(3, 2))
    with pytest.raises(Error, match="given a dict; expected a trained model, or a layer and variables"):
        to_keras({})
    with pytest.raises(Error, match=r"given a list; expected a Keras model or a \.keras file"):
        from_keras([])


def branched(keras):
    x = keras.Input((4,))
    return keras.Model(x, keras.layers.add([keras.layers.Dense(4, name="a")(x), x]))


def repeated(keras):
    x, dense = keras.Input((4,)), keras.layers.Dense(4, name="twice")
    return keras.Model(x, dense(dense(x)))


def masked(keras):
    x = keras.Input((5, 8))
    return keras.Model(x, keras.layers.MultiHeadAttention(2, 4, name="heads")(x, x, use_causal_mask=True))


def followed(keras):
    query, memory = keras.Input((5, 8)), keras.Input((6, 8))
    y = keras.layers.MultiHeadAttention(2, 4, name="heads")(query, memory)
    return keras.Model([query, memory], keras.layers.Dense(2)(y))


def exchanged(keras):
    first, second = (keras.layers.LSTM(2, go_backwards=backwards) for backwards in (True, False))
    both = keras.layers.Bidirectional(first, backward_layer=second, name="both")
    return keras.Sequential([keras.Input((4, 3)), both])


def of(shape, *names, **settings):
    def make(keras):
        layers = [getattr(keras.layers, name)(**settings) for name in names]
        return keras.Sequential([keras.Input(shape), *layers])

    return make


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (branched, "takes the outputs of another layer|which waza has no layer for"),
        (repeated, "the layer twice is used twice"),
        (followed, "heads has two inputs, and other layers follow: convert it as a model of its own"),
        (of((4,), "Dense", units=2, dtype="float16", name="a"), "a computes in float16; expected float32"),
        (of((4, 3), "Softmax", axis=1, name="a"), "a has axis=1, .*: use the last axis"),
        (of((4,), "ReLU", max_value=6.0, name="a"), "a has max_value=6.0, .*: use the plain one"),
        (exchanged, "both has the backward layer first"),
        (masked, "heads is called with use_causal_mask"),
        (of((4,), "Lambda", function=lambda x: x, name="own"), "own is a Lambda layer, which holds code"),
        (of((4, 3), "Conv1D", filters=2, kernel_size=2, name="line"), "line is Conv1D, which waza has no layer for"),
        (of((4, 3), "LSTM", units=2, dropout=0.1, name="a"), "a has dropout=0.1, .*: put a Dropout layer before it"),
        (of((4, 3), "GRU", units=2, recurrent_activation="relu", name="a"), "a has another recurrent_activation"),
        (of((4, 3), "LSTM", units=2, go_backwards=True, return_sequences=True, name="a"), "a goes backwards"),
        (
            of((8, 8, 2), "Conv2D", filters=2, kernel_size=3, dilation_rate=2, name="a"),
            "a has dilation_rate=\\(2, 2\\)",
        ),
        (of((8, 8, 2), "ZeroPadding2D", padding=1, name="a"), "a pads by .*; expected as many zeros on either side"),
        (of((4,), "Dense", units=2, activation="gelu", name="a"), "a has the activation gelu; expected one of linear"),
        (of((4,), "Dense", units=2, kernel_constraint="non_neg", name="a"), "a has a kernel_constraint"),
        (of((4,), "BatchNormalization", center=False, name="a"), "a has one of scale and shift"),
        (of((8, 4, 3), "LayerNormalization", axis=1, name="a"), r"a has axis=.*: normalise the last axis"),
        (
            of((4, 8, 3), "Conv2DTranspose", filters=2, kernel_size=3, strides=2, padding="same", name="a"),
            "use 'valid'",
        ),
    ],
)
def test_a_keras_layer_without_counterpart_is_named(keras, make, words):
    with pytest.raises(Error, match=words) as raised:
        from_keras(make(keras))
    assert "\n" not in str(raised.value)


def test_a_model_without_weights_is_refused(keras):
    with pytest.raises(Error, match=r"no weights yet: give it an Input, or call model.build"):
        from_keras(keras.Sequential([keras.layers.Dense(3)]))


def test_a_file_with_code_is_refused_and_not_run(keras, tmp_path):
    made = keras.Sequential([keras.Input((4,)), keras.layers.Lambda(lambda x: 2 * x)])
    path = tmp_path / "lambda.keras"
    made.save(path)
    with pytest.raises(Error, match=r"lambda.keras has a Lambda layer, which holds code of its own") as raised:
        from_keras(path)
    assert "\n" not in str(raised.value)


def test_a_file_with_a_class_of_its_own_is_refused(keras, tmp_path):
    path = tmp_path / "plain.keras"
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]).save(path)

    def with_code(content):
        config = json.loads(content)
        config["config"]["layers"][1] |= {"module": "os", "class_name": "system", "registered_name": "x"}
        return json.dumps(config).encode()

    with pytest.raises(Error, match=r"changed.keras has os.system, which holds code"):
        from_keras(changed(path, "config.json", with_code))


def changed(path, name, change):
    """A `.keras` file beside, in which one of the files inside is another."""
    other = path.with_name("changed.keras")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.namelist():
            new.writestr(one, change(old.read(one)) if one == name else old.read(one))
    return other


def test_a_file_whose_layers_are_larger_than_its_weights_is_refused_before_they_are_made(keras, tmp_path):
    path = tmp_path / "plain.keras"
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]).save(path)
    large = changed(path, "config.json", lambda text: text.replace(b'"units": 2', b'"units": 1000000000000'))
    with pytest.raises(Error, match=r"its layers have 20,000,000,000,000 bytes of weights, and it holds [0-9,]+\)"):
        from_keras(large)


def test_a_file_that_unpacks_to_more_than_it_may_is_refused(keras, tmp_path, monkeypatch):
    path = tmp_path / "plain.keras"
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]).save(path)
    monkeypatch.setattr(graph, "LARGEST", 2**16)
    with pytest.raises(Error, match=r"changed.keras unpacks to [0-9,]+ bytes, and at most 65,536 are read"):
        from_keras(changed(path, "metadata.json", lambda text: text + b" " * 2**17))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_damaged_file_is_one_line(keras, tmp_path, share):
    path = tmp_path / "cut.keras"
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]).save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(Error, match=r"cut.keras is damaged \(.*\), or of Keras 2: save it again"):
        from_keras(path)


def test_other_files_are_refused(tmp_path):
    with pytest.raises(Error, match=r"is no \.keras file: write one in Keras by model.save\('old.keras'\)"):
        from_keras(tmp_path / "old.h5")
    with pytest.raises(Error, match=r"missing.keras is missing"):
        from_keras(str(tmp_path / "missing.keras"))


def test_without_keras_one_line_says_what_to_install():
    code = (
        "import sys; sys.modules['keras'] = None\n"
        "import jax\nfrom waza import nn\nfrom waza.interop.keras import to_keras\n"
        "layer = nn.Dense(3, 2)\nto_keras(layer, layer.init(jax.random.key(0)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100)
    assert ran.stderr.splitlines()[-1].endswith("Keras is needed, and is not installed: pip install 'waza[tensorflow]'")


# Layouts.


def test_a_model_of_a_course_comes_with_its_weights(keras, tmp_path):
    layers = keras.layers
    made = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.ZeroPadding2D(1),
            layers.Conv2D(4, 3, activation="relu", kernel_regularizer="l2"),
            layers.MaxPooling2D(),
            layers.BatchNormalization(),
            layers.Flatten(),
            keras.Sequential([layers.Dense(6, activation="tanh"), layers.Dropout(0.5)]),
            layers.ReLU(),
            layers.Dense(3),
            layers.Softmax(),
        ]
    )
    path = tmp_path / "course.keras"
    made.save(path)
    found = from_keras(path)
    x = np.random.default_rng(0).normal(size=(5, 8, 8, 1)).astype(np.float32)
    assert found.logits and found.model.layers[0] == nn.Conv2d(1, 4, (3, 3), (1, 1), (1, 1))
    logits = found.model.apply(found.variables, jnp.asarray(x), nn.Pass())
    np.testing.assert_allclose(jax.nn.softmax(logits), np.asarray(made(x)), atol=1e-6)


@pytest.mark.parametrize("flatten", ["channels_first", "channels_last"])
def test_images_that_are_channels_first(keras, flatten):
    if keras.backend.backend() == "tensorflow":
        pytest.skip("TensorFlow has no such convolutions on CPUs")
    layers, first = keras.layers, {"data_format": "channels_first"}
    made = keras.Sequential(
        [
            keras.Input((2, 9, 8)),
            layers.Conv2D(3, 3, activation="relu", **first),
            layers.BatchNormalization(axis=1),
            layers.AveragePooling2D(2, **first),
            layers.Flatten(data_format=flatten),
            layers.Dropout(0.2),
            layers.Dense(4),
        ]
    )
    x = np.random.default_rng(0).normal(size=(5, 2, 9, 8)).astype(np.float32)
    found = from_keras(made)
    assert found.notes == ("images are channels first in Keras, and channels last here: np.moveaxis(x, 1, -1)",)
    y = found.model.apply(found.variables, jnp.moveaxis(x, 1, -1), nn.Pass())
    np.testing.assert_allclose(y, np.asarray(made(x)), atol=1e-5)
