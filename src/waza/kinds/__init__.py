"""Kinds of model that `waza fit` trains and `waza use` applies, one folder each."""

from waza.kinds.model import Model as Model
from waza.kinds.model_folder import load_model as load_model
from waza.kinds.model_folder import save_model as save_model
