"""The check questions of the first half of day 2."""

import random

from waza.curriculum.answers import Choice, Formula, Number, Points
from waza.curriculum.questions import Numbers, Question


def _largest_slope(numbers: Numbers) -> Number:
    """The maximum of the sigmoid's derivative, a sigmoid(b x), found by automatic differentiation on a fine grid."""
    import jax
    import jax.numpy as jnp

    from waza.nn import sigmoid

    a, b = float(numbers["a"]), float(numbers["b"])
    x = jnp.linspace(-10, 10, 20001)
    return Number(float(jnp.max(jax.vmap(jax.grad(lambda value: a * sigmoid(b * value)))(x))))


def _where(numbers: Numbers) -> Number:
    """Where the derivative of sigmoid(x - c) is greatest."""
    import jax
    import jax.numpy as jnp

    from waza.nn import sigmoid

    c = float(numbers["c"])
    x = jnp.linspace(c - 5, c + 5, 10001)
    slopes = jax.vmap(jax.grad(lambda value: sigmoid(value - c)))(x)
    return Number(round(float(x[jnp.argmax(slopes)]), 2))


GRAPHS = r"""
      (1)                 (2)
     _____                 /\
   /       \              /  \
  |    +    |            <  + >
   \ _____ /              \  /
                           \/
""".strip("\n")
TRIED = ({"x": 1.0, "y": 2.0}, {"x": -3.0, "y": 0.5}, {"x": 0.25, "y": -1.75})


def _chain(numbers: Numbers) -> Formula:
    """dz/dx for z = t^n, t = a x + y, by automatic differentiation at three points."""
    import jax

    n, a = int(numbers["n"]), float(numbers["a"])
    slope = jax.grad(lambda x, y: (a * x + y) ** n)
    values = tuple(float(slope(point["x"], point["y"])) for point in TRIED)
    factor = f"{n * a:g}"
    inner = "x + y" if a == 1 else f"{a:g}x + y"
    power = "" if n == 2 else f"^{n - 1}"
    return Formula(f"{factor}({inner}){power}", TRIED, values)


def _factors(draw: random.Random) -> Numbers:
    return {"a": draw.choice([2, 3, 4, 5]), "b": draw.choice([0.5, 2, 3, 4])}


def _power(draw: random.Random) -> Numbers:
    n, a = draw.choice([2, 3, 4]), draw.choice([2, 3, 5])
    return {"n": n, "a": a, "power": {2: "²", 3: "³", 4: "⁴"}[n]}


QUESTIONS = (
    Question(
        "P12",
        _largest_slope,
        "right",
        pages=("P12", "P61"),
        claims=("C04",),
        computed_with="jax.grad(waza.nn.sigmoid)",
        numbers={"a": 1, "b": 1},
        fresh=_factors,
    ),
    Question(
        "P12-where",
        _where,
        "right",
        pages=("P12", "P61"),
        claims=("C04",),
        computed_with="jax.grad(waza.nn.sigmoid)",
        numbers={"c": 0},
        fresh=lambda draw: {"c": draw.choice([-2, -1, 1, 2, 3])},
    ),
    Question(
        "P20",
        _chain,
        "right",
        pages=("P20", "P35"),
        computed_with="jax.grad",
        numbers={"n": 2, "a": 1, "power": "²"},
        fresh=_power,
    ),
    Question("P28", lambda numbers: Choice(3, options=4), "wrong", claims=("C24",)),
    Question(
        "P31",
        lambda numbers: Points(
            {
                "stable": ("stab", "robust", "toler", "安定"),
                "fast": ("fast", "speed", "quick", "速", "早"),
                "overfitting": ("overfit", "regular", "過学習", "汎化"),
            },
            needed=2,
        ),
        "right",
        claims=("C05",),
    ),
    Question("P47", lambda numbers: Choice(2, options=4), "wrong", claims=("C11", "C13", "C16")),
    Question("P68", lambda numbers: Choice(2, options=2), "right", claims=("C22",), figure=lambda numbers: GRAPHS),
)
