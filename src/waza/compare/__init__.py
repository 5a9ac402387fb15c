"""Techniques on a user's own data: which of them help, and the best model.

>>> from waza import compare
>>> question = compare.ask("my.csv", target="price")   # doctest: +SKIP
>>> compare.run_comparison(question).answer()               # doctest: +SKIP
'On your data: ...'
"""

from waza.compare.comparison import comparison as comparison
from waza.compare.outcomes import Outcome as Outcome
from waza.compare.outcomes import best_variant as best_variant
from waza.compare.outcomes import outcomes as outcomes
from waza.compare.question import Question as Question
from waza.compare.question import ask as ask
from waza.compare.question import ask_about_images as ask_about_images
from waza.compare.question import ask_about_table as ask_about_table
from waza.compare.running import Comparison as Comparison
from waza.compare.running import run_comparison as run_comparison
from waza.compare.techniques import TECHNIQUES as TECHNIQUES
