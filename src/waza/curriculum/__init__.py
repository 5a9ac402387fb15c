"""The notes as chapters: each exercise a study, with its claims and its texts in English and Japanese."""

from waza.curriculum.catalogue import Exercise as Exercise
from waza.curriculum.catalogue import exercise as exercise
from waza.curriculum.catalogue import exercises as exercises
