"""States of environments as images."""

from waza.rl.environments.pictures.rendering import has_pictures as has_pictures
from waza.rl.environments.pictures.rendering import pace as pace
from waza.rl.environments.pictures.rendering import render as render
