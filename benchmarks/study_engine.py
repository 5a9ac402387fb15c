"""A study of 5 learning rates x 10 seeds on 10,000 images: waza against PyTorch and Keras.

    python benchmarks/study_engine.py [PAIRS]

Each round runs waza in a new process (so that the time of compilation is included), then PyTorch, trial after trial,
with one and with two threads (the faster counts). Keras `fit` is measured once, on a tenth of the trials, and scaled.
All sides train 784-40-20-10 with ReLU by SGD on minibatches of 100 for 1,000 steps, from 10,000 uint8 images, and end
with an evaluation.
"""

import itertools
import json
import os
import subprocess
import sys
import time

import numpy as np

RATES = (0.01, 0.03, 0.1, 0.3, 0.5)
SEEDS, STEPS, BATCH, ROWS = 10, 1000, 100, 10_000


def images() -> tuple[np.ndarray, np.ndarray]:
    """Ten classes of noisy uint8 images."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 10, ROWS).astype(np.int32)
    x = rng.integers(0, 128, (10, 784))[y] + rng.integers(0, 128, (ROWS, 784))
    return x.astype(np.uint8), y


def run_waza() -> dict[str, float]:
    """Seconds to compile, to train, and the rate of matrix products that this corresponds to."""
    import jax

    import waza as wz
    from waza import models, nn, optim
    from waza.data import Dataset, Split

    x, y = images()
    data = Dataset("noise", Split(x, y), Split(x[:1000], y[:1000]))
    base = wz.Supervised(models.MLP((784, 40, 20, 10), nn.relu, nn.He()), optim.SGD(0.1), probes=False)
    variants = {str(rate): wz.vary(base, optimizer={"learning_rate": rate}) for rate in RATES}
    study = wz.Study(name="rates", data=data, variants=variants, seeds=SEEDS, steps=STEPS, evaluate_every=STEPS)
    begun = time.perf_counter()
    results = wz.run(study)
    total = time.perf_counter() - begun
    a = jax.numpy.ones((2000, 2000))
    product = jax.jit(jax.numpy.matmul)
    product(a, a).block_until_ready()
    begun = time.perf_counter()
    for _ in range(10):
        product(a, a).block_until_ready()
    rate = 10 * 2 * 2000**3 / (time.perf_counter() - begun)
    work = len(RATES) * SEEDS * STEPS * BATCH * 2 * (784 * 40 * 2 + (40 * 20 + 20 * 10) * 3)
    warm = results.attrs["train_seconds"]
    return {
        "cold": total,
        "warm": warm,
        "share": work / warm / rate,
        "accuracy": float(results["test_accuracy"][1, :, -1].mean()),
    }


def run_torch(threads: int) -> dict[str, float]:
    """Seconds for all trials, one after another."""
    import torch

    torch.set_num_threads(threads)
    x, y = images()
    x, y = torch.tensor(x).float() / 255, torch.tensor(y).long()
    loss = torch.nn.CrossEntropyLoss()
    begun, accuracies = time.perf_counter(), []
    for rate in RATES:
        for seed in range(SEEDS):
            torch.manual_seed(seed)
            sizes = (784, 40, 20, 10)
            layers = [torch.nn.Linear(a, b) for a, b in itertools.pairwise(sizes)]
            for layer in layers:
                torch.nn.init.kaiming_normal_(layer.weight)
                torch.nn.init.zeros_(layer.bias)
            model = torch.nn.Sequential(layers[0], torch.nn.ReLU(), layers[1], torch.nn.ReLU(), layers[2])
            optimizer = torch.optim.SGD(model.parameters(), rate)
            for _ in range(STEPS):
                rows = torch.randint(ROWS, (BATCH,))
                optimizer.zero_grad()
                loss(model(x[rows]), y[rows]).backward()
                optimizer.step()
            with torch.no_grad():
                accuracies.append((model(x[:1000]).argmax(1) == y[:1000]).float().mean().item())
    return {"seconds": time.perf_counter() - begun, "accuracy": float(np.mean(accuracies[SEEDS : 2 * SEEDS]))}


def run_keras() -> dict[str, float]:
    """Seconds for a tenth of the trials (one seed of each rate), scaled to all."""
    os.environ.setdefault("KERAS_BACKEND", "jax")
    import keras

    x, y = images()
    x = x.astype(np.float32) / 255
    begun = time.perf_counter()
    for rate in RATES:
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [
                keras.Input((784,)),
                keras.layers.Dense(40, "relu", kernel_initializer="he_normal"),
                keras.layers.Dense(20, "relu", kernel_initializer="he_normal"),
                keras.layers.Dense(10, kernel_initializer="he_normal"),
            ]
        )
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.SGD(rate), loss, metrics=["accuracy"])
        model.fit(x, y, batch_size=BATCH, epochs=STEPS * BATCH // ROWS, verbose=0)
        model.evaluate(x[:1000], y[:1000], verbose=0)
    return {"seconds": (time.perf_counter() - begun) * SEEDS}


SIDES = {"waza": run_waza, "torch1": lambda: run_torch(1), "torch2": lambda: run_torch(2), "keras": run_keras}


def measure(side: str) -> dict[str, float]:
    """Run one side in a new process."""
    out = subprocess.run([sys.executable, __file__, "--side", side], capture_output=True, text=True, check=True).stdout
    return json.loads(out.splitlines()[-1])


def main() -> None:
    """Print medians and ranges over interleaved rounds."""
    if "--side" in sys.argv:
        print(json.dumps(SIDES[sys.argv[-1]]()))
        return
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    from waza.engine.machine import machine, versions

    print(machine(), versions())
    rounds = []
    for i in range(pairs):
        ours, one, two = measure("waza"), measure("torch1"), measure("torch2")
        theirs = min(one["seconds"], two["seconds"])
        rounds.append((ours["cold"], ours["warm"], theirs, theirs / ours["cold"], theirs / ours["warm"], ours["share"]))
        print(
            f"round {i + 1}:", [round(value, 2) for value in rounds[-1]], ours["accuracy"], one["accuracy"], flush=True
        )
    print("| | median | from | to |\n|---|---|---|---|")
    names = ("waza, with compiling, s", "waza, without, s", "PyTorch, better of 1 and 2 threads, s")
    names += ("PyTorch / waza with compiling", "PyTorch / waza without", "share of the matrix-product rate")
    for name, values in zip(names, zip(*rounds, strict=True), strict=True):
        print(f"| {name} | {np.median(values):.2f} | {min(values):.2f} | {max(values):.2f} |")
    print(f"| Keras fit (JAX), a tenth of the trials, scaled, s | {measure('keras')['seconds']:.1f} | | |")


if __name__ == "__main__":
    main()
