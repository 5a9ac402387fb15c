"""Augmentations of images: crops, flips, colour shifts."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from waza.core.errors import Error
from waza.nn import Augmentations, ColourShift, RandomCrop, RandomFlip
from waza.nn.passes import named_key

KEY = jax.random.key(0)
X = np.random.default_rng(0).random((40, 9, 7, 3)).astype(np.float32)
SHIFT = ColourShift.of(X)
ALL = Augmentations((RandomCrop((5, 6), padding=2), RandomFlip(), SHIFT))


def places(crop, count, key=KEY):
    """Where each image was cut, read off from images whose pixels say where they are."""
    rows, columns = np.meshgrid(np.arange(9.0), np.arange(7.0), indexing="ij")
    x = np.broadcast_to(np.stack([rows, columns], -1), (count, 9, 7, 2))
    return np.asarray(crop(jnp.asarray(x), key))[:, 0, 0].astype(int)


@pytest.mark.parametrize("one", [RandomCrop((9, 7), 3), RandomFlip(), SHIFT, ALL])
def test_shapes_range_and_transformations(one):
    y = one(jnp.asarray(X), KEY)
    assert y.shape[0] == 40 and y.shape[1:] == one.plain(jnp.asarray(X)).shape[1:]
    assert y.dtype == jnp.float32 and y.min() >= 0 and y.max() <= 1
    assert np.allclose(jax.jit(one)(jnp.asarray(X), KEY), y, atol=1e-6)
    keys = jax.random.split(KEY, 3)
    each = jax.vmap(one, in_axes=(None, 0))(jnp.asarray(X), keys)
    assert np.allclose(each[1], one(jnp.asarray(X), keys[1]), atol=1e-6)
    assert not np.array_equal(each[0], each[1])
    assert one(jnp.asarray(X, jnp.bfloat16), KEY).dtype == jnp.bfloat16


def test_crops_equal_slices():
    crop = RandomCrop((5, 4))
    y = crop(jnp.asarray(X), KEY)
    for image, whole, (top, left) in zip(y, X, places(crop, 40), strict=True):
        assert np.array_equal(image, whole[top : top + 5, left : left + 4])


def test_padding_is_black():
    y = np.asarray(RandomCrop((9, 7), padding=2)(jnp.ones((200, 9, 7, 1)), KEY))[..., 0]
    assert {(int(image.any(1).sum()), int(image.any(0).sum())) for image in y} == {
        (9 - down, 7 - across) for down in range(3) for across in range(3)
    }


def test_every_place_is_equally_likely():
    found = places(RandomCrop((6, 5)), 12_000)
    counts = np.bincount(found[:, 0] * 3 + found[:, 1])
    assert len(counts) == 4 * 3 and stats.chisquare(counts).pvalue > 0.001


def test_half_are_flipped_and_nothing_else_happens():
    x = np.random.default_rng(1).random((4000, 2, 3, 1)).astype(np.float32)
    y = np.asarray(RandomFlip()(jnp.asarray(x), KEY))
    same, mirrored = (y == x).all((1, 2, 3)), (y == x[:, :, ::-1]).all((1, 2, 3))
    assert (same ^ mirrored).all() and stats.binomtest(int(mirrored.sum()), 4000).pvalue > 0.001


def test_a_colour_shift_is_the_papers():
    x = jnp.full((5000, 2, 2, 3), 0.5)
    shift = ColourShift(0.05, SHIFT.components, (0.3, 0.2, 0.1))
    y = np.asarray(shift(x, KEY))
    draws = 0.05 * np.asarray(jax.random.normal(KEY, (5000, 3)))
    expected = np.einsum("ni,i,ic->nc", draws, [0.3, 0.2, 0.1], SHIFT.components)
    assert np.allclose(y, 0.5 + expected[:, None, None], atol=1e-6)
    along = (y[:, 0, 0] - 0.5) @ np.transpose(SHIFT.components)
    assert np.allclose(along.std(0), 0.05 * np.array([0.3, 0.2, 0.1]), rtol=0.05)


def test_a_great_shift_is_clipped():
    y = np.asarray(ColourShift(100.0)(jnp.asarray(X), KEY))
    assert y.min() == 0 and y.max() == 1


def test_principal_components_are_numpys():
    rng = np.random.default_rng(2)
    x = (rng.normal(size=(2500, 2, 2, 3)) @ [[0.2, 0.1, 0.1], [0, 0.05, 0], [0, 0, 0.01]] + 0.5).clip(0, 1)
    shift = ColourShift.of(x, deviation=0.2)
    values, vectors = np.linalg.eigh(np.cov(x.reshape(-1, 3).T, bias=True))
    assert shift.deviation == 0.2 and np.allclose(shift.spreads, np.sqrt(values[::-1]))
    assert np.allclose(np.abs(np.sum(np.array(shift.components) * vectors.T[::-1], 1)), 1)
    as_bytes = ColourShift.of(np.rint(x * 255).astype(np.uint8))
    assert np.allclose(as_bytes.spreads, shift.spreads, atol=2e-3)


def test_images_keep_their_labels():
    # Image i has the one shade i / 100: it shows through a crop, a flip and a small shift.
    x = jnp.broadcast_to(jnp.arange(100.0)[:, None, None, None] / 100, (100, 8, 8, 3))
    y = Augmentations((RandomCrop((6, 6)), RandomFlip(), ColourShift(1e-4)))(x, KEY)
    assert np.allclose(y, np.arange(100.0)[:, None, None, None] / 100, atol=1e-3)


def test_a_chain_hands_out_keys_by_kind():
    x = jnp.asarray(X)
    flip = RandomFlip()(x, named_key(KEY, "RandomFlip.0"))
    assert np.array_equal(Augmentations((RandomFlip(),))(x, KEY), flip)
    assert np.array_equal(Augmentations((RandomCrop((9, 7)), RandomFlip()))(x, KEY), flip)
    twice = Augmentations((RandomFlip(), RandomFlip()))(x, KEY)
    assert not np.array_equal(twice, x)


def test_plain_is_the_middle_and_else_the_same():
    x = jnp.asarray(X)
    assert np.array_equal(RandomCrop((5, 3), padding=4).plain(x), X[:, 2:7, 2:5])
    assert RandomFlip().plain(x) is x and SHIFT.plain(x) is x
    assert np.array_equal(ALL.plain(x), X[:, 2:7, 0:6])


def test_the_deviation_does_not_compile_again():
    traces = []

    @jax.jit
    def run(deviation):
        traces.append(1)
        return ColourShift(deviation)(jnp.asarray(X), KEY)

    assert not np.array_equal(run(0.1), run(0.2)) and len(traces) == 1


@pytest.mark.wrong_types
@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: RandomCrop(32), r"size=32\); expected \(height, width\)"),
        (lambda: RandomCrop((0, 4)), r"expected \(height, width\)"),
        (lambda: RandomCrop((4, 4), padding=-1), "expected a whole number of pixels"),
        (lambda: RandomCrop((10, 4))(jnp.asarray(X), KEY), "cannot crop 9 x 7 pixels"),
        (lambda: RandomCrop((10, 4), padding=2).plain(X), "cannot crop 9 x 7 pixels"),
        (lambda: ColourShift(components=((1.0, 0.0),)), "use ColourShift.of"),
        (lambda: ColourShift.of(X[..., :1]), r"shape \(40, 9, 7, 1\) given"),
        (lambda: SHIFT(jnp.asarray(X[..., :1]), KEY), "images of 1 channels"),
        (lambda: Augmentations((RandomFlip, 3)), "give nn.RandomFlip"),
    ],
)
def test_mistakes(make, said):
    with pytest.raises(Error, match=said):
        make()
