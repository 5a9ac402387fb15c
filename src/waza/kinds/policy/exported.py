"""What a policy gives to be exported."""

import numpy as np

from waza.interop.part import BATCH, Exportable, Part, Tensor, random_inputs
from waza.interop.serving import Bounded, Choice, OneHot
from waza.kinds.exported import chained, kept_facts
from waza.kinds.model import Model
from waza.nn import Flatten, Layer
from waza.rl.environments import Discrete


def exportable(model: Model) -> Exportable:
    """The network from observations to actions: the best one and the outputs for all, or a bounded one."""
    environment = model.preparation.environment
    seen, actions = environment.observations, environment.actions
    discrete = isinstance(seen, Discrete)
    given = (Tensor("observations", "int32" if discrete else "float32", (BATCH, *seen.shape)),)
    before: Layer = OneHot(seen.n) if discrete else Flatten()
    after: Layer
    outputs: tuple[Tensor, ...]
    if isinstance(actions, Discrete):
        after = Choice()
        outputs = (Tensor("actions", "int32", (BATCH,)), Tensor("scores", "float32", (BATCH, actions.n)))
    else:
        low, high = (
            tuple(map(float, np.broadcast_to(bound, actions.shape).ravel())) for bound in (actions.low, actions.high)
        )
        after, outputs = Bounded(low, high, actions.shape), (Tensor("actions", "float32", (BATCH, *actions.shape)),)
    layer, variables = chained(before, model.model, after, variables=model.variables, of=model.model)
    below = {"observations": seen.n} if discrete else {}
    part = Part("model", layer, variables, given, outputs, random_inputs(given, below))
    return Exportable((part,), kept_facts(model.preparation))
