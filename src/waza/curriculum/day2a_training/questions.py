"""The check questions of day 2, first half."""

import random
from collections.abc import Callable

from waza.curriculum.answers import Answer, Choice, Formula, Number, Points
from waza.curriculum.questions import Numbers, Question

SHARES = (0.15, 0.25, 0.35, 0.4)
STATEMENTS = {"adagrad": 1, "rmsprop": 2, "momentum": 3}  # the options of P47
LONG_RUN = 3000
ROUND = r"""
        w2
        |
     .-'+'-.
   .'   |   '.
  /     |     \
--|-----+-----|-- w1
  \     |     /
   '.   |   .'
     '-.+.-'
        |
"""
PEAKED = r"""
        w2
        |
        ^
      / | \
    /   |   \
---<----+---->--- w1
    \   |   /
      \ | /
        v
        |
"""


def steepest(numbers: Numbers) -> tuple[float, float]:
    """The largest derivative of sigmoid(slope (x - centre)) on a grid over [-10, 10], and its position."""
    import jax
    import numpy as np

    from waza import nn

    slope, centre = float(numbers["slope"]), float(numbers["centre"])
    grid = np.linspace(-10, 10, 4001)
    derivatives = np.asarray(jax.vmap(jax.grad(lambda x: nn.sigmoid(slope * (x - centre))))(grid.astype(np.float32)))
    return float(derivatives.max()), float(grid[derivatives.argmax()])


def sigmoid_option(numbers: Numbers) -> Answer:
    """The option closest to the largest derivative."""
    value, _ = steepest(numbers)
    return Choice(1 + min(range(4), key=lambda i: abs(float(numbers[f"option{i + 1}"]) - value)), options=4)


def sigmoid_numbers(rng: random.Random) -> Numbers:
    """A slope, a centre, and the notes' options times the slope in random order."""
    slope = rng.choice((0.5, 1.5, 2.0, 3.0, 6.0))
    shares = rng.sample(SHARES, 4)
    centre = rng.randint(1, 16) / 2
    return {"slope": slope, "centre": centre, **{f"option{i}": slope * share for i, share in enumerate(shares, 1)}}


def chain_rule(variable: str) -> Callable[[Numbers], Answer]:
    """The partial derivative of z = t^2, t = a x + b y."""

    def answer(numbers: Numbers) -> Answer:
        import jax

        a, b = float(numbers["a"]), float(numbers["b"])
        slope = jax.grad(lambda x, y: (a * x + b * y) ** 2, argnums="xy".index(variable))
        points = ({"x": 1.0, "y": 2.0}, {"x": -3.0, "y": 0.5}, {"x": 0.25, "y": -4.0})
        outer = 2 * {"x": a, "y": b}[variable]
        inner = " + ".join(f"{factor:g}{name}" if factor != 1 else name for factor, name in ((a, "x"), (b, "y")))
        return Formula(f"{outer:g}({inner})", points, tuple(float(slope(point["x"], point["y"])) for point in points))

    return answer


def different_units(numbers: Numbers) -> Answer:
    """Train a small net whose weights all start at one value, and count its different hidden units."""
    import jax
    import jax.numpy as jnp
    import numpy as np

    from waza import models, nn, optim

    model = models.MLP((3, int(numbers["units"]), 2), activation=nn.sigmoid)
    variables = jax.tree.map(
        lambda leaf: jnp.full_like(leaf, float(numbers["start"])) if leaf.ndim == 2 else leaf,
        model.init(jax.random.key(0)),
    )
    x = jax.random.normal(jax.random.key(1), (32, 3))
    y = (x[:, 0] > x[:, 1]).astype(jnp.int32)

    @jax.jit
    def step(variables):
        def loss(variables):
            return jnp.mean(nn.CrossEntropy()(model.apply(variables, x, nn.Pass()), y)["loss"])

        updates, _ = optim.SGD(0.5).update(jax.grad(loss)(variables), (), variables)
        return optim.add(variables, updates)

    for _ in range(100):
        variables = step(variables)
    weight = np.asarray(variables["hidden"][0]["dense"]["weight"])
    return Number(len(np.unique(weight.round(3), axis=0)))


def unit_numbers(rng: random.Random) -> Numbers:
    """A width, and the value at which all weights start."""
    return {"units": rng.randint(3, 8), "start": rng.choice((-0.5, 0.1, 0.2, 0.5, 1.0))}


def statement(name: str) -> Callable[[Numbers], Answer]:
    """The option that describes an optimiser."""
    return lambda _: Choice(STATEMENTS[name], options=4)


def step_length(name: str) -> Callable[[Numbers], Answer]:
    """An optimiser's step at a constant gradient: AdaGrad's after `steps` steps, the others' limit."""

    def answer(numbers: Numbers) -> Answer:
        import jax
        import jax.numpy as jnp

        from waza import optim

        rate = float(numbers["rate"])
        optimizer = {
            "adagrad": lambda: optim.AdaGrad(rate),
            "rmsprop": lambda: optim.RMSProp(rate, 0.99),
            "momentum": lambda: optim.Momentum(rate, 0.9),
        }[name]()
        gradient = jnp.float32(numbers["gradient"])

        def step(state, _):
            update, state = optimizer.update(gradient, state, gradient)
            return state, update

        steps = int(numbers["steps"]) if name == "adagrad" else LONG_RUN
        return Number(abs(float(jax.lax.scan(step, optimizer.init(gradient), length=steps)[1][-1])))

    return answer


def step_numbers(rng: random.Random) -> Numbers:
    """A rate, a gradient, and a square number of steps."""
    return {
        "rate": rng.choice((0.01, 0.02, 0.05, 0.1)),
        "gradient": rng.choice((0.5, 2.0, 3.0, 4.0, 5.0)),
        "steps": rng.randint(2, 20) ** 2,
    }


def two_shapes(numbers: Numbers) -> str:
    """The sets on which the two penalties are constant, drawn side by side."""
    left, right = (PEAKED, ROUND) if numbers["corners"] == "left" else (ROUND, PEAKED)
    rows = zip(left.strip("\n").splitlines(), right.strip("\n").splitlines(), strict=True)
    return "\n".join(
        ["       (1)                       (2)", *(f"{one:<26}{other}".rstrip() for one, other in rows)],
    )


def shape_with_corners(numbers: Numbers) -> Answer:
    """The figure along whose line the L1 penalty is constant: equal at the axis and at the diagonal."""
    import jax.numpy as jnp

    from waza import nn

    ends = {"corners": jnp.array([[0.5, 0.5]]), "round": jnp.array([[0.5**0.5, 0.5**0.5]])}
    on_axis = nn.L1(1.0).of(jnp.array([[1.0, 0.0]]))
    drawn = min(ends, key=lambda shape: abs(float(nn.L1(1.0).of(ends[shape]) - on_axis)))
    return Choice(1 if (drawn == "corners") == (numbers["corners"] == "left") else 2, options=2)


def shrunk(numbers: Numbers) -> Answer:
    """The w that minimises (w - best)^2 / 2 + strength |w|, found by proximal steps."""
    import jax
    import jax.numpy as jnp

    from waza import optim

    best = float(numbers["best"])
    optimizer = optim.ProximalL1(optim.SGD(0.5), float(numbers["strength"]))

    def step(w, _):
        updates, _ = optimizer.update(w - best, optimizer.init(w), w)
        return w + updates, None

    w, _ = jax.lax.scan(step, jnp.ones((1, 1)), length=100)
    return Number(float(w[0, 0].round(5)))


def shrunk_numbers(rng: random.Random) -> Numbers:
    """The order of the figures, a strength, and a best value above or below it with equal probability."""
    strength = rng.randint(2, 8) / 10
    best = strength + rng.choice((-1, 1)) * rng.randint(1, 9) / 10
    return {"corners": rng.choice(("left", "right")), "strength": strength, "best": round(max(best, 0.05), 2)}


SIGMOID: Numbers = {"slope": 1.0, "centre": 0.0, **{f"option{i}": share for i, share in enumerate(SHARES, 1)}}
STEP: Numbers = {"rate": 0.1, "gradient": 2.0, "steps": 100}
SHAPES: Numbers = {"corners": "right", "strength": 0.5, "best": 0.3}
TWICE = {"P12": ("P12", "P61"), "P20": ("P20", "P35")}

QUESTIONS = (
    Question("P12", sigmoid_option, "vanishing-gradient", TWICE["P12"], SIGMOID, sigmoid_numbers),
    Question(
        "P12-where",
        lambda numbers: Number(steepest(numbers)[1]),
        "vanishing-gradient",
        TWICE["P12"],
        SIGMOID,
        sigmoid_numbers,
    ),
    *(
        Question(
            f"P20-{variable}",
            chain_rule(variable),
            "vanishing-gradient",
            TWICE["P20"],
            {"a": 1, "b": 1},
            lambda rng: {"a": rng.randint(2, 5), "b": rng.randint(2, 5)},
        )
        for variable in "xy"
    ),
    Question("P28", lambda _: Choice(2, options=4), "starting-weights"),
    Question("P28-units", different_units, "starting-weights", (), {"units": 5, "start": 0.0}, unit_numbers),
    Question(
        "P31",
        lambda _: Points(
            {
                "fast": (
                    *("speed", "fast", "quick", "accelerat", "larger learning rate", "higher learning rate"),
                    *("速", "早く", "大きな学習率", "大きい学習率", "学習率を大き", "学習率を上げ"),
                ),
                "stable": ("stab", "steady", "robust", "安定", "頑健"),
                "start": ("initial", "starting", "初期"),
                "gradient": ("vanish", "消失", "消えにく"),
                "fit": ("overfit", "regulari", "generali", "過学習", "正則化", "汎化"),
            },
            needed=2,
        ),
        "batch-normalisation",
    ),
    *(Question(f"P47-{name}", statement(name), "step-sizes") for name in ("momentum", "adagrad", "rmsprop")),
    *(
        Question(f"P47-{name}-step", step_length(name), "step-sizes", (), STEP, step_numbers)
        for name in ("momentum", "adagrad", "rmsprop")
    ),
    Question("P68", shape_with_corners, "regularisation", (), SHAPES, shrunk_numbers, two_shapes),
    Question("P68-why", lambda _: Choice(3, options=4), "regularisation"),
    Question("P68-minimum", shrunk, "regularisation", (), SHAPES, shrunk_numbers),
)
