"""Checks of the contracts that learners, layers, optimisers and sources must satisfy, for waza's own and for yours."""

from waza.testing.layer import check_layer as check_layer
from waza.testing.learner import check_learner as check_learner
from waza.testing.optimizer import check_optimizer as check_optimizer
from waza.testing.source import check_source as check_source
