"""A training step of convolutional networks: waza against PyTorch.

    python benchmarks/convolution.py [ROUNDS]

A small network (32, 64 and 128 filters on 32x32x3, batches of 128, SGD), AlexNet (224x224x3, batches of 32, SGD), the
course's simple-convnet (28x28, batches of 100, Adam), and ten seeds of the last as one study. Each side is a separate
process, compiled and warmed up; the processes are measured in alternation. waza trains like `fit` and `run`, from uint8
images that it gathers and scales. PyTorch receives prepared batches, in either of its memory layouts and, if it builds,
compiled; the fastest form counts. Ten seeds of PyTorch are ten times its fastest step.
"""

import statistics
import sys

import numpy as np

from turns import Steps, measured, work

# name: (image, batch, steps per measurement)
SIZES = {
    "small": ((32, 32, 3), 128, 10),
    "alexnet": ((224, 224, 3), 32, 2),
    "simple": ((28, 28, 1), 100, 60),
    "ten seeds": ((28, 28, 1), 100, 20),
}
PEERS = ("contiguous", "channels_last", "compiled")
TARGETS = {"small": 1.0, "alexnet": 1.0, "simple": 1.0, "ten seeds": 1.5}


def waza_steps(name: str) -> Steps:
    """A function that trains a network for some steps, like `waza fit` and `waza run`."""
    import waza as wz
    from waza import data, models, nn, optim
    from waza.engine.single import single_program
    from waza.models.convnet import ConvNet, Convolution

    image, batch, _ = SIZES[name]
    two, overlapping = nn.MaxPool(2), nn.MaxPool(3, strides=2)
    networks = {
        "small": lambda: ConvNet(tuple(Convolution(n, 3, padding=1, pool=two) for n in (32, 64, 128)), (), 10, image),
        "alexnet": lambda: ConvNet(
            (
                Convolution(96, 11, strides=4, padding=2, pool=overlapping),
                Convolution(256, 5, padding=2, pool=overlapping),
                Convolution(384, 3, padding=1),
                Convolution(384, 3, padding=1),
                Convolution(256, 3, padding=1, pool=overlapping),
            ),
            (4096, 4096),
            1000,
            image,
        ),
        "simple": models.simple_convnet,
        "ten seeds": models.simple_convnet,
    }
    optimizer = optim.SGD(0.01) if name in ("small", "alexnet") else optim.Adam(0.001)
    learner = wz.Supervised(networks[name](), optimizer, batch_size=batch, probes=False)
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 256, (4 * batch, *image), np.uint8), rng.integers(0, 10, 4 * batch).astype(np.int32)
    rows = data.Dataset("noise", data.Split(x, y), data.Split(x, y))
    if name == "ten seeds":
        from waza.engine.devices import mesh
        from waza.engine.executors import InProcess
        from waza.engine.training import Plan
        from waza.engine.watch import Watch
        from waza.engine.work import Trials

        plan = Plan(steps=1, evaluate_every=1)
        trials = Trials({name: learner}, rows, 0, 10, plan, mesh().size)
        (chosen,) = InProcess().mappings(trials, None, Watch())
        program = trials.program(0, chosen.how)
    else:
        program = single_program(learner, rows, steps=1)
    now = [program.start(range(program.seeds))]

    def train(steps: int) -> None:
        now[0] = program.train(now[0], 0, steps)

    return train


def torch_steps(name: str, form: str) -> Steps:
    """A function that trains a network for some steps in PyTorch."""
    import torch
    from torch import nn

    image, batch, _ = SIZES[name]
    layers: dict[str, list[nn.Module]] = {
        "small": [
            part
            for inputs, outputs in ((3, 32), (32, 64), (64, 128))
            for part in (nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(True), nn.MaxPool2d(2))
        ]
        + [nn.Flatten(), nn.LazyLinear(10)],
        "alexnet": [
            *(nn.Conv2d(3, 96, 11, 4, 2), nn.ReLU(True), nn.MaxPool2d(3, 2)),
            *(nn.Conv2d(96, 256, 5, padding=2), nn.ReLU(True), nn.MaxPool2d(3, 2)),
            *(nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(True)),
            *(nn.Conv2d(384, 384, 3, padding=1), nn.ReLU(True)),
            *(nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(True), nn.MaxPool2d(3, 2)),
            *(nn.Flatten(), nn.LazyLinear(4096), nn.ReLU(True), nn.Linear(4096, 4096), nn.ReLU(True)),
            nn.Linear(4096, 1000),
        ],
        "simple": [
            *(nn.Conv2d(1, 30, 5), nn.ReLU(True), nn.MaxPool2d(2), nn.Flatten()),
            *(nn.LazyLinear(100), nn.ReLU(True), nn.Linear(100, 10)),
        ],
    }
    layout = torch.contiguous_format if form == "contiguous" else torch.channels_last
    height, width, channels = image
    xs = [torch.rand(batch, channels, height, width).to(memory_format=layout) for _ in range(4)]
    ys = torch.randint(10, (4, batch))
    plain = nn.Sequential(*layers[name])
    plain(xs[0][:1])
    model = plain.to(memory_format=layout)
    if name == "simple":
        optimizer = torch.optim.Adam(model.parameters(), 0.001, fused=True)
    else:
        optimizer = torch.optim.SGD(model.parameters(), 0.01)
    loss, run = nn.CrossEntropyLoss(), torch.compile(model) if form == "compiled" else model

    def train(steps: int) -> None:
        for i in range(steps):
            optimizer.zero_grad()
            loss(run(xs[i % 4]), ys[i % 4]).backward()
            optimizer.step()

    return train


def main() -> None:
    """Print the medians, and the ratio to PyTorch's fastest form."""
    if sys.argv[1:2] == ["--work"]:
        name, form = sys.argv[2:]
        work(waza_steps(name) if form == "waza" else torch_steps(name, form))
        return
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    best: dict[str, float] = {}
    print(f"{'milliseconds a step, medians':30s}{'waza':>10s}" + "".join(f"{peer:>15s}" for peer in PEERS) + "   ratio")
    for name, target in TARGETS.items():
        forms = ("waza",) if name == "ten seeds" else ("waza", *PEERS)
        seconds = measured(__file__, name, forms, SIZES[name][2], rounds)
        found = {form: statistics.median(values) for form, values in seconds.items()}
        if name == "ten seeds":
            found |= {"channels_last": 10 * best["simple"]}
        best[name] = min(value for form, value in found.items() if form != "waza")
        shown = "".join(f"{1000 * found[peer]:15.2f}" if peer in found else f"{'-':>15s}" for peer in PEERS)
        ratio = best[name] / found["waza"]
        print(f"{name:30s}{1000 * found['waza']:10.2f}{shown}{ratio:8.2f} (target {target})", flush=True)


if __name__ == "__main__":
    main()
