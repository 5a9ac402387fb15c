"""Pass: the mode, keys and recorded values of one forward pass."""

import zlib
from typing import Any

import jax
from jaxtyping import Array, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.core.variables import Tracked, is_tracked


def named_key(key: PRNGKeyArray, name: str | int) -> PRNGKeyArray:
    """Derive the key of `name`; it does not depend on other draws or on their order."""
    return jax.random.fold_in(key, zlib.crc32(str(name).encode()))


class Pass:
    """The context of one forward pass: whether it trains, its keys, and the values that layers track and record.

    Create it inside the differentiated function, and return what it has collected as auxiliary output. Do not pass it
    into `scan`, `vmap`, `cond`, `jit` or `checkpoint`: draw keys outside, and return values as outputs of the
    transform. Containers pass `run.at(name)` to their parts. Keys are derived from names, so that an additional dropout
    layer does not change the masks of other layers.

    Args:
        training: whether layers behave as in training (batch statistics, dropout).
        key: the source of all randomness of this pass; None if nothing is random.
        shifts: arrays added to recorded values, by recorded name. The gradient with respect to a shift of zero
            is the gradient with respect to the recorded value.

    >>> run = Pass()
    >>> run.at("hidden").at(0).record("activation", 3.0)
    3.0
    >>> run.records
    {'hidden.0.activation': 3.0}
    """

    def __init__(
        self,
        training: bool = False,
        key: PRNGKeyArray | None = None,
        shifts: dict[str, Array] | None = None,
    ):
        self.training = training
        self.records: dict[str, Any] = {}
        self._key = key
        self._shifts = shifts or {}
        self._path: tuple[str, ...] = ()
        self._drawn: set[str] = set()
        self._tracked: list[tuple[Tracked, Array]] = []

    def at(self, name: str | int) -> "Pass":
        """The same pass for the part called `name`, which prefixes the names of its keys and records."""
        part = object.__new__(Pass)
        part.__dict__.update(self.__dict__)
        part._path = (*self._path, str(name))
        return part

    def key(self, name: str = "key") -> PRNGKeyArray:
        """A new key for the current part. A second request for the same name is an error: the draws would be equal."""
        path = ".".join((*self._path, name))
        if self._key is None:
            raise Error(f"{path!r} draws at random, but the pass has no key: give Pass(training=True, key=...)")
        if path in self._drawn:
            raise Error(f"the key {path!r} is drawn twice in one pass: give each part its own run.at(name)")
        self._drawn.add(path)
        return named_key(self._key, path)

    def record(self, name: str, value: Any) -> Any:
        """Record a value, such as an activation, and return it (plus its shift, if the pass has one)."""
        path = ".".join((*self._path, name))
        if path in self.records:
            raise Error(f"{path!r} is recorded twice in one pass: give each part its own run.at(name)")
        if path in self._shifts:
            value = value + self._shifts[path]
        self.records[path] = value
        return value

    def track(self, old: Tracked, new: Array) -> None:
        """Store the new value of a tracked variable; `followed` inserts it after the pass."""
        self._tracked.append((old, new))

    def followed(self, variables: PyTree) -> PyTree:
        """The variables with each tracked value replaced by its new value from this pass."""
        new = {id(old): value for old, value in self._tracked}

        def follow(node: Any) -> Any:
            return Tracked(new.pop(id(node), node.value)) if is_tracked(node) else node

        result = jax.tree.map(follow, variables, is_leaf=is_tracked)
        if new:
            raise Error(
                f"{len(new)} tracked variables of the pass are not among the variables given: "
                "give followed() the same tree that apply() was given, not a copy"
            )
        return result
