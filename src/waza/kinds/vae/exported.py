"""What a variational autoencoder gives to be exported."""

from waza.interop.latent import latent_parts
from waza.interop.part import Exportable
from waza.kinds.exported import image_facts
from waza.kinds.model import Model


def exportable(model: Model) -> Exportable:
    """The encoder and the decoder."""
    return Exportable(latent_parts(model.model, model.variables), image_facts(model.preparation))
