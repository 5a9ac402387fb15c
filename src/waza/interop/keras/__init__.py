"""Models of Keras: `to_keras` and `from_keras`, for every layer that both have."""

from waza.interop.keras.building import to_keras as to_keras
from waza.interop.keras.reading import FromKeras as FromKeras
from waza.interop.keras.reading import from_keras as from_keras
