"""Descriptions: what stored runs are known by."""

from waza import models, nn, optim, vary
from waza.engine.describe import describe
from waza.learners import Supervised


def test_later_fields_are_told_only_where_they_are_used():
    """Runs that were stored before the fields existed keep their fingerprints."""
    learner = Supervised(models.MLP((4, 2)), optim.SGD(0.1))
    known = {"model", "optimizer", "loss", "penalty", "batch_size", "probes"}
    assert set(describe(learner)["fields"]) == known
    changed = vary(learner, augment=nn.RandomFlip(), precision="bfloat16")
    assert set(describe(changed)["fields"]) == {*known, "augment", "precision"}
