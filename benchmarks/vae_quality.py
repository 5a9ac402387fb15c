"""The log-likelihood that VAEs reach on binary MNIST, by importance-weighted estimates.

    python benchmarks/vae_quality.py LINE [--seeds 6] [--epochs 200] [--every 20] [--rate 0.001]

| line | model | training | binarisation | samples of the estimate | target, nats |
|---|---|---|---|---|---|
| vae | 784-400-20, ReLU | 1 sample | dynamic | 200 | 89.8 |
| iwae-static | 784-200-200-50, tanh | 50 samples | one fixed draw | 5,000 | 86.8 |
| iwae-dynamic | the same | 50 samples | dynamic | 5,000 | 84.8 |

All seeds are one program; with two cores an even number wastes nothing. The rate falls to 0 along half a cosine. The
script prints how long an epoch takes and the whole is expected to take, and after every few epochs a line with the
negative lower bound of each seed, and its estimate: before the end on the first 1,000 test images with 100 samples.
The test images of a dynamic line are drawn once for each seed; the fixed draw is ours (`waza.data.binarised`), since
that of Larochelle and Murray is no part of waza's data.
"""

import argparse
import json
import math
import time
from typing import NamedTuple

import numpy as np

ROWS, PIECE, FEW, SHORT = 60_000, 500, 1_000, 100


class Line(NamedTuple):
    """A model, how it is trained, and what is to be reached."""

    latent: int
    hidden: tuple[int, ...]
    activation: str
    samples: int
    batch: int
    dynamic: bool
    estimated: int
    target: float


LINES = {
    "vae": Line(20, (400,), "relu", 1, 128, True, 200, 89.8),
    "iwae-static": Line(50, (200, 200), "tanh", 50, 20, False, 5_000, 86.8),
    "iwae-dynamic": Line(50, (200, 200), "tanh", 50, 20, True, 5_000, 84.8),
}


def estimates(learner, program, portions, seeds: int, images: np.ndarray, samples: int) -> list[float]:
    """The negative log-likelihood of the test images for each seed, by importance weighting."""
    import jax
    import jax.numpy as jnp

    from waza.models import importance_estimate

    @jax.jit
    def total(variables, x, key):
        draw, noise = jax.random.split(key)
        x = x.astype(jnp.float32) / 255
        x = (jax.random.uniform(draw, x.shape) < x).astype(jnp.float32)  # binary pixels stay as they are
        return -importance_estimate(learner.model, variables, x, noise, samples).sum()

    found = []
    for seed in range(seeds):
        variables = program.kept(portions, seed, 0)
        keys = jax.random.split(jax.random.key(seed), len(images) // PIECE)
        pieces = images.reshape(-1, PIECE, *images.shape[1:])
        found.append(sum(float(total(variables, x, key)) for x, key in zip(pieces, keys, strict=True)) / len(images))
    return found


def main() -> None:
    """Train the seeds of one line and print what they reach."""
    parser = argparse.ArgumentParser()
    parser.add_argument("line", choices=LINES)
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--every", type=int, default=20)
    parser.add_argument("--rate", type=float, default=1e-3)
    asked = parser.parse_args()
    line = LINES[asked.line]

    import waza as wz
    from waza import learners, models, nn, optim
    from waza.engine.devices import mesh
    from waza.engine.executors import prepare
    from waza.engine.group import Group
    from waza.engine.layout import Layout
    from waza.engine.program import Program

    steps = ROWS // line.batch
    data = wz.data.load("mnist")
    data = data if line.dynamic else wz.data.binarised(data)
    learner = learners.Variational(
        models.dense_vae((28, 28, 1), line.latent, line.hidden, activation=getattr(nn, line.activation)),
        optim.Adam(optim.CosineDecay(asked.rate, asked.epochs * steps)),
        batch_size=line.batch,
        dynamic_binarisation=line.dynamic,
        samples=line.samples,
    )
    layout = Layout.of(asked.seeds, 1, mesh())
    program = Program(Group([learner], data, learner.source(data), layout), asked.epochs * steps)
    prepare([program])
    portions, begun = program.start(range(program.seeds)), time.perf_counter()
    for epoch in range(asked.epochs):
        portions = program.train(portions, epoch * steps, (epoch + 1) * steps)
        if epoch == 0:
            seconds = time.perf_counter() - begun
            print(f"{seconds:.1f} s an epoch; {seconds * asked.epochs / 60:.0f} minutes for all", flush=True)
        last = epoch + 1 == asked.epochs
        if last or (epoch + 1) % asked.every == 0:
            measures = program.evaluate(portions)
            samples, images = (line.estimated, data.test.x) if last else (SHORT, data.test.x[:FEW])
            found = estimates(learner, program, portions, asked.seeds, images, samples)
            entry = {
                "epoch": epoch + 1,
                "minutes": round((time.perf_counter() - begun) / 60, 1),
                "images": len(images),
                "samples": samples,
                "estimate": [round(one, 3) for one in found],
                "bound": [round(float(one), 2) for one in measures["test_loss"][: asked.seeds, 0]],
                "active": [int(one) for one in measures["test_active_units"][: asked.seeds, 0]],
            }
            print(json.dumps(entry), flush=True)
    mean, spread = np.mean(found), np.std(found, ddof=1) if asked.seeds > 1 else math.nan
    print(f"{asked.line}: {mean:.2f} nats (target {line.target}), {asked.seeds} seeds, standard deviation {spread:.3f}")


if __name__ == "__main__":
    main()
