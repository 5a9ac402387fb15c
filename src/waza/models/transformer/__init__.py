"""The Transformer encoder-decoder."""

from waza.models.transformer.transformer import Transformer as Transformer
from waza.models.transformer.transformer import TransformerState as TransformerState
