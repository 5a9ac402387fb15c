"""Names of environments, as folders of policies keep them."""

from waza.rl.environments import Environment
from waza.rl.environments.hosted import Hosted
from waza.rl.environments.names import HOSTED, OURS


def name_of(environment: Environment) -> str | None:
    """The name by which `waza.rl.environments.names.environment` makes this environment again; None: there is none.

    >>> from waza.rl.environments import CartPole
    >>> name_of(CartPole()), name_of(CartPole(gravity=1.6))
    ('CartPole-v1', None)
    """
    if isinstance(environment, Hosted):
        return HOSTED + environment.name
    return next((name for name, ours in OURS.items() if ours == environment), None)
