r"""Winograd's minimal filtering: convolutions of 3x3 and 5x5 kernels with fewer products.

A row of r weights slid over t = m + r - 1 cells gives m outputs. With three constant matrices it takes t products
instead of m r: $y = A^T [(G w) \odot (B^T x)]$; in two dimensions $Y = A^T [(G W G^T) \odot (B^T X B)] A$ for each
tile of t x t cells. Here m = 2: 16 products instead of 36 for a 3x3 kernel. Over all tiles and channels each of the t x
t products is a matrix product, which CPUs compute efficiently. The transforms are additions; they pay off if there are
many channels.

Source: Winograd, "Arithmetic complexity of computations", 1980; Lavin and Gray, "Fast algorithms for convolutional
neural networks", 2016.
"""

import functools
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from waza.nn.portions import over_parts, summed_over_parts
from waza.nn.windows import Pair, Sides, edged

TILE = 2  # m: outputs of a tile along each axis
POINTS = tuple(map(Fraction, (0, 1, -1, 2, -2)))  # where polynomials are evaluated; the last point is infinity

Grid = list[list[Any]]


def winograd(
    x: Float[Array, "batch height width inputs"], weight: Float[Array, "kernel kernel inputs outputs"], sides: Sides
) -> Float[Array, "batch out_height out_width outputs"]:
    """The convolution with strides of 1; `sides` are the zeros around height and width.

    >>> x = jnp.arange(16.0).reshape(1, 4, 4, 1)
    >>> winograd(x, jnp.ones((3, 3, 1, 1)), ((0, 0), (0, 0)))[0, :, :, 0].tolist()
    [[45.0, 54.0], [81.0, 90.0]]
    """
    kernel, outputs = weight.shape[0], weight.shape[3]
    back, spread, _ = matrices(kernel)
    weights = _both_ways(spread, [[weight[i, j] for j in range(kernel)] for i in range(kernel)])
    size, tiles = _tiling(x.shape[1:3], kernel, sides)

    def filtered(x: Array) -> Array:
        cells = _transformed_tiles(x, kernel, sides, size, tiles)
        products = [
            [(a @ b).reshape(-1, *tiles, outputs) for a, b in zip(*rows, strict=True)]
            for rows in zip(cells, weights, strict=True)
        ]
        y = jnp.stack([jnp.stack(row, 3) for row in _both_ways(back, products)], 2)
        return y.reshape(-1, TILE * tiles[0], TILE * tiles[1], outputs)[:, : size[0], : size[1]]

    return over_parts(filtered, _numbers(kernel, tiles, x.shape[3] + outputs), x)


def winograd_weight_gradient(
    x: Float[Array, "batch height width inputs"],
    gradient: Float[Array, "batch out_height out_width outputs"],
    kernel: int,
    sides: Sides,
) -> Float[Array, "kernel kernel inputs outputs"]:
    """The gradient with respect to the weight, from that with respect to the result: every step above, transposed."""
    back, spread, _ = matrices(kernel)
    size, tiles = _tiling(x.shape[1:3], kernel, sides)
    missing = ((0, TILE * tiles[0] - size[0]), (0, TILE * tiles[1] - size[1]))
    outputs = gradient.shape[3]

    def products(x: Array, gradient: Array) -> Grid:
        cells = _transformed_tiles(x, kernel, sides, size, tiles)
        whole = edged(gradient, missing)
        corners = [[whole[:, i::TILE, j::TILE].reshape(-1, outputs) for j in range(TILE)] for i in range(TILE)]
        return [
            [lax.dot_general(a, b, (((0,), (0,)), ((), ()))) for a, b in zip(*rows, strict=True)]
            for rows in zip(cells, _both_ways(back.T, corners), strict=True)
        ]

    summed = summed_over_parts(products, _numbers(kernel, tiles, x.shape[3] + outputs), x, gradient)
    return jnp.stack([jnp.stack(row) for row in _both_ways(spread.T, summed)])


@functools.cache
def matrices(kernel: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A^T (m, t), G (t, kernel) and B^T (t, t), by Toom and Cook's evaluation at a few points and at infinity.

    >>> back, spread, tile = matrices(3)
    >>> w, x = np.array([1.0, 2.0, 3.0]), np.array([1.0, 10.0, 100.0, 1000.0])
    >>> (back @ ((spread @ w) * (tile @ x))).tolist()
    [321.0, 3210.0]
    """
    t = TILE + kernel - 1
    points = POINTS[: t - 1]

    def powers(n: int) -> list[list[Fraction]]:
        return [[point**j for j in range(n)] for point in points] + [[Fraction(0)] * (n - 1) + [Fraction(1)]]

    table = [row + [Fraction(int(i == j)) for j in range(t)] for i, row in enumerate(powers(t))]
    for i in range(t):  # Gauss-Jordan elimination with exact fractions
        pivot = next(k for k in range(i, t) if table[k][i])
        table[i], table[pivot] = table[pivot], table[i]
        table[i] = [value / table[i][i] for value in table[i]]
        for k in range(t):
            if k != i:
                table[k] = [a - table[k][i] * b for a, b in zip(table[k], table[i], strict=True)]
    tile = [[table[j][t + i] for j in range(t)] for i in range(t)]
    spread = powers(kernel)
    for i in range(t):  # integers in B, so that tiles are only added and subtracted; fractions in G
        scale = math.lcm(*[value.denominator for value in tile[i]])
        tile[i], spread[i] = [value * scale for value in tile[i]], [value / scale for value in spread[i]]
    return np.array(powers(TILE), np.float32).T, np.array(spread, np.float32), np.array(tile, np.float32)


def _tiling(size: tuple[int, ...], kernel: int, sides: Sides) -> tuple[Pair, Pair]:
    """Height and width of the result, and the numbers of tiles that cover it."""
    height, width = (cells + sum(around) - kernel + 1 for cells, around in zip(size, sides, strict=True))
    return (height, width), (-(-height // TILE), -(-width // TILE))


def _numbers(kernel: int, tiles: Pair, channels: int) -> int:
    """The count of numbers in an image's transformed tiles, before and after the products."""
    return (TILE + kernel - 1) ** 2 * tiles[0] * tiles[1] * channels


def _transformed_tiles(x: Array, kernel: int, sides: Sides, size: Pair, tiles: Pair) -> Grid:
    """B^T X B of all tiles: a grid (t, t) of (batch * tiles, inputs)."""
    t = TILE + kernel - 1
    (rows, columns), inputs = tiles, x.shape[3]
    (top, bottom), (left, right) = sides
    x = edged(x, ((top, bottom + TILE * rows - size[0]), (left, right + TILE * columns - size[1])))
    cut = [
        [x[:, i : i + TILE * rows - 1 : TILE, j : j + TILE * columns - 1 : TILE] for j in range(t)] for i in range(t)
    ]
    return [[cells.reshape(-1, inputs) for cells in row] for row in _both_ways(matrices(kernel)[2], cut)]


def _both_ways(matrix: np.ndarray, grid: Grid) -> Grid:
    """matrix . grid . matrix^T, for a grid of arrays."""
    rows = [[_sum(line, [row[j] for row in grid]) for j in range(len(grid[0]))] for line in matrix]
    return [[_sum(line, row) for line in matrix] for row in rows]


def _sum(coefficients: np.ndarray, terms: Sequence[Array]) -> Any:
    """The sum of coefficient * term; terms with coefficient zero are skipped."""
    total = None
    for coefficient, term in zip(coefficients.tolist(), terms, strict=True):
        if coefficient:
            part = term if coefficient == 1 else -term if coefficient == -1 else term * coefficient
            total = part if total is None else total + part
    return total
