"""Environment steps a second of CartPole with random actions: waza against gymnax and Gymnasium.

    python benchmarks/reinforcement_steps.py [ROUNDS]

2,048 copies that begin again after their ends. waza and gymnax run 100 steps of all copies in one compiled loop;
Gymnasium steps its `SyncVectorEnv` and its vectorised CartPole. All sides draw random actions, and sum the rewards.
The sides take turns; the median of the rounds counts. gymnax asks for an older Gymnasium than waza is tested with:
install `waza[peers]` in an environment of its own.
"""

import statistics
import sys

import numpy as np

from turns import Steps, measured, work

COPIES, LOOP, STEPS = 2048, 100, 4
VECTORISED = {"gymnasium, SyncVectorEnv": "sync", "gymnasium, vectorised": "vector_entry_point"}
FORMS = ("waza", "gymnax", *VECTORISED)
TARGET = 1.0  # times gymnax's steps a second


def compiled(form: str) -> Steps:
    """A function that runs some times `LOOP` steps of all copies, of waza or gymnax."""
    from functools import partial

    import jax
    import jax.numpy as jnp

    if form == "waza":
        from waza.rl.environments import CartPole, advance, begin

        first = jax.vmap(partial(begin, CartPole()))

        def move(running, actions, keys):
            running, transition = jax.vmap(partial(advance, CartPole()))(running, actions, keys)
            return running, transition.reward
    else:
        import gymnax

        environment, parameters = gymnax.make("CartPole-v1")

        def first(keys):
            return jax.vmap(lambda key: environment.reset(key, parameters)[1])(keys)

        def move(state, actions, keys):
            step = jax.vmap(lambda key, one, action: environment.step(key, one, action, parameters))
            after = step(keys, state, actions)
            return after[1], after[2]

    @jax.jit
    def loop(running, key):
        def step(running, key):
            choose, keys = jax.random.split(key)
            actions = jax.random.randint(choose, (COPIES,), 0, 2)
            running, rewards = move(running, actions, jax.random.split(keys, COPIES))
            return running, jnp.sum(rewards)

        running, rewards = jax.lax.scan(step, running, jax.random.split(key, LOOP))
        return running, jnp.sum(rewards)

    now = [jax.jit(first)(jax.random.split(jax.random.key(0), COPIES))]

    def run(times: int) -> None:
        for turn in range(times):
            now[0], rewards = loop(now[0], jax.random.key(turn))
            rewards.block_until_ready()

    return run


def on_the_host(form: str) -> Steps:
    """A function that runs some steps of all copies of Gymnasium."""
    import gymnasium

    copies = gymnasium.make_vec("CartPole-v1", COPIES, VECTORISED[form])
    copies.reset(seed=0)
    random = np.random.default_rng(0)

    def run(times: int) -> None:
        for _ in range(times):
            copies.step(random.integers(0, 2, COPIES))[1].sum()

    return run


def main(rounds: int) -> None:
    """Measure all sides and print the table."""
    seconds = measured(__file__, "CartPole", FORMS, STEPS, rounds)
    print(f"{'side':28} {'steps/s':>14}  {'spread':>21}")
    rate = {}
    for form, found in seconds.items():
        steps = COPIES * (1 if form in VECTORISED else LOOP)
        rate[form] = steps / statistics.median(found)
        print(f"{form:28} {rate[form]:14,.0f}  {steps / max(found):10,.0f} {steps / min(found):10,.0f}")
    for form in rate:
        if form != "waza":
            print(f"waza / {form}: {rate['waza'] / rate[form]:.2f}" + (f" (target {TARGET})" * (form == "gymnax")))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        form = sys.argv[3]
        work(on_the_host(form) if form in VECTORISED else compiled(form))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 15)
