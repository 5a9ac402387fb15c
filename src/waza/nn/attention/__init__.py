"""Attention: weighted means of a memory, with weights that depend on a query."""

from waza.nn.attention.attention import Attention as Attention
from waza.nn.attention.attention import Memory as Memory
from waza.nn.attention.masks import causal as causal
from waza.nn.attention.masks import masked_softmax as masked_softmax
from waza.nn.attention.masks import real_steps as real_steps
from waza.nn.attention.masks import without_padding as without_padding
from waza.nn.attention.multi_head import Heads as Heads
from waza.nn.attention.multi_head import MultiHead as MultiHead
from waza.nn.attention.scores import AdditiveAttention as AdditiveAttention
from waza.nn.attention.scores import DotAttention as DotAttention
from waza.nn.attention.scores import GeneralAttention as GeneralAttention
