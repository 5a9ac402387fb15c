"""The optimiser study with tuned rates: waza against PyTorch with Optuna's grid sampler.

    python benchmarks/tuned_comparison.py [PAIRS]

5 optimisers x 13 learning rates x 5 seeds on the 5,000 digits (3,000 for training, 1,000 for validation, 1,000 for the
test); then 10 new seeds of each optimiser at its best rate. 784-40-20-10, sigmoid, gaussian 0.01, minibatches of 100,
1,000 steps. waza runs the complete protocol in a new process, so that the time of compilation is included. It also
trains 10 seeds at the given rates, which its report compares: 50 trials that the peer does not run. The peer runs a
tenth of the trials (spread over optimisers and rates), with one and with two threads (the faster counts), and its time
is scaled.
"""

import itertools
import json
import subprocess
import sys
import time

import numpy as np

SEEDS, FINAL_SEEDS, STEPS, BATCH = 5, 10, 1000, 100
RATES = tuple(float(f"{rate:.3g}") for rate in np.geomspace(1e-3, 10.0, 13))


def run_waza() -> dict[str, float]:
    """Seconds for everything, and Adam's tuned accuracy."""
    import waza as wz
    from waza import data
    from waza.curriculum.day2a_training.optimisers import OPTIMIZERS
    from waza.models import MLP
    from waza.nn import Gaussian, sigmoid

    model = MLP((784, 40, 20, 10), activation=sigmoid, initializer=Gaussian(0.01))
    begun = time.perf_counter()
    study = wz.Study(
        name="tuned",
        data=data.hold_out(data.load("digits"), 1000),
        variants={name: wz.Supervised(model, one, probes=False) for name, one in OPTIMIZERS.items()},
        steps=STEPS,
        evaluate_every=STEPS,
        seeds=FINAL_SEEDS,
        tuning=wz.Tuning(grid={name: {"optimizer.learning_rate": RATES} for name in OPTIMIZERS}, seeds=SEEDS),
    )
    results = wz.run(study)
    return {
        "seconds": time.perf_counter() - begun,
        "accuracy": float(wz.final(results, "test_accuracy", "Adam, tuned").mean()),
    }


def run_torch(threads: int) -> dict[str, float]:
    """Seconds for a tenth of the trials, scaled to all."""
    import optuna
    import torch

    from waza import data

    torch.set_num_threads(threads)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    digits = data.hold_out(data.load("digits"), 1000)
    splits = {
        name: (torch.tensor(split.x.reshape(len(split.x), -1)).float() / 255, torch.tensor(split.y).long())
        for name, split in {"train": digits.train, "validation": digits.validation, "test": digits.test}.items()
    }
    make = {
        "SGD": lambda p, rate: torch.optim.SGD(p, rate),
        "momentum": lambda p, rate: torch.optim.SGD(p, rate, momentum=0.9),
        "AdaGrad": lambda p, rate: torch.optim.Adagrad(p, rate),
        "RMSProp": lambda p, rate: torch.optim.RMSprop(p, rate, alpha=0.99),
        "Adam": lambda p, rate: torch.optim.Adam(p, rate),
    }
    loss = torch.nn.CrossEntropyLoss()

    def train(name: str, rate: float, seed: int, judged: str) -> float:
        torch.manual_seed(seed)
        layers = [torch.nn.Linear(a, b) for a, b in itertools.pairwise((784, 40, 20, 10))]
        for layer in layers:
            torch.nn.init.normal_(layer.weight, std=0.01)
            torch.nn.init.zeros_(layer.bias)
        model = torch.nn.Sequential(layers[0], torch.nn.Sigmoid(), layers[1], torch.nn.Sigmoid(), layers[2])
        optimizer = make[name](model.parameters(), rate)
        x, y = splits["train"]
        for _ in range(STEPS):
            rows = torch.randint(len(y), (BATCH,))
            optimizer.zero_grad()
            loss(model(x[rows]), y[rows]).backward()
            optimizer.step()
        with torch.no_grad():
            x, y = splits[judged]
            return (model(x).argmax(1) == y).float().mean().item()

    begun, trials, accuracy = time.perf_counter(), 0, 0.0
    for i, name in enumerate(make):
        grid = {"rate": list(RATES)[i % 2 :: 2], "seed": [0]}
        sampler = optuna.samplers.GridSampler(grid, seed=0)
        tuned = optuna.create_study(direction="maximize", sampler=sampler)

        def objective(trial: optuna.Trial, name: str = name, rates: list[float] = grid["rate"]) -> float:
            rate = trial.suggest_categorical("rate", rates)
            return train(name, rate, trial.suggest_categorical("seed", [0]), "validation")

        tuned.optimize(objective)
        trials += len(tuned.trials)
        accuracy = train(name, tuned.best_params["rate"], 5, "test")
        trials += 1
    everything = len(make) * (len(RATES) * SEEDS + FINAL_SEEDS)
    return {"seconds": (time.perf_counter() - begun) * everything / trials, "accuracy": accuracy, "trials": trials}


SIDES = {"waza": run_waza, "torch1": lambda: run_torch(1), "torch2": lambda: run_torch(2)}


def side(name: str) -> dict[str, float]:
    """Run one side in a new process."""
    done = subprocess.run([sys.executable, __file__, "--side", name], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Print medians and ranges over the rounds."""
    if sys.argv[1:2] == ["--side"]:
        print(json.dumps(SIDES[sys.argv[2]]()))
        return
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    ours, theirs, accuracies = [], [], []
    for _ in range(rounds):
        found = {name: side(name) for name in SIDES}
        ours.append(found["waza"]["seconds"])
        theirs.append(min(found["torch1"]["seconds"], found["torch2"]["seconds"]))
        accuracies.append([found[name]["accuracy"] for name in SIDES])
    ratios = np.array(theirs) / np.array(ours)
    print(f"peer measured on {found['torch1']['trials']:.0f} of {5 * (13 * SEEDS + FINAL_SEEDS)} trials, and scaled")
    for name, values in {"waza, s": ours, "PyTorch + Optuna, s": theirs, "ratio": ratios}.items():
        print(f"{name:>22}: median {np.median(values):7.2f}, from {np.min(values):7.2f} to {np.max(values):7.2f}")
    print("accuracy of tuned Adam:", np.mean(accuracies, axis=0).round(3).tolist())


if __name__ == "__main__":
    main()
