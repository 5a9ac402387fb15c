"""Finite Markov decision processes: exact solutions, and tables that are learned."""

from waza.rl.tabular.model import TabularModel as TabularModel
from waza.rl.tabular.model import checked as checked
