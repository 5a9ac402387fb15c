"""Agents that learn a network of action values: DQN and PQN, and what they consist of."""

from waza.rl.values.dqn import DQN as DQN
from waza.rl.values.dqn import huber as huber
from waza.rl.values.exploration import epsilon_greedy as epsilon_greedy
from waza.rl.values.pqn import PQN as PQN
from waza.rl.values.q_network import Dueling as Dueling
from waza.rl.values.q_network import fan_in_uniform as fan_in_uniform
from waza.rl.values.q_network import q_network as q_network
from waza.rl.values.replay import Replay as Replay
from waza.rl.values.targets import lambda_targets as lambda_targets
from waza.rl.values.targets import one_step_targets as one_step_targets
