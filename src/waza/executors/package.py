"""The package `ray`, loaded so that its processes and connections always use a token."""

import importlib
import os
import sys
from typing import Any

from waza.core.errors import Error

SETTINGS = {
    "RAY_AUTH_MODE": "token",
    "RAY_ENABLE_AUTO_CONNECT": "0",  # else a call after a lost connection starts a cluster here
    "RAY_DEDUP_LOGS_SKIP_REGEX": "A worker died or was killed",  # lines that Ray prints; lost units are computed again
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}


def ray_package() -> Any:
    """The package; it reads its settings once, when it is loaded first.

    Raises:
        Error: it is not installed, or the environment switches authentication off.
    """
    if os.environ.get("RAY_AUTH_MODE", SETTINGS["RAY_AUTH_MODE"]) != SETTINGS["RAY_AUTH_MODE"]:
        raise Error(
            "RAY_AUTH_MODE switches authentication off, so that whoever reaches the cluster's ports could run code: "
            "leave it out, or set it to token"
        )
    if sys.modules.get("ray") is not None and "RAY_AUTH_MODE" not in os.environ:
        raise Error(
            "Ray was imported before waza's executor, without its token: set RAY_AUTH_MODE=token before Python starts, "
            "or leave that import out"
        )
    os.environ.update(SETTINGS)
    try:
        return importlib.import_module("ray")
    except ImportError as error:
        raise Error("Ray is not installed: pip install 'waza[ray]'") from error
