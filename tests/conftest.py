"""No test touches the user's cache; JAX runs on two devices, as on the smallest machine that we care for."""

import jax
import pytest

jax.config.update("jax_num_cpu_devices", 2)


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def no_user_cache(monkeypatch, shared_cache):
    monkeypatch.setenv("WAZA_CACHE", str(shared_cache))
