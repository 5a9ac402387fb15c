"""What the functions of a user's own learner return, looked at before any program is compiled."""

from collections.abc import Mapping
from typing import Any

import equinox as eqx
import jax
import numpy as np
from jaxtyping import PyTree

from waza.core.errors import Error
from waza.core.names import PACKAGE
from waza.core.showing import shown
from waza.learners.keys import trial_key
from waza.learners.learner import Learner
from waza.learners.source import Stream

NUMBERS = (bool, int, float, complex, np.generic, np.ndarray, jax.Array)


def check_returned(learners: Mapping[str, Learner], data: Any, steps: int) -> None:
    """Refuse learners of the user's own whose state or batch is no tree of arrays, or changes its form in a step.

    Nothing is computed. An exception in the user's code passes as it is.

    Raises:
        Error: it names the class, the function, what it returns and what is expected.
    """
    seen: set[type] = set()
    for learner in learners.values():
        kind = type(learner)
        if kind.__module__.startswith(f"{PACKAGE}.") or kind in seen:
            continue
        seen.add(kind)
        arrays, rest = eqx.partition(data, eqx.is_array)
        jax.eval_shape(lambda arrays, one=learner, rest=rest: _look_at(one, eqx.combine(arrays, rest), steps), arrays)


def _look_at(learner: Learner, data: Any, steps: int) -> None:
    """Call the functions once, on shapes; of a stream, which draws batches itself, and without steps `init` alone."""
    kind, key = type(learner).__name__, trial_key(0, "batch")
    state = learner.init(key, data)
    _check_arrays(f"{kind}.init", state)
    if not steps or isinstance(learner.source(data), Stream) or _holds_keys(state):
        return
    batch = learner.batch(data, key, 0)
    _check_arrays(f"{kind}.batch", batch)
    found: Any = learner.update(state, batch, key)
    if not isinstance(found, tuple) or len(found) != 2:
        raise Error(f"{kind}.update returns {shown(found)}; expected (state, records)")
    _check_arrays(f"{kind}.update", found[0])
    before, after = _forms(state), _forms(found[0])
    for path in [*before, *after]:
        if not _same(before.get(path), after.get(path)):
            raise Error(
                f"{kind}.update returns a state with {_said(path, after.get(path))}, and it was given one with "
                f"{_said(path, before.get(path))}: return a state of the same form"
            )


def _check_arrays(function: str, tree: PyTree) -> None:
    """Refuse a tree with leaves that are no arrays, or a dict whose names have no order."""
    try:
        leaves = jax.tree_util.tree_leaves_with_path(tree)
    except (TypeError, ValueError) as error:
        raise Error(f"{function} returns a dict whose keys have no order; expected texts as keys") from error
    for path, leaf in leaves:
        kind = getattr(getattr(leaf, "dtype", None), "kind", "i")  # a random key's dtype has none
        if not isinstance(leaf, NUMBERS) or kind in "OUSM":
            where = f" at {jax.tree_util.keystr(path)}" if path else ""
            raise Error(f"{function} returns {shown(leaf)}{where}; expected a tree of arrays")


def _holds_keys(state: PyTree) -> bool:
    """Whether a state holds typed random keys, which the engine refuses by name."""
    return any(
        jax.dtypes.issubdtype(leaf.dtype, jax.dtypes.prng_key)
        for leaf in jax.tree.leaves(state)
        if hasattr(leaf, "dtype")
    )


def _forms(tree: PyTree) -> dict[str, Any]:
    return {jax.tree_util.keystr(path): jax.typeof(leaf) for path, leaf in jax.tree_util.tree_leaves_with_path(tree)}


def _same(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return False
    weak = one.weak_type or other.weak_type
    return one.shape == other.shape and (weak or one.dtype == other.dtype)


def _said(path: str, form: Any) -> str:
    where = f" at {path}" if path else ""
    return f"nothing{where}" if form is None else f"{form.dtype} {form.shape}{where}"
