"""Policies, and learners that adjust them by gradients: REINFORCE, A2C and PPO."""

from waza.rl.policies.a2c import A2C as A2C
from waza.rl.policies.baselines import Baseline as Baseline
from waza.rl.policies.baselines import Learned as Learned
from waza.rl.policies.baselines import MovingAverage as MovingAverage
from waza.rl.policies.distributions import Categorical as Categorical
from waza.rl.policies.distributions import Gaussian as Gaussian
from waza.rl.policies.networks import mlp_critic as mlp_critic
from waza.rl.policies.networks import mlp_policy as mlp_policy
from waza.rl.policies.objectives import AverageReward as AverageReward
from waza.rl.policies.objectives import Discounted as Discounted
from waza.rl.policies.objectives import Objective as Objective
from waza.rl.policies.policy import CategoricalPolicy as CategoricalPolicy
from waza.rl.policies.policy import GaussianPolicy as GaussianPolicy
from waza.rl.policies.policy import Policy as Policy
from waza.rl.policies.ppo import PPO as PPO
from waza.rl.policies.reinforce import Reinforce as Reinforce
from waza.rl.policies.returns import discounted_return as discounted_return
from waza.rl.policies.returns import gae as gae
from waza.rl.policies.returns import n_step_returns as n_step_returns
from waza.rl.policies.returns import rewards_to_go as rewards_to_go
