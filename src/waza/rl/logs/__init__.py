"""Logs of decisions: the value of a policy that did not make them, and policies that are learned from them."""

from waza.rl.logs.cross_fitting import estimated_propensities as estimated_propensities
from waza.rl.logs.cross_fitting import folds_of as folds_of
from waza.rl.logs.curves import Curve as Curve
from waza.rl.logs.curves import coefficient as coefficient
from waza.rl.logs.curves import qini_curve as qini_curve
from waza.rl.logs.curves import uplift_curve as uplift_curve
from waza.rl.logs.estimators import direct as direct
from waza.rl.logs.estimators import doubly_robust as doubly_robust
from waza.rl.logs.estimators import effective_sample_size as effective_sample_size
from waza.rl.logs.estimators import ips as ips
from waza.rl.logs.estimators import scores as scores
from waza.rl.logs.estimators import snips as snips
from waza.rl.logs.estimators import weights as weights
from waza.rl.logs.intervals import Interval as Interval
from waza.rl.logs.intervals import normal_interval as normal_interval
from waza.rl.logs.intervals import skewed_interval as skewed_interval
from waza.rl.logs.learner import FoldedLog as FoldedLog
from waza.rl.logs.learner import LogPolicy as LogPolicy
from waza.rl.logs.log import Log as Log
from waza.rl.logs.log import checked_log as checked_log
from waza.rl.logs.log import logged_propensities as logged_propensities
from waza.rl.logs.policies import above as above
from waza.rl.logs.policies import always as always
from waza.rl.logs.policies import at_budget as at_budget
from waza.rl.logs.policies import uniform as uniform
