"""Finite Markov decision processes: exact solutions, and tables that are learned."""

from waza.rl.tabular.average_reward import Average as Average
from waza.rl.tabular.average_reward import average_policy_iteration as average_policy_iteration
from waza.rl.tabular.average_reward import average_values as average_values
from waza.rl.tabular.average_reward import restarted as restarted
from waza.rl.tabular.backups import Backup as Backup
from waza.rl.tabular.backups import MonteCarlo as MonteCarlo
from waza.rl.tabular.backups import NStep as NStep
from waza.rl.tabular.backups import Traces as Traces
from waza.rl.tabular.control import Control as Control
from waza.rl.tabular.evaluation import action_values as action_values
from waza.rl.tabular.evaluation import episode_return as episode_return
from waza.rl.tabular.evaluation import state_values as state_values
from waza.rl.tabular.known import model_of as model_of
from waza.rl.tabular.model import TabularModel as TabularModel
from waza.rl.tabular.model import checked as checked
from waza.rl.tabular.optimum import Optimum as Optimum
from waza.rl.tabular.policies import deterministic as deterministic
from waza.rl.tabular.policies import epsilon_greedy as epsilon_greedy
from waza.rl.tabular.policies import greedy as greedy
from waza.rl.tabular.policies import softened as softened
from waza.rl.tabular.policies import uniform as uniform
from waza.rl.tabular.policy_iteration import policy_iteration as policy_iteration
from waza.rl.tabular.prediction import Prediction as Prediction
from waza.rl.tabular.value_iteration import value_iteration as value_iteration
