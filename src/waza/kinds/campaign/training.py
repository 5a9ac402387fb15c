"""Training on a campaign's log: for each fold the networks of the other folds, and those of all customers."""

from typing import Any, NamedTuple

import jax
import numpy as np

from waza import models
from waza.core.errors import Error
from waza.engine.devices import mesh
from waza.engine.executors import prepare
from waza.engine.group import Group
from waza.engine.layout import Layout
from waza.engine.program import Program
from waza.engine.training import Plan, train
from waza.engine.watch import Watch
from waza.learners.rows import rows_at_once
from waza.nn import tanh
from waza.optim import Adam, CosineDecay, WeightDecay
from waza.rl.logs import FoldedLog, Log, LogPolicy

HIDDEN = 32
RATE, DECAY = 0.005, 1.0  # chosen on simulated logs: less decay follows the noise of the scores
LARGEST_BATCH, SMALLEST_BATCH = 1024, 64
EPOCHS, FEWEST_STEPS, MOST_STEPS = 10, 500, 3000
ALL = -1  # the "fold" that is held out where none is


class Learned(NamedTuple):
    """What was learned from a log.

    Args:
        responses: the expected reward of each arm, (rows, arms), by models that have not seen the row.
        gains: the expected gain of each arm other than the control, (rows, arms - 1), likewise.
        network: the recipe of the network of gains.
        variables: of that network, trained on all rows; its outputs are gains divided by `scale`.
        scale: of the rewards.
        steps: of the training.
    """

    responses: np.ndarray
    gains: np.ndarray
    network: Any
    variables: Any
    scale: float
    steps: int


def learn(
    log: Log, arms: int, folds: np.ndarray, steps: int | None = None, seed: int = 0, watch: Watch | None = None
) -> Learned:
    """Train the networks of each fold and of all rows, as variants of one program.

    Args:
        log: the arms' numbers count from 0, which is the control.
        arms: how many there are.
        folds: of each row.
        steps: of the training; by default 10 passes over the rows, at least 500 steps and at most 3,000.
        seed: of the training.
        watch: receives progress events, and may ask to stop.

    Raises:
        Error: the rewards are all the same or too large, or a network has diverged.
        Interrupted: `watch` asked to stop.
    """
    watch = watch or Watch()
    with np.errstate(over="ignore", invalid="ignore"):
        scale = float(np.std(log.reward))
    if not np.isfinite(scale):
        largest = float(np.abs(log.reward).max())
        raise Error(f"a reward has the size {largest:g}, which is too large to be squared: correct it, or leave it out")
    if not scale:
        raise Error(f"all rewards are {log.reward[0]:g}, so no arm is better than another: give another reward")
    rows, width = log.features.shape
    batch = min(LARGEST_BATCH, max(SMALLEST_BATCH, rows // 32))
    steps = steps or int(np.clip(EPOCHS * rows // batch, FEWEST_STEPS, MOST_STEPS))
    half = np.random.RandomState(seed).randint(0, 2, rows).astype(np.int32)
    kinds: tuple[Any, ...] = (np.float32, np.int32, np.float32, np.float32, np.int32, np.int32)
    parts = (log.features, log.arm, log.reward / scale, log.propensity, folds, half)
    data = FoldedLog(*(np.asarray(part, kind) for part, kind in zip(parts, kinds, strict=True)))
    variants = [learner(width, arms, steps, batch, fold) for fold in (*range(int(folds.max()) + 1), ALL)]
    kept = _trained(variants, data, steps, seed, watch)
    responses, gains = np.zeros((rows, arms)), np.zeros((rows, arms - 1))
    for one, variables in zip(variants[:-1], kept[:-1], strict=True):
        held = np.flatnonzero(folds == int(one.fold))
        responses[held], gains[held] = _outputs(one, variables, data.features[held])
    if not np.isfinite(responses).all() or not np.isfinite(gains).all():
        raise Error("a network has diverged: look for extreme numbers in the features or the reward")
    return Learned(responses * scale, gains * scale, variants[-1].gain, kept[-1]["gain"], scale, steps)


def learner(features: int, arms: int, steps: int, batch_size: int, fold: float) -> LogPolicy:
    """The networks, which have 32 tanh units, with Adam along a cosine and weight decay."""
    optimizer = WeightDecay(Adam(CosineDecay(RATE, steps)), DECAY)
    response, gain = (models.MLP((features, HIDDEN, outputs), activation=tanh) for outputs in (arms, arms - 1))
    return LogPolicy(response, gain, optimizer, fold=float(fold), batch_size=batch_size)


def _trained(variants: list[LogPolicy], data: FoldedLog, steps: int, seed: int, watch: Watch) -> list[Any]:
    """What each variant keeps of its training."""
    devices = mesh()
    group = Group(variants, data, variants[0].source(data), Layout.of(1, len(variants), devices))
    program = Program(group, steps)
    watch.compiling(1)
    prepare([program], watch)
    watch.training(steps)
    plan = Plan(steps=steps, evaluate_every=steps, keep="last")
    trained = train(program, range(seed, seed + program.seeds), plan, watch=watch)
    watch.trained()
    return [trained.kept[0, place] for place in range(len(variants))]


def _outputs(one: LogPolicy, variables: Any, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Responses and gains of rows, computed in pieces."""
    apply = jax.jit(lambda variables, x: (one.responses(variables, x), one.gains(variables, x)))
    size = rows_at_once(x)
    pieces = [apply(variables, x[i : i + size]) for i in range(0, len(x), size)]
    return tuple(np.concatenate([np.asarray(piece[part]) for piece in pieces]) for part in range(2))  # type: ignore
