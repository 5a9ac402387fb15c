"""What the functions of a user's own return, looked at before any program is compiled."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import equinox as eqx
import jax
import numpy as np
from jaxtyping import PyTree

from waza.core.errors import Error
from waza.core.showing import shown
from waza.engine.blame import blamed, foreign
from waza.engine.shapes import batch_shapes
from waza.engine.tally import as_means
from waza.learners import Learner, Stream
from waza.learners.keys import trial_key

NUMBERS = (bool, int, float, complex, np.generic, np.ndarray, jax.Array)


def check_returned(learners: Mapping[str, Learner], data: Any, steps: int) -> None:
    """Refuse learners with functions or classes of the user's own that returns what cannot be computed with.

    The state and the batch of a learner are trees of arrays, and a step keeps the state's form. The functions and the
    classes in a learner's fields, such as an activation or a loss, return what their callers take. All are called on
    shapes, and nothing is computed. An exception in the user's code passes as it is.

    Raises:
        Error: it names the function or the class, what it returns and what is expected.
    """
    seen: set[Any] = set()
    for learner in learners.values():
        own = foreign(learner)
        key = (jax.tree.structure(learner), *map(id, own))
        if not own or key in seen:
            continue
        seen.add(key)
        _called(lambda one: _look_at(one, data, steps), learner)


def check_chance(learner: Learner, data: Any) -> None:
    """Refuse a learner whose chance levels are no numbers by name, of its own or of its loss.

    Raises:
        Error: it names the function, what it returns and what is expected.
    """

    def look(learner: Learner) -> None:
        found: Any = learner.chance(data)
        if not isinstance(found, Mapping) or not all(map(_is_number, found.values())):
            raise Error(f"{type(learner).__name__}.chance returns {shown(found)}; expected numbers by name")

    _called(look, learner)


def _is_number(value: Any) -> bool:
    return isinstance(value, NUMBERS) and np.size(value) == 1


def _called(look: Callable[[Learner], None], learner: Learner) -> None:
    """Call this; an exception outside of the user's lines becomes an error that names the function, if there is one."""
    try:
        look(learner)
    except Error:
        raise
    except Exception as error:
        found = blamed(error, learner, look)
        if found is None:
            raise
        raise found from error


def _look_at(learner: Learner, data: Any, steps: int) -> None:
    """Call the functions once, on shapes; without steps not `update`."""
    source = learner.source(data)
    arrays, rest = eqx.partition(data, eqx.is_array)
    state = jax.eval_shape(lambda arrays: _begun(learner, eqx.combine(arrays, rest)), arrays)
    if _holds_keys(state):
        return
    if steps:
        if not isinstance(source, Stream):
            jax.eval_shape(lambda arrays: _drawn(learner, eqx.combine(arrays, rest)), arrays)
        jax.eval_shape(partial(_updated, learner), state, batch_shapes(learner, data, source))
    given, still = eqx.partition(next(iter(source.pieces(data))), eqx.is_array)
    jax.eval_shape(lambda state, given: _evaluated(learner, state, eqx.combine(given, still)), state, given)


def _begun(learner: Learner, data: Any) -> PyTree:
    state = learner.init(trial_key(0, "init"), data)
    _check_arrays(f"{type(learner).__name__}.init", state)
    return state


def _drawn(learner: Learner, data: Any) -> PyTree:
    batch = learner.batch(data, trial_key(0, "batch"), 0)
    _check_arrays(f"{type(learner).__name__}.batch", batch)
    return batch


def _updated(learner: Learner, state: PyTree, batch: PyTree) -> PyTree:
    kind = type(learner).__name__
    found: Any = learner.update(state, batch, trial_key(0, "update"))
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
    return found[0]


def _evaluated(learner: Learner, state: PyTree, data: Any) -> Any:
    found: Any = learner.evaluate(state, data, trial_key(0, "evaluate"))
    measures = found[0] if isinstance(found, tuple) and found else found
    return as_means(measures, f"{type(learner).__name__}.evaluate")


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
