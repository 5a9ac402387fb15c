"""What a translator gives to be exported."""

from waza.interop.part import Exportable
from waza.interop.translation import translation_parts
from waza.kinds.exported import kept_facts
from waza.kinds.model import Model


def exportable(model: Model) -> Exportable:
    """The encoder and one decoding step; the first token is the one that ends a target sentence."""
    ends = dict(zip(("source_end", "target_end"), map(int, model.preparation.vocabularies.ends), strict=True))
    return Exportable(translation_parts(model.model, model.variables), {**ends, **kept_facts(model.preparation)})
