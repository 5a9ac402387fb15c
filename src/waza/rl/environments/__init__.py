"""Environments as pure functions, and episodes of them."""

from waza.rl.environments.campaign import Campaign as Campaign
from waza.rl.environments.campaign import SmallCampaign as SmallCampaign
from waza.rl.environments.environment import Environment as Environment
from waza.rl.environments.environment import Step as Step
from waza.rl.environments.episodes import Running as Running
from waza.rl.environments.episodes import Transition as Transition
from waza.rl.environments.episodes import advance as advance
from waza.rl.environments.episodes import begin as begin
from waza.rl.environments.finite import Finite as Finite
from waza.rl.environments.finite import Outcomes as Outcomes
from waza.rl.environments.gridworld import GridWorld as GridWorld
from waza.rl.environments.playing import Played as Played
from waza.rl.environments.playing import play as play
from waza.rl.environments.spaces import Box as Box
from waza.rl.environments.spaces import Discrete as Discrete
