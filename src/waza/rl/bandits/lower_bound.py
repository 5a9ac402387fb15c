"""The asymptotic lower bound of regret."""

from waza.core.errors import Error
from waza.rl.bandits.armed import Armed


def lai_robbins(problem: Armed) -> float:
    r"""$\sum_a \Delta_a / \mathrm{KL}(\nu_a, \nu^*)$: no consistent algorithm has a lower limit of regret / log T.

    $\Delta_a > 0$ are the gaps to the best expected reward, and KL the divergences of the rewards of an arm from those
    of the best one. An algorithm is consistent if its regret grows more slowly than any power of T on every problem.
    The bound is asymptotic: at a finite T, regret may lie below it.

    Raises:
        Error: the problem draws its expected rewards for each seed.

    Source: Lai and Robbins, "Asymptotically efficient adaptive allocation rules", 1985.

    >>> from waza.rl.bandits import Bernoulli, Gaussian
    >>> lai_robbins(Gaussian((0.0, 0.5))), round(lai_robbins(Bernoulli((0.1, 0.2))), 3)
    (4.0, 2.723)
    """
    if not isinstance(problem.means, tuple):
        raise Error(
            f"{type(problem).__name__} draws its expected rewards for each seed, so that there is no one bound; give a "
            "problem with fixed ones, such as bandits.Bernoulli((0.1, 0.2))"
        )
    best = max(problem.means)
    return float(sum((best - mean) / problem.divergence(mean, best) for mean in problem.means if mean < best))
