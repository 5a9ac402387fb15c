"""Bandits: problems with several arms, algorithms that learn which one to pull, and the learner that joins them."""

from waza.rl.bandits.algorithm import BanditAlgorithm as BanditAlgorithm
from waza.rl.bandits.armed import Armed as Armed
from waza.rl.bandits.armed import Bernoulli as Bernoulli
from waza.rl.bandits.armed import Gaussian as Gaussian
from waza.rl.bandits.contextual import LinearContexts as LinearContexts
from waza.rl.bandits.contextual import Segments as Segments
from waza.rl.bandits.epsilon_greedy import EpsilonGreedy as EpsilonGreedy
from waza.rl.bandits.epsilon_greedy import InverseDecay as InverseDecay
from waza.rl.bandits.gradient import GradientBandit as GradientBandit
from waza.rl.bandits.greedy import Greedy as Greedy
from waza.rl.bandits.kl_ucb import KLUCB as KLUCB
from waza.rl.bandits.learner import BanditLearner as BanditLearner
from waza.rl.bandits.learner import BanditState as BanditState
from waza.rl.bandits.linear import LinearThompson as LinearThompson
from waza.rl.bandits.linear import LinUCB as LinUCB
from waza.rl.bandits.lower_bound import lai_robbins as lai_robbins
from waza.rl.bandits.means import Means as Means
from waza.rl.bandits.means import NormalMeans as NormalMeans
from waza.rl.bandits.means import UniformMeans as UniformMeans
from waza.rl.bandits.problem import BanditProblem as BanditProblem
from waza.rl.bandits.problem import Offer as Offer
from waza.rl.bandits.thompson import BernoulliThompson as BernoulliThompson
from waza.rl.bandits.thompson import GaussianThompson as GaussianThompson
from waza.rl.bandits.ucb1 import UCB1 as UCB1
