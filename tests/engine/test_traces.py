"""Traces of JAX are dropped once in many programs, and nothing that is in use is lost."""

import jax
import jax.numpy as jnp
import pytest
import xarray as xr

from waza.engine import traces
from waza.engine.traces import Traces
from waza.study import run

from ..conftest import small_study


def test_they_are_dropped_once_in_so_many_programs():
    jitted = jax.jit(jnp.sin)
    compiled = jax.jit(jnp.cos).lower(0.0).compile()
    jitted(0.0)
    counted = Traces()
    for programs, kept in ((traces.PROGRAMS - 1, 1), (1, 0)):
        counted.count(programs)
        assert jitted._cache_size() == kept
    assert (jitted(0.0), compiled(0.0)) == (0.0, 1.0)
    counted.count(traces.PROGRAMS - 1)
    assert jitted._cache_size() == 1


@pytest.mark.slow
def test_a_study_does_not_notice(monkeypatch):
    study = small_study()
    as_usual = run(study, None)
    monkeypatch.setattr(traces, "PROGRAMS", 1)
    xr.testing.assert_identical(run(study, None).drop_attrs(), as_usual.drop_attrs())
