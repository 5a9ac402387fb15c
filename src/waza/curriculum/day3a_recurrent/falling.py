"""The optimiser that most studies of this part use."""

from waza import optim
from waza.core.vary import vary


def falling_adam(rate: float, steps: int) -> optim.Optimizer:
    """Adam on gradients clipped at a norm of 1, whose rate falls to 0 along a cosine.

    >>> falling_adam(0.01, 100).limit
    1.0
    """
    constant = optim.ClipByNorm(optim.Adam(rate), 1.0)
    clipped: optim.Optimizer = vary(constant, optimizer={"learning_rate": optim.CosineDecay(rate, steps)})
    return clipped
