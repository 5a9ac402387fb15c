"""Environments as pure functions, and episodes of them."""

from waza.rl.environments.acrobot import Acrobot as Acrobot
from waza.rl.environments.campaign import Campaign as Campaign
from waza.rl.environments.campaign import SmallCampaign as SmallCampaign
from waza.rl.environments.cartpole import CartPole as CartPole
from waza.rl.environments.cliff_walking import CliffWalking as CliffWalking
from waza.rl.environments.environment import Environment as Environment
from waza.rl.environments.environment import Step as Step
from waza.rl.environments.episodes import Running as Running
from waza.rl.environments.episodes import Transition as Transition
from waza.rl.environments.episodes import advance as advance
from waza.rl.environments.episodes import begin as begin
from waza.rl.environments.finite import Finite as Finite
from waza.rl.environments.finite import Outcomes as Outcomes
from waza.rl.environments.frozen_lake import FrozenLake as FrozenLake
from waza.rl.environments.gridworld import GridWorld as GridWorld
from waza.rl.environments.hosted import Hosted as Hosted
from waza.rl.environments.mountain_car import MountainCar as MountainCar
from waza.rl.environments.names import environment as environment
from waza.rl.environments.names import name_of as name_of
from waza.rl.environments.names import register as register
from waza.rl.environments.playing import Played as Played
from waza.rl.environments.playing import play as play
from waza.rl.environments.random_walk import RandomWalk as RandomWalk
from waza.rl.environments.spaces import Box as Box
from waza.rl.environments.spaces import Discrete as Discrete
from waza.rl.environments.taxi import Taxi as Taxi
