"""What every part is made of: errors, recipes, and variables that are trained or only tracked."""

from waza.core.errors import Error as Error
from waza.core.errors import nearest as nearest
from waza.core.recipe import Recipe as Recipe
from waza.core.recipe import like as like
from waza.core.recipe import replace as replace
from waza.core.variables import Tracked as Tracked
from waza.core.variables import join as join
from waza.core.variables import trained as trained
