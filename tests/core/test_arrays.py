"""Files of arrays: what is read is what was written, however it lay in memory."""

import jax.numpy as jnp
import numpy as np

from waza.core.arrays import as_bytes, read_arrays, write_arrays
from waza.engine.work import Outcome


def test_arrays_come_back_as_they_were(tmp_path):
    rows = np.arange(6.0).reshape(2, 3)
    arrays = {
        "fortran": np.asfortranarray(rows),
        "transposed": rows.T,
        "strided": rows[:, ::2],
        "scalar": np.int32(7),
        "empty": np.zeros((0, 3), bool),
        "half": np.ones(2, jnp.bfloat16),
    }
    write_arrays(tmp_path / "arrays", arrays, {"step": 3})
    found, facts = read_arrays(tmp_path / "arrays", "write it again")
    assert facts == {"step": 3} and set(found) == set(arrays)
    for name, array in arrays.items():
        assert found[name].shape == array.shape and found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)
    assert as_bytes({"a": rows.T}) == as_bytes({"a": np.ascontiguousarray(rows.T)})


def test_a_kept_scalar_survives_an_outcomes_bytes():
    outcome = Outcome({"loss": np.ones((2, 1, 1), np.float32)}, np.full((1, 1), -1), {(0, 0): {"n": np.array(7)}})
    assert Outcome.from_bytes(outcome.to_bytes()).kept[0, 0]["n"].shape == ()
