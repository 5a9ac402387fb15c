"""The models that `waza fit` trains, by name.

What `waza use` does with the trained model follows from the preparation that its data come with, and is kept with it.
"""

from waza.core.errors import Error, nearest
from waza.kinds.classifier.networks import CLASSIFIERS
from waza.kinds.language_model.kind import LANGUAGE_MODEL
from waza.kinds.trainable import Trainable

TRAINABLES: dict[str, Trainable] = {
    one.name: one for one in (*(one.trainable() for one in CLASSIFIERS.values()), LANGUAGE_MODEL)
}
OWN_SETTINGS = {name: one.of for one in TRAINABLES.values() for name in one.own}  # and what data have them


def trainable(name: str) -> Trainable:
    """The model of this name.

    Raises:
        Error: there is none.

    >>> trainable("small-alexnet").about["en"]
    'AlexNet for small images, with a million parameters'
    """
    if name not in TRAINABLES:
        raise Error(f"no model is called {name!r}: {nearest(name, TRAINABLES)}")
    return TRAINABLES[name]
