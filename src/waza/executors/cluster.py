"""Cluster: the connection to Ray, and its errors as one line."""

import contextlib
import socket
import warnings
from collections.abc import Iterator
from typing import Any

from waza.core.errors import Error
from waza.executors.package import ray_package

CLIENT = "ray://"
REACHED_WITHIN = 5.0  # seconds


class Cluster:
    """A connection to a cluster: to one that is started on this machine, or to one that exists.

    Args:
        address: "ray://HOST:PORT", or what else `ray.init` takes; None starts a cluster on this machine.
        cores: that a cluster on this machine offers; by default the machine's.

    Raises:
        Error: Ray is not installed, there is no cluster at the address, or it does not accept the token.
    """

    def __init__(self, address: str | None, cores: int | None = None):
        self.ray = ray_package()
        self.address = address
        self.own = not self.ray.is_initialized()
        if not self.own:
            return
        settings: dict[str, Any] = {"log_to_driver": False, "logging_level": "error", "namespace": "waza"}
        if address is None:
            settings |= {"address": "local", "num_cpus": cores, "include_dashboard": False}
        else:
            settings["address"] = address
            if not address.startswith(CLIENT) and ":" in address:
                _reach(address, address)
            elif address.startswith(CLIENT):
                _reach(address.removeprefix(CLIENT), address)
        try:
            with warnings.catch_warnings():
                # JAX warns of every fork; Ray's children start other programs at once.
                warnings.filterwarnings("ignore", r"os\.fork\(\) was called", RuntimeWarning)
                self.ray.init(**settings)
        except Exception as error:  # ray.init raises ConnectionError, RuntimeError, ValueError and its own exceptions
            raise Error(_refusal(address, error)) from error

    def close(self) -> None:
        """End the connection, and a cluster that was started for it."""
        if self.own and self.ray.is_initialized():
            with contextlib.suppress(Exception):  # it may be gone
                self.ray.shutdown()

    def check(self) -> None:
        """Find out whether the cluster's head still answers.

        Raises:
            Error: it does not.
        """
        with self.errors():
            if self.address is not None and self.address.startswith(CLIENT):
                self.ray.cluster_resources()
                return
            head = self.ray.get_runtime_context().gcs_address
            host, _, port = head.rpartition(":")
            with socket.create_connection((host, int(port)), timeout=REACHED_WITHIN):
                pass

    @contextlib.contextmanager
    def errors(self) -> Iterator[None]:
        """Turn an error that says that the cluster is gone into one line."""
        try:
            yield
        except (OSError, self.ray.exceptions.RaySystemError) as error:
            where = self.address or "on this machine"
            raise Error(
                f"the cluster {where} does not answer any more ({_short(error)}): finished units are kept; start it "
                "again, and the same command goes on"
            ) from error


def _reach(place: str, address: str) -> None:
    """Refuse an address at which nothing listens, before Ray tries it for minutes."""
    host, _, port = place.rpartition(":")
    if not host or not port.isdigit():
        raise Error(f"the address {address!r} has no port; expected one such as ray://HOST:10001")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=REACHED_WITHIN):
            pass
    except OSError as error:
        reason = error.strerror or str(error) or "no answer"
        raise Error(
            f"there is no cluster at {address} ({reason}): start one with `ray start --head`, or leave the address out "
            "for one on this machine"
        ) from error


def _refusal(address: str | None, error: Exception) -> str:
    """Why a connection was not made."""
    text = str(error)
    where = address or "on this machine"
    if "authenti" in text.lower() or "token" in text.lower():
        return (
            f"the cluster {where} did not accept the token: put the cluster's own into RAY_AUTH_TOKEN or "
            f"~/.ray/auth_token ({_short(error)})"
        )
    if "timeout" in text.lower() or "initialization failure" in text.lower():
        return (
            f"the cluster {where} does not answer ({_short(error)}): it may have another token than RAY_AUTH_TOKEN or "
            "~/.ray/auth_token here, or no server for clients (see docs/scale.md)"
        )
    if "version" in text.lower():
        return (
            f"the cluster {where} has other versions ({_short(error)}): install the same Python and Ray on all machines"
        )
    return f"no cluster could be reached or started {where} ({_short(error)})"


def _short(error: BaseException) -> str:
    """The first line of an error that says something."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:200] if lines else type(error).__name__
