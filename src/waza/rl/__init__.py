"""Reinforcement learning: environments, bandits, values, policies, and the evaluation of policies from logs."""

from waza.rl import bandits as bandits
from waza.rl import environments as environments
from waza.rl import logs as logs
from waza.rl import policies as policies
from waza.rl import tabular as tabular
from waza.rl import values as values
