"""An epoch of a VAE: waza against PyTorch's own example.

    python benchmarks/vae.py [ROUNDS]
    python benchmarks/vae.py --losses EPOCHS

Both sides train 784-400-20 with ReLU on the 60,000 grey digits, in batches of 128 with Adam at 0.001: the binary cross
entropy of the grey pixels plus the KL divergence (github.com/pytorch/examples, vae/main.py). The example reads images
through a `DataLoader` and makes a tensor of each, as `torchvision.datasets.MNIST` with `ToTensor` does: "loader".
"tensors" is the same loop on batches of a tensor that holds all images. Each runs with one and with two threads; the
faster counts. An epoch of waza has as many steps, on rows drawn with replacement. Rounds of a tenth of an epoch are
interleaved, and their times multiplied by ten.

"ten seeds": ten epochs of waza, one of each seed, as one program, against ten epochs of the example.

`--losses` trains one seed of each side and prints the test loss after each epoch, as the example prints it.
"""

import itertools
import statistics
import sys

import numpy as np

from turns import Steps, measured, work

FEATURES, HIDDEN, LATENT, BATCH, RATE, ROWS, SEEDS = 784, 400, 20, 128, 1e-3, 60_000, 10
STEPS = -(-ROWS // BATCH)  # of an epoch
PART = STEPS // 10  # steps of one measurement
PEERS = {name: [f"{name}, {count} threads" for count in (1, 2)] for name in ("loader", "tensors")}
TARGETS = {"waza": 2.0, "waza, ten seeds": 4.0}


def waza_program(seeds: int, epochs: int):
    """The compiled program of some seeds."""
    import waza as wz
    from waza import learners, models, optim
    from waza.engine.devices import mesh
    from waza.engine.executors import prepare
    from waza.engine.group import Group
    from waza.engine.layout import Layout
    from waza.engine.program import Program
    from waza.engine.single import single_program

    data = wz.data.load("mnist")
    learner = learners.Variational(models.dense_vae((28, 28, 1), LATENT, (HIDDEN,)), optim.Adam(RATE), batch_size=BATCH)
    if seeds == 1:
        program = single_program(learner, data, epochs * STEPS)
    else:
        layout = Layout.of(seeds, 1, mesh())
        program = Program(Group([learner], data, learner.source(data), layout), epochs * STEPS)
    prepare([program])
    return program


def waza_parts(seeds: int) -> Steps:
    """A function that trains each seed for some tenths of an epoch."""
    program = waza_program(seeds, 10_000)
    now = [program.start(range(seeds)), 0]

    def train(parts: int) -> None:
        now[0] = program.train(now[0], now[1], now[1] + parts * PART)
        now[1] += parts * PART

    return train


def torch_example(loader: str, threads: int):
    """The example's functions that train for some steps, and that give the loss on the test rows."""
    import torch
    from PIL import Image
    from torch import nn
    from torch.nn import functional

    import waza as wz

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    data = wz.data.load("mnist")
    images = {name: torch.from_numpy(np.array(getattr(data, name).x[..., 0])) for name in ("train", "test")}

    class Images(torch.utils.data.Dataset):
        def __init__(self, rows):
            self.rows = rows

        def __len__(self):
            return len(self.rows)

        def __getitem__(self, index):
            image = Image.fromarray(self.rows[index].numpy())
            tensor = torch.from_numpy(np.array(image, np.uint8, copy=True)).view(28, 28, 1)
            return tensor.permute(2, 0, 1).contiguous().to(torch.float32).div(255), 0

    class VAE(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1 = nn.Linear(FEATURES, HIDDEN)
            self.fc21 = nn.Linear(HIDDEN, LATENT)
            self.fc22 = nn.Linear(HIDDEN, LATENT)
            self.fc3 = nn.Linear(LATENT, HIDDEN)
            self.fc4 = nn.Linear(HIDDEN, FEATURES)

        def forward(self, x):
            hidden = functional.relu(self.fc1(x.view(-1, FEATURES)))
            mean, log_variance = self.fc21(hidden), self.fc22(hidden)
            std = torch.exp(0.5 * log_variance)
            z = mean + torch.randn_like(std) * std
            return torch.sigmoid(self.fc4(functional.relu(self.fc3(z)))), mean, log_variance

    def loss_of(x):
        outputs, mean, log_variance = model(x)
        fit = functional.binary_cross_entropy(outputs, x.view(-1, FEATURES), reduction="sum")
        return fit - 0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.exp())

    model = VAE()
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    loaders = {
        name: torch.utils.data.DataLoader(Images(rows), batch_size=BATCH, shuffle=True) for name, rows in images.items()
    }
    tensors = {name: rows.to(torch.float32).div(255) for name, rows in images.items()}

    def batches(name):
        if loader == "loader":
            return (x for x, _ in loaders[name])
        return (tensors[name][rows] for rows in torch.randperm(len(tensors[name])).split(BATCH))

    def endless():
        while True:
            yield from batches("train")

    training = endless()

    def train(steps: int) -> None:
        model.train()
        total = 0.0
        for x in itertools.islice(training, steps):
            optimizer.zero_grad()
            loss = loss_of(x)
            loss.backward()
            total += loss.item()
            optimizer.step()

    def tested() -> float:
        model.eval()
        with torch.no_grad():
            return sum(loss_of(x).item() for x in batches("test")) / len(images["test"])

    return train, tested


def torch_parts(loader: str, threads: int) -> Steps:
    """A function that trains for some tenths of an epoch."""
    train, _ = torch_example(loader, threads)
    return lambda parts: train(parts * PART)


def losses(epochs: int) -> None:
    """Print the test losses of both sides after each epoch."""
    program = waza_program(1, epochs)
    now = program.start(range(1))
    train, tested = torch_example("tensors", 2)
    for epoch in range(epochs):
        now = program.train(now, epoch * STEPS, (epoch + 1) * STEPS)
        train(STEPS)
        ours = float(program.evaluate(now)["test_loss"][0, 0])
        print(f"epoch {epoch + 1}: waza {ours:.2f}, example {tested():.2f}", flush=True)


def main(rounds: int) -> None:
    """Print the seconds of an epoch, and the ratios to the example's faster number of threads."""
    forms = [*TARGETS, *(form for some in PEERS.values() for form in some)]
    found = measured(__file__, "part", forms, 1, rounds)
    seconds = {form: statistics.median(some) * STEPS / PART for form, some in found.items()}
    print(", ".join(f"{form} {value:.2f} s" for form, value in seconds.items()))
    for name, some in PEERS.items():
        best = min(seconds[form] for form in some if form in seconds)
        for ours, target in TARGETS.items():
            ratio = best * (SEEDS if ours != "waza" else 1) / seconds[ours]
            print(f"{ours}, against {name}: {ratio:.2f}" + (f" (target {target})" if name == "loader" else ""))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        form = sys.argv[3]
        if form in TARGETS:
            work(waza_parts(1 if form == "waza" else SEEDS))
        else:
            loader, threads = form.removesuffix(" threads").split(", ")
            work(torch_parts(loader, int(threads)))
    elif sys.argv[1:2] == ["--losses"]:
        losses(int(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 5)
