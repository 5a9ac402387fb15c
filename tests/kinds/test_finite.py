"""A model whose variables are not finite is never written."""

import dataclasses

import jax
import numpy as np
import pytest

import waza as wz
from waza.core.errors import Error


def test_a_model_with_values_that_are_not_finite_is_not_written(tmp_path):
    x = np.random.default_rng(0).normal(size=(60, 2))
    model = wz.fit("mlp", (x, x[:, 0] > 0), steps=2, hidden=(3,), watch=wz.Watch())
    broken = dataclasses.replace(model, variables=jax.tree.map(lambda leaf: leaf * np.nan, model.variables))
    with pytest.raises(Error, match="not finite, so the model is not kept"):
        broken.save(tmp_path / "model")
    assert not (tmp_path / "model").exists()
    model.save(tmp_path / "model")
    assert wz.load(tmp_path / "model").predict(x).tolist() == model.predict(x).tolist()
