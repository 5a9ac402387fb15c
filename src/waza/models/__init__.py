"""Whole networks, made of the parts of `waza.nn`."""

from waza.models.mlp import MLP as MLP
