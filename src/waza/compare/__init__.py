"""Techniques on a user's own data: which of them help, and the best model."""

from waza.compare.comparison import Outcome as Outcome
from waza.compare.comparison import best_variant as best_variant
from waza.compare.comparison import comparison as comparison
from waza.compare.comparison import outcomes as outcomes
from waza.compare.techniques import TECHNIQUES as TECHNIQUES
