"""Techniques on a user's own data: which of them help, and the best model, kept to be used."""

from waza.practice.comparison import Outcome as Outcome
from waza.practice.comparison import best_variant as best_variant
from waza.practice.comparison import comparison as comparison
from waza.practice.comparison import outcomes as outcomes
from waza.practice.fitted import fit as fit
from waza.practice.generation import generate as generate
from waza.practice.model import Model as Model
from waza.practice.model_folder import load_model as load_model
from waza.practice.model_folder import save_model as save_model
from waza.practice.techniques import TECHNIQUES as TECHNIQUES
