"""How trials lie on devices, and in which calls they are computed, never changes what they are."""

import dataclasses

import jax
import numpy as np
import pytest

from waza.engine.devices import mesh
from waza.engine.group import Group
from waza.engine.layout import Layout
from waza.engine.mapping import HOWS
from waza.engine.program import Program
from waza.study import run


@pytest.mark.parametrize(
    ("seeds", "variants", "computed"),
    [(5, 13, (5, 14)), (10, 2, (10, 2)), (1, 1, (2, 1)), (3, 3, (4, 3)), (1, 4, (1, 4))],
)
def test_what_fills_the_last_device_is_little(seeds, variants, computed):
    layout = Layout.of(seeds, variants, mesh())
    assert (layout.seeds, layout.variants) == computed


@pytest.mark.slow
@pytest.mark.parametrize("block", [3, 4])
def test_every_mapping_gives_the_same_results(study, block):
    found = [run(dataclasses.replace(study, mapping=how, block=block)) for how in HOWS]
    for one in found[1:]:
        for name, values in found[0].data_vars.items():
            np.testing.assert_allclose(one[name], values, rtol=2e-4, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("how", ["vmap", "seeds", "map"])
@pytest.mark.parametrize(("seeds", "variants"), [(3, 2), (2, 3)])
@pytest.mark.bits
def test_portions_are_restored_from_the_host(study, how, seeds, variants):
    learner = study.variants["fast"]
    layout = Layout.of(seeds, variants, mesh())
    program = Program(Group([learner] * variants, study.data, learner.source(study.data), layout, how), 5)
    numbers = range(program.seeds)
    portions = program.train(program.start(numbers), 0, 3)
    restored = program.restore(numbers, jax.device_get(portions))
    gone_on, from_start = program.train(restored, 3, 5), program.train(program.start(numbers), 0, 5)
    for one, other in zip(jax.tree.leaves(gone_on), jax.tree.leaves(from_start), strict=True):
        np.testing.assert_array_equal(one, other)
