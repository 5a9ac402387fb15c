"""waza: deep-learning techniques, put to the test.

Public names are found when they are first used, so that `import waza` loads neither JAX nor anything heavy.
"""

import importlib

TYPE_CHECKING = False  # as in `typing`, whose import would be most of this one

_FOLDERS = (
    "comparison",
    "core",
    "curriculum",
    "data",
    "engine",
    "executors",
    "interop",
    "kinds",
    "learners",
    "models",
    "nn",
    "optim",
    "report",
    "rl",
    "study",
    "testing",
)
# Each public name, with its module and, where it differs, its name there.
_NAMES = {
    "Campaign": "kinds.campaign.campaign",
    "Claim": "study",
    "Comparison": "comparison",
    "Error": "core.errors",
    "Interrupted": "study",
    "Learner": "learners",
    "Mean": "learners",
    "Measure": "learners",
    "Model": "kinds",
    "Part": "study",
    "Source": "learners",
    "Stream": "learners",
    "Study": "study",
    "Supervised": "learners",
    "TruncatedBPTT": "learners",
    "Tuning": "study",
    "Watch": "study",
    "campaign": "kinds.campaign.campaign",
    "compare": "comparison",
    "final": "study",
    "fit": "kinds",
    "load": "kinds:load_model",
    "model_of": "kinds",
    "run": "study",
    "vary": "core.vary",
}

__all__ = [*_NAMES, *_FOLDERS, "__version__"]

if TYPE_CHECKING:
    from waza import comparison as comparison
    from waza import core as core
    from waza import curriculum as curriculum
    from waza import data as data
    from waza import engine as engine
    from waza import executors as executors
    from waza import interop as interop
    from waza import kinds as kinds
    from waza import learners as learners
    from waza import models as models
    from waza import nn as nn
    from waza import optim as optim
    from waza import report as report
    from waza import rl as rl
    from waza import study as study
    from waza import testing as testing
    from waza.comparison import Comparison as Comparison
    from waza.comparison import compare as compare
    from waza.core.errors import Error as Error
    from waza.core.vary import vary as vary
    from waza.kinds import Model as Model
    from waza.kinds import fit as fit
    from waza.kinds import load_model as _load_model
    from waza.kinds import model_of as model_of
    from waza.kinds.campaign.campaign import Campaign as Campaign
    from waza.kinds.campaign.campaign import campaign as campaign
    from waza.learners import Learner as Learner
    from waza.learners import Mean as Mean
    from waza.learners import Measure as Measure
    from waza.learners import Source as Source
    from waza.learners import Stream as Stream
    from waza.learners import Supervised as Supervised
    from waza.learners import TruncatedBPTT as TruncatedBPTT
    from waza.study import Claim as Claim
    from waza.study import Interrupted as Interrupted
    from waza.study import Part as Part
    from waza.study import Study as Study
    from waza.study import Tuning as Tuning
    from waza.study import Watch as Watch
    from waza.study import final as final
    from waza.study import run as run

    load = _load_model
    __version__: str
else:

    def __getattr__(name: str) -> object:
        if name in _NAMES:
            module, _, inner = _NAMES[name].partition(":")
            return getattr(importlib.import_module(f"waza.{module}"), inner or name)
        if name == "__version__":
            return importlib.import_module("importlib.metadata").version("waza")
        if name in _FOLDERS:
            return importlib.import_module(f"waza.{name}")
        raise AttributeError(f"module 'waza' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
