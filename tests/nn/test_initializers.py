"""Initial values by their moments."""

import jax
import numpy as np
import pytest
from scipy import stats

from waza import nn
from waza.core.errors import Error

CASES = {
    "gaussian": (nn.Gaussian(0.03), 0.03),
    "xavier in": (nn.Xavier(), 1 / np.sqrt(300)),
    "xavier average": (nn.Xavier("average"), np.sqrt(2 / (300 + 200))),
    "he": (nn.He(), np.sqrt(2 / 300)),
}


@pytest.mark.parametrize("name", CASES)
def test_moments(name):
    initializer, std = CASES[name]
    draws = np.asarray(initializer(jax.random.key(1), (200, 300), inputs=300, outputs=200), float)
    assert draws.shape == (200, 300)
    n = draws.size
    assert abs(draws.mean()) < 4 * std / np.sqrt(n)
    assert abs(draws.std() / std - 1) < 4 / np.sqrt(2 * n)
    assert stats.kstest(draws.ravel() / std, "norm").pvalue > 1e-3


def test_scales_of_one_key_are_paired():
    he, small = (initializer(jax.random.key(3), (5, 8), 8, 5) for initializer in (nn.He(), nn.Gaussian(0.5)))
    np.testing.assert_allclose(he, small, rtol=1e-6)


@pytest.mark.wrong_types
def test_an_unknown_form_of_xavier_is_refused():
    with pytest.raises(Error, match=r"'in'.*'average'"):
        nn.Xavier("out")
