"""What a language model gives to be exported."""

from waza.interop.language import language_step
from waza.interop.part import Exportable
from waza.kinds.exported import kept_facts
from waza.kinds.model import Model


def exportable(model: Model) -> Exportable:
    """One step; a text begins with a state of zeros."""
    return Exportable((language_step(model.model, model.variables),), kept_facts(model.preparation))
