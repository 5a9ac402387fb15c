"""Ten seeds of binary addition: one program of waza against ten runs of PyTorch.

    python benchmarks/binary_addition.py [ROUNDS]

2-16-1 without biases, tanh and Xavier, 10,000 updates of one pair of 8-bit numbers by SGD 0.1: the study
`binary-addition` with this one variant, from its start to its results, with the time of compilation included and also
reported separately. All seeds are one operation (`mapping="vmap"`), so that nothing is timed beforehand. PyTorch uses
its own layer (`torch.nn.RNN`), one thread, and pairs from its own generator; it evaluates nothing.
"""

import dataclasses
import statistics
import sys
import time

STEPS, SEEDS, RATE = 10_000, 10, 0.1


def waza_seconds() -> tuple[float, float]:
    """Seconds of the study, and the seconds of compilation that they include."""
    from waza.curriculum.day3a_recurrent import binary_addition
    from waza.study import run

    whole = binary_addition.study()
    one = {binary_addition.TANH: whole.variants[binary_addition.TANH]}
    few = {"baseline": "", "claims": (), "seeds": SEEDS, "evaluate_every": STEPS, "mapping": "vmap"}
    study = dataclasses.replace(whole, variants=one, **few)
    begun = time.perf_counter()
    results = run(study)
    seconds = time.perf_counter() - begun
    exact = results["test_accuracy"].isel(step=-1).values
    print(f"  waza: {(exact == 1).sum()} of {SEEDS} seeds exact on all pairs", flush=True)
    return seconds, float(results.attrs["compile_seconds"])


def torch_seconds() -> float:
    """Seconds of ten runs, one after another."""
    import torch

    from waza.data import tasks

    torch.set_num_threads(1)
    data = tasks.binary_addition().train
    x, y = torch.from_numpy(data.x), torch.from_numpy(data.y).float()
    begun = time.perf_counter()
    for seed in range(SEEDS):
        torch.manual_seed(seed)
        layer = torch.nn.RNN(2, 16, bias=False, batch_first=True)
        output = torch.nn.Linear(16, 1, bias=False)
        for weight in (*layer.parameters(), *output.parameters()):
            torch.nn.init.normal_(weight, std=weight.shape[1] ** -0.5)
        optimizer = torch.optim.SGD([*layer.parameters(), *output.parameters()], RATE)
        for row in torch.randint(len(x), (STEPS,)).tolist():
            optimizer.zero_grad()
            bits = torch.sigmoid(output(layer(x[row : row + 1])[0]))[..., 0]
            (((bits - y[row : row + 1]) ** 2).sum() / 2).backward()
            optimizer.step()
    return time.perf_counter() - begun


def main() -> None:
    """Print each round, and the median ratio."""
    ratios = []
    for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3):
        (ours, compiling), theirs = waza_seconds(), torch_seconds()
        ratios.append(theirs / ours)
        print(
            f"waza {ours:.1f} s ({compiling:.1f} s of it compiling), PyTorch {theirs:.1f} s: {ratios[-1]:.1f}",
            flush=True,
        )
    print(f"median ratio {statistics.median(ratios):.1f} (target 20)")


if __name__ == "__main__":
    main()
