"""Kinds of model that `waza fit` trains and `waza use` applies, one folder each.

Public names are found when they are first used, so that the declared options can be read without importing JAX.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from waza.kinds.fit_model import fit as fit
    from waza.kinds.model import Model as Model
    from waza.kinds.model_folder import load_model as load_model
    from waza.kinds.model_folder import save_model as save_model
    from waza.kinds.trained import model_of as model_of

_NAMES = {
    "Model": "model",
    "fit": "fit_model",
    "load_model": "model_folder",
    "model_of": "trained",
    "save_model": "model_folder",
}


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        return getattr(importlib.import_module(f"waza.kinds.{_NAMES[name]}"), name)
    raise AttributeError(f"module 'waza.kinds' has no attribute {name!r}")
