"""Techniques on a user's own data: which of them help, and the best model.

>>> from waza import comparison
>>> question = comparison.ask("my.csv", target="price")   # doctest: +SKIP
>>> comparison.run_comparison(question).answer()            # doctest: +SKIP
'On your data: ...'
"""

from waza.comparison.answer_table import comparison_texts as comparison_texts
from waza.comparison.answer_table import needed_seeds as needed_seeds
from waza.comparison.comparing import compare as compare
from waza.comparison.design import comparison as comparison
from waza.comparison.outcomes import Outcome as Outcome
from waza.comparison.outcomes import best_variants as best_variants
from waza.comparison.outcomes import outcomes as outcomes
from waza.comparison.question import Question as Question
from waza.comparison.question import ask as ask
from waza.comparison.question import ask_about_images as ask_about_images
from waza.comparison.question import ask_about_rows as ask_about_rows
from waza.comparison.question import ask_about_table as ask_about_table
from waza.comparison.running import Comparison as Comparison
from waza.comparison.running import run_comparison as run_comparison
from waza.comparison.splits import Splits as Splits
from waza.comparison.techniques import TECHNIQUES as TECHNIQUES
