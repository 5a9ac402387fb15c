"""Exports one model of each kind to TensorFlow or Keras, in a process of its own: `python leaving.py TARGET FOLDER`.

For each model it writes the export to FOLDER/NAME, and the inputs and outputs of 2 and 5 rows to FOLDER/NAME.npz; the
differences, or what was refused, to FOLDER/found.json.
"""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import jax
import numpy as np
import pandas as pd

from waza import models, nn
from waza.core.errors import Error
from waza.data.array_preparation import ArrayPreparation
from waza.data.image_preparation import ImagePreparation
from waza.data.preparation import prepare
from waza.data.text.preparation import TextPreparation
from waza.data.text.tokenizer import Characters
from waza.interop.exporting import export
from waza.kinds import Model
from waza.kinds.model_folder import prepared_model
from waza.kinds.policy.preparation import PolicyPreparation
from waza.kinds.registry import kind_prepared_by
from waza.kinds.vae.preparation import VAEPreparation
from waza.rl.environments.names import environment
from waza.rl.policies import mlp_policy

RNG = np.random.default_rng(0)
CONVOLUTIONS = (models.Convolution(3, 3, pool=nn.MaxPool(2)), models.Convolution(4, 5, padding="same"))
WIDE = (models.Convolution(64, 3), models.Convolution(64, 3, groups=1, pool=nn.MaxPool(2)))


def draw(layer):
    return jax.tree.map(np.asarray, jax.jit(layer.init)(jax.random.key(0)))


def made(network, preparation):
    return prepared_model(network, draw(network), preparation)


def images(convolutions=CONVOLUTIONS, **more):
    network = models.ConvNet(convolutions, (4,), 3, (8, 8, 3), norm=nn.BatchNorm(), **more)
    return made(network, ImagePreparation((8, 8), 3, ("ant", "bee", "cat")))


def table():
    frame = pd.DataFrame(
        {
            "size": RNG.normal(1e6, 3, 60),
            "kind": RNG.choice(["a", "b", "c"], 60),
            "when": [f"2024-01-{1 + i % 28:02d}" for i in range(60)],
            "price": RNG.normal(5e4, 1e3, 60),
        }
    )
    frame.loc[::7, "size"] = np.nan
    preparation = prepare(frame, "price").preparation
    return made(models.MLP((preparation.inputs, 5, preparation.outputs)), preparation)


def sequences(cell):
    network = models.SequenceModel(nn.Bidirectional(cell), 3, read="last")
    return made(network, ArrayPreparation((5, 2), "float32", 3, "regression"))


def policy(name):
    preparation = PolicyPreparation(environment(name), "ppo")
    return made(mlp_policy(preparation.environment, (5,)).model, preparation)


def translator(network):
    vocabularies = SimpleNamespace(ends=(8, 6))
    return Model(network, draw(network), SimpleNamespace(kind="translation", vocabularies=vocabularies, to_json=dict))


MODELS = {
    "images": images,
    "wide images": lambda: images(WIDE),
    "grouped images": lambda: images((models.Convolution(6, 3), models.Convolution(4, 3, groups=2))),
    "local response": lambda: images(
        (models.Convolution(3, 3, local_response=nn.LocalResponseNorm(3), pool=nn.MaxPool(3, 2, padding=1)),)
    ),
    "table": table,
    "lstm": lambda: sequences(nn.LSTM(2, 4)),
    "peepholes": lambda: sequences(nn.LSTM(2, 4, peepholes=True)),
    "CartPole-v1": lambda: policy("CartPole-v1"),
    "Pendulum-v1": lambda: policy("Pendulum-v1"),
    "FrozenLake-v1": lambda: policy("FrozenLake-v1"),
    "text": lambda: made(models.lstm_language_model(5, width=4, depth=2), TextPreparation(Characters("abcd"))),
    "vae": lambda: made(models.convolutional_vae((8, 8, 1), 2, (2, 3)), VAEPreparation((8, 8), 1)),
    "seq2seq": lambda: translator(models.recurrent_translator(9, 7, 4, 2)),
    "transformer": lambda: translator(models.Transformer(9, 7, 4, 2, 2, 8)),
}


def leave(name, to, folder):
    model = MODELS[name]()
    exportable = kind_prepared_by(model.preparation.kind).exportable(model)
    written = export(exportable, to, folder / name)
    arrays = {}
    for one in written:
        for rows in (2, 5):
            inputs = one.part.sample(np.random.default_rng(rows), rows)
            pairs = {f"in {given.name}": x for given, x in zip(one.part.inputs, inputs, strict=True)}
            pairs |= {f"out {given}": y for given, y in one.part.compute(inputs).items()}
            arrays |= {f"{one.part.name} {rows} {key}": value for key, value in pairs.items()}
    np.savez(folder / f"{name}.npz", **arrays)
    return {one.part.name: one.difference for one in written}


def main(to, folder, *names):
    folder = Path(folder)
    found = {}
    for name in names or MODELS:
        try:
            found[name] = leave(name, to, folder)
        except Error as error:
            found[name] = str(error)
        except Exception as error:  # the test of this case shows it
            found[name] = f"{type(error).__name__}: {error}"
        (folder / "found.json").write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
