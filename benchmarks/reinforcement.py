"""Time until an agent solves CartPole-v1: waza against Stable-Baselines3.

    python benchmarks/reinforcement.py [ROUNDS] [ALGORITHM ...]      (PPO, A2C, DQN, PQN)

An agent has solved CartPole-v1 when its mean return over 100 greedy evaluation episodes is at least 475. Both sides
have the tuned settings of RL Baselines3 Zoo and the same networks, evaluate at the same environment steps, and stop at
the first evaluation that reaches 475; evaluations count. Each round starts new processes, first waza, then
Stable-Baselines3 with one thread of PyTorch (for these networks faster than two), whose evaluations step 100 copies
together. "Cold" is the first seed of a process, compiling included, importing not; "warm" is the mean of the seeds
after it. "Ten seeds" is waza's time for ten seeds mapped over in one program, compiled before, until all of them have
reached 475 once, against ten times the warm mean of Stable-Baselines3, which has no PQN.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

SOLVED, EPISODES, COPIES = 475.0, 100, 8
WARM_SEEDS, SEEDS = 3, 10


class Algorithm(NamedTuple):
    """An algorithm on both sides.

    Args:
        ours: makes waza's learner.
        theirs: makes the model of Stable-Baselines3 for a vectorised environment and a seed; None: it has none.
        steps: environment steps in all.
        update: environment steps of one update of waza's learner.
        every: environment steps between evaluations, a multiple of `update`.
    """

    ours: Callable[[], Any]
    theirs: Callable[[Any, int], Any] | None
    steps: int
    update: int
    every: int


def our_ppo() -> Any:
    """PPO in waza."""
    from waza import optim
    from waza.optim.linear_decay import LinearDecay
    from waza.rl.environments import CartPole
    from waza.rl.policies import PPO, Discounted, mlp_critic, mlp_policy

    here, updates = CartPole(), 100_000 / 256
    optimizer = optim.ClipByNorm(optim.Adam(LinearDecay(1e-3, updates), epsilon=1e-5), 0.5)
    return PPO(
        here,
        mlp_policy(here),
        optimizer,
        mlp_critic(here),
        Discounted(0.98),
        copies=COPIES,
        steps=32,
        trace=0.8,
        clip=LinearDecay(0.2, updates),
        epochs=20,
        minibatches=1,
        episodes=EPISODES,
    )


def their_ppo(environments: Any, seed: int) -> Any:
    """PPO in Stable-Baselines3."""
    from stable_baselines3 import PPO

    return PPO(
        "MlpPolicy",
        environments,
        n_steps=32,
        batch_size=256,
        gae_lambda=0.8,
        gamma=0.98,
        n_epochs=20,
        ent_coef=0.0,
        learning_rate=lambda left: 1e-3 * left,
        clip_range=lambda left: 0.2 * left,
        seed=seed,
        device="cpu",
    )


def our_a2c() -> Any:
    """A2C in waza."""
    from waza import optim
    from waza.rl.environments import CartPole
    from waza.rl.policies import A2C, Discounted, mlp_critic, mlp_policy

    here = CartPole()
    optimizer = optim.ClipByNorm(optim.RMSProp(7e-4, 0.99, 1e-5), 0.5)
    return A2C(
        here,
        mlp_policy(here),
        optimizer,
        mlp_critic(here),
        Discounted(0.99),
        copies=COPIES,
        steps=5,
        trace=1.0,
        episodes=EPISODES,
    )


def their_a2c(environments: Any, seed: int) -> Any:
    """A2C in Stable-Baselines3."""
    from stable_baselines3 import A2C

    return A2C("MlpPolicy", environments, ent_coef=0.0, seed=seed, device="cpu")


def our_dqn() -> Any:
    """DQN in waza."""
    from waza import optim
    from waza.optim.linear_decay import LinearDecay
    from waza.rl.environments import CartPole
    from waza.rl.values import DQN

    return DQN(
        CartPole(),
        hidden=(256, 256),
        optimizer=optim.ClipByNorm(optim.Adam(2.3e-3), 10.0),
        discount=0.99,
        epsilon=LinearDecay(1.0, 0.16 * 50_000 / 256, final=0.04),
        copies=COPIES,
        steps=256 // COPIES,
        gradient_steps=128,
        batch_size=64,
        capacity=100_000,
        learning_starts=1000.0,
        target_every=128.0,  # gradient steps: once an update, as in Stable-Baselines3
        episodes=EPISODES,
    )


def their_dqn(environments: Any, seed: int) -> Any:
    """DQN in Stable-Baselines3. The target network moves every 10 steps, so once between two phases of training."""
    from stable_baselines3 import DQN

    return DQN(
        "MlpPolicy",
        environments,
        learning_rate=2.3e-3,
        buffer_size=100_000,
        learning_starts=1000,
        batch_size=64,
        gamma=0.99,
        train_freq=256 // COPIES,
        gradient_steps=128,
        target_update_interval=10,
        exploration_fraction=0.16,
        exploration_final_eps=0.04,
        policy_kwargs={"net_arch": [256, 256]},
        seed=seed,
        device="cpu",
    )


def our_pqn() -> Any:
    """PQN in waza."""
    from waza.rl.environments import CartPole
    from waza.rl.values import PQN

    return PQN(CartPole(), episodes=EPISODES)


ALGORITHMS = {
    "PPO": Algorithm(our_ppo, their_ppo, steps=100_000, update=256, every=20 * 256),
    "A2C": Algorithm(our_a2c, their_a2c, steps=500_000, update=40, every=500 * 40),
    "DQN": Algorithm(our_dqn, their_dqn, steps=50_000, update=256, every=10 * 256),
    "PQN": Algorithm(our_pqn, None, steps=500_000, update=2048, every=12 * 2048),
}


def run_waza(algorithm: Algorithm, rounds_of_ten: int = 2) -> dict[str, Any]:
    """Seconds until solved: cold, each warm seed, and ten seeds at once."""
    import numpy as np

    from waza.engine.devices import mesh
    from waza.engine.executors import prepare
    from waza.engine.group import Group
    from waza.engine.layout import Layout
    from waza.engine.program import Program
    from waza.engine.single import single_program

    learner = algorithm.ours()
    updates, every = algorithm.steps // algorithm.update, algorithm.every // algorithm.update

    def solve(program: Program, seeds: list[int]) -> tuple[float, list[int]]:
        """Seconds, and the environment steps after which each seed was solved (-1: never)."""
        begun = time.perf_counter()
        portions, reached = program.start(seeds), np.full(len(seeds), -1)
        for stop in range(every, updates + 1, every):
            portions = program.train(portions, stop - every, stop)
            returns = program.evaluate(portions)["return"][:, 0]
            reached = np.where((reached < 0) & (returns >= SOLVED), stop * algorithm.update, reached)
            if (reached >= 0).all():
                break
        return time.perf_counter() - begun, reached.tolist()

    begun = time.perf_counter()
    program = single_program(learner, None, updates)
    prepare([program])
    compiled = time.perf_counter() - begun
    first, steps = solve(program, [0])
    warm = [solve(program, [seed]) for seed in range(1, 1 + WARM_SEEDS)]
    ten = Program(Group([learner], None, learner.source(None), Layout.of(SEEDS, 1, mesh())), updates)
    prepare([ten])
    together = [solve(ten, list(range(10 * i, 10 * i + SEEDS))) for i in range(rounds_of_ten)]
    return {
        "cold": [compiled + first],
        "compiling": compiled,
        "warm": [seconds for seconds, _ in warm],
        "ten seeds": [seconds for seconds, _ in together],
        "steps": steps + [reached for _, some in (*warm, *together) for reached in some],
    }


def run_theirs(algorithm: Algorithm) -> dict[str, Any]:
    """Seconds until solved: cold, each warm seed, and ten seeds, which are ten times as long."""
    import gymnasium
    import torch
    from stable_baselines3.common.callbacks import EvalCallback, StopTrainingOnRewardThreshold
    from stable_baselines3.common.env_util import make_vec_env

    torch.set_num_threads(1)
    gymnasium.logger.min_level = gymnasium.logger.ERROR

    def solve(seed: int) -> tuple[float, int]:
        begun = time.perf_counter()
        model = algorithm.theirs(make_vec_env("CartPole-v1", COPIES, seed=seed), seed)
        stop = EvalCallback(
            make_vec_env("CartPole-v1", EPISODES, seed=1000 + seed),
            callback_on_new_best=StopTrainingOnRewardThreshold(SOLVED),
            n_eval_episodes=EPISODES,
            eval_freq=algorithm.every // COPIES,
            verbose=0,
        )
        model.learn(algorithm.steps, callback=stop)
        solved = stop.best_mean_reward >= SOLVED
        return time.perf_counter() - begun, model.num_timesteps if solved else -1

    found = [solve(seed) for seed in range(1 + WARM_SEEDS)]
    seconds = [one for one, _ in found]
    warm = seconds[1:]
    return {
        "cold": seconds[:1],
        "warm": warm,
        "ten seeds": [SEEDS * statistics.mean(warm)],
        "steps": [steps for _, steps in found],
    }


SIDES = {"waza": run_waza, "Stable-Baselines3": run_theirs}


def measure(side: str, name: str) -> dict[str, Any]:
    """Run one side in a new process."""
    command = [sys.executable, "-W", "ignore", __file__, "--side", side, name]
    found = subprocess.run(command, capture_output=True, text=True)
    if found.returncode:
        raise SystemExit(f"{side}, {name}: {found.stderr.strip().splitlines()[-1]}")
    return json.loads(found.stdout.splitlines()[-1])


def main() -> None:
    """Print medians over rounds, and the ratios."""
    if sys.argv[1:2] == ["--side"]:
        side, name = sys.argv[2:]
        print(json.dumps(SIDES[side](ALGORITHMS[name])))
        return
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    from waza.engine.machine import machine, versions

    print(machine(), versions())
    median = statistics.median
    print("| seconds until solved | waza | Stable-Baselines3 | ratio |\n|---|---|---|---|")
    for name in sys.argv[2:] or ALGORITHMS:
        sides = [side for side in SIDES if side == "waza" or ALGORITHMS[name].theirs]
        found: dict[str, list[dict[str, Any]]] = {side: [] for side in sides}
        for _ in range(rounds):
            for side in sides:
                found[side].append(measure(side, name))
        for what in ("cold", "warm", "ten seeds"):
            mine, *peers = [median([statistics.mean(one[what]) for one in runs]) for runs in found.values()]
            shown = "".join(f"{peer:.1f} | {peer / mine:.1f}" for peer in peers) or "- | -"
            print(f"| {name}, {what} | {mine:.2f} | {shown} |", flush=True)
        for side, runs in found.items():
            steps = [step for one in runs for step in one["steps"]]
            solved = sorted(step for step in steps if step >= 0)
            after = f", after {median(solved):,.0f} steps (median)" if solved else ""
            print(f"{name}, {side}: solved {len(solved)} of {len(steps)}{after}")
        print(f"{name}, waza, compiling: {median([one['compiling'] for one in found['waza']]):.2f} s", flush=True)


if __name__ == "__main__":
    main()
