"""No test touches the user's cache; JAX runs on two devices, as on the smallest machine that we care for."""

import signal

import jax
import pytest

from waza.study.devices import mesh

jax.config.update("jax_num_cpu_devices", 2)
mesh()  # starts JAX as a study does

# Tests that are started in the background have interrupts ignored, which their subprocesses would inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def shared_cache(tmp_path_factory):
    """One cache for all tests, for data and for compiled programs: many tests run the same small study."""
    folder = tmp_path_factory.mktemp("cache")
    jax.config.update("jax_compilation_cache_dir", str(folder / "xla"))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    return folder


@pytest.fixture(autouse=True)
def no_user_cache(monkeypatch, shared_cache):
    monkeypatch.setenv("WAZA_CACHE", str(shared_cache))
