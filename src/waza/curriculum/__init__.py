"""The chapters of the notes: each exercise is a study with claims and with texts in English and Japanese."""

from waza.curriculum.catalogue import Exercise as Exercise
from waza.curriculum.catalogue import exercise as exercise
from waza.curriculum.catalogue import exercises as exercises
