"""The check questions of day 2, second half."""

import random

from waza.curriculum.answers import Answer, Number
from waza.curriculum.questions import Numbers, Question

SIDE = 4  # side of the image whose convolution is computed by hand


def output_side(numbers: Numbers) -> Answer:
    """The side of a real convolution's output."""
    import jax.numpy as jnp

    from waza import nn

    size, kernel, stride, padding = _settings(numbers)
    x, weight = jnp.zeros((1, size, size, 1)), jnp.zeros((kernel, kernel, 1, 1))
    return Number(nn.convolve(x, weight, stride, padding).shape[1])


def unseen_rows(numbers: Numbers) -> Answer:
    """The number of rows of the padded image that no window covers: those on which the output does not depend."""
    import jax
    import jax.numpy as jnp

    from waza import nn

    size, kernel, stride, padding = _settings(numbers)
    padded, weight = jnp.zeros((1, size + 2 * padding, size + 2 * padding, 1)), jnp.ones((kernel, kernel, 1, 1))
    seen = jax.grad(lambda x: jnp.sum(nn.convolve(x, weight, stride)))(padded)
    return Number(int(jnp.sum(jnp.all(seen == 0, axis=(0, 2, 3)))))


def _settings(numbers: Numbers) -> tuple[int, int, int, int]:
    size, kernel, stride, padding = (int(numbers[name]) for name in ("size", "kernel", "stride", "padding"))
    return size, kernel, stride, padding


def settings(rng: random.Random) -> Numbers:
    """A convolution that fits its image, with a stride that skips no cells."""
    kernel = rng.randint(2, 5)
    stride = rng.randint(1, min(kernel, 3))
    return {"size": rng.randint(6, 12), "kernel": kernel, "stride": stride, "padding": rng.randint(0, 2)}


def larger_stride(rng: random.Random) -> Numbers:
    """A convolution with a stride of 2 or more."""
    kernel = rng.randint(3, 5)
    stride = rng.randint(2, min(kernel, 4))
    return {"size": rng.randint(6, 12), "kernel": kernel, "stride": stride, "padding": rng.randint(0, 2)}


def parameters(numbers: Numbers) -> Answer:
    """The number of parameters that a convolution layer creates."""
    import jax

    from waza import nn

    layer = nn.Conv2d(int(numbers["channels"]), int(numbers["filters"]), int(numbers["kernel"]))
    variables = jax.eval_shape(layer.init, jax.random.key(0))
    return Number(sum(leaf.size for leaf in jax.tree.leaves(variables)))


def layer_numbers(rng: random.Random) -> Numbers:
    """A layer small enough that a forgotten bias shows in three digits."""
    return {"filters": rng.randint(2, 20), "kernel": rng.randint(2, 5), "channels": rng.randint(1, 3)}


def output_cell(numbers: Numbers) -> Answer:
    """The value of one cell of a real convolution's output."""
    import jax.numpy as jnp

    from waza import nn

    image, weight = (jnp.array(_rows(numbers[name]), jnp.float32) for name in ("image", "filter"))
    output = nn.convolve(image[None, :, :, None], weight[:, :, None, None], padding=1)
    return Number(float(output[0, int(numbers["row"]) - 1, int(numbers["column"]) - 1, 0]))


def cell_numbers(rng: random.Random) -> Numbers:
    """An image of small numbers, a filter that changes when it is mirrored, and a cell."""
    image = "/".join(" ".join(str(rng.randint(0, 3)) for _ in range(SIDE)) for _ in range(SIDE))
    a, b, c, d = rng.sample((-2, -1, 0, 1, 2, 3), 4)
    return {"image": image, "filter": f"{a} {b}/{c} {d}", **cell(rng.randint(1, SIDE + 1), rng.randint(2, SIDE))}


def cell(row: int, column: int) -> Numbers:
    """A cell of the output, and the row and the column where its window begins in the image."""
    return {"row": row, "column": column, "above": row - 1, "left": column - 1}


def image_and_filter(numbers: Numbers) -> str:
    """The image and the filter, side by side."""
    image, weight = _rows(numbers["image"]), _rows(numbers["filter"])
    weight += [[]] * (len(image) - len(weight))
    return "\n".join(f"  {_line(one)}      {_line(other)}".rstrip() for one, other in zip(image, weight, strict=True))


def _rows(text: float | str) -> list[list[int]]:
    return [[int(cell) for cell in row.split()] for row in str(text).split("/")]


def _line(cells: list[int]) -> str:
    return " ".join(f"{cell:2d}" for cell in cells)


def saved_by_pooling(numbers: Numbers) -> Answer:
    """The factor by which pooling reduces the positions of the following convolution."""
    from waza import nn

    layer, pool = nn.Conv2d(1, 1, 3, padding=1), nn.MaxPool(int(numbers["pool"]))
    size = (int(numbers["size"]), int(numbers["size"]))
    (rows, columns), (fewer_rows, fewer_columns) = layer.output_size(size), layer.output_size(pool.output_size(size))
    return Number(rows * columns / (fewer_rows * fewer_columns))


def pooling_numbers(rng: random.Random) -> Numbers:
    """Maps that the pooling divides evenly."""
    pool = rng.randint(2, 5)
    return {"size": pool * rng.randint(3, 8), "pool": pool, "filters": rng.choice((10, 16, 20, 32))}


QUESTIONS = (
    Question("P100", output_side, "convolution", (), {"size": 6, "kernel": 2, "stride": 1, "padding": 1}, settings),
    Question(
        "P100-cell",
        output_cell,
        "convolution",
        (),
        {"image": "1 0 2 1/3 1 0 2/0 2 1 1/1 0 3 0", "filter": "1 -1/0 2", **cell(2, 3)},
        cell_numbers,
        image_and_filter,
    ),
    Question(
        "P100-parameters",
        parameters,
        "simple-convnet",
        (),
        {"filters": 30, "kernel": 5, "channels": 1},
        layer_numbers,
    ),
    Question("P11", output_side, "convolution", (), {"size": 5, "kernel": 3, "stride": 2, "padding": 1}, larger_stride),
    Question(
        "P11-floor",
        unseen_rows,
        "convolution",
        (),
        {"size": 6, "kernel": 3, "stride": 2, "padding": 1},
        larger_stride,
    ),
    Question(
        "P11-pooling",
        saved_by_pooling,
        "double-convnet",
        (),
        {"size": 24, "pool": 2, "filters": 20},
        pooling_numbers,
    ),
)
