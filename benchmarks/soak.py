"""Memory of one process: studies of different shapes, then predictions for different numbers of rows.

    python benchmarks/soak.py --studies 200 --predictions 2000

Each study has a network of its own size, so that its programs are its own. Printed is the resident memory after every
tenth of the work, and the growth after the first quarter in MiB.
"""

import argparse
import dataclasses

import numpy as np

import waza as wz
from waza import models, optim
from waza.core.memory import resident_memory

ROWS, COLUMNS = 60, 4
MEBIBYTE = 2**20


@dataclasses.dataclass
class Soaked:
    """The resident memory in MiB during the work."""

    sizes: list[float] = dataclasses.field(default_factory=list)

    def measure(self) -> None:
        """Add the memory as it is."""
        self.sizes.append((resident_memory() or 0) / MEBIBYTE)

    @property
    def grown(self) -> float:
        """How much larger the largest size of the last quarter is than that of the second quarter."""
        quarter = len(self.sizes) // 4
        return max(self.sizes[-quarter:]) - max(self.sizes[quarter : 2 * quarter])


def study(number: int) -> wz.Study:
    """A small study; its hidden layer has a width of its own."""
    rows = np.random.RandomState(number)
    x = rows.randn(ROWS, COLUMNS).astype(np.float32)
    y = (x[:, 0] > 0).astype(np.int32)
    learner = wz.Supervised(models.MLP((COLUMNS, 3 + number, 2)), optim.SGD(0.1), batch_size=8, probes=False)
    data = ((x[:40], y[:40]), (x[40:], y[40:]))
    settings = {"seeds": 2, "block": 2, "steps": 2, "evaluate_every": 2}
    return wz.Study(name="soak", variants={"plain": learner}, data=data, **settings)


def studies(count: int, show: bool = False) -> Soaked:
    """Run studies one after another."""
    soaked = Soaked()
    for number in range(count):
        wz.run(study(number), None, wz.Watch())
        soaked.measure()
        if show and (number + 1) % max(1, count // 10) == 0:
            print(f"{number + 1} studies: {soaked.sizes[-1]:.0f} MiB", flush=True)
    return soaked


def predictions(count: int, show: bool = False) -> Soaked:
    """Predict for 1 to 170 rows, again and again."""
    one = study(0)
    model = wz.fit(one.variants["plain"], one.data, steps=2, keep="last")
    x, soaked = np.random.RandomState(0).randn(170, COLUMNS).astype(np.float32), Soaked()
    for number in range(count):
        model.predict(x[: 1 + number * 37 % 170])
        soaked.measure()
        if show and (number + 1) % max(1, count // 10) == 0:
            print(f"{number + 1} predictions: {soaked.sizes[-1]:.0f} MiB", flush=True)
    return soaked


def main() -> None:
    """Do the work, and print the memory."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=200)
    parser.add_argument("--predictions", type=int, default=2000)
    options = parser.parse_args()
    print(f"growth over the studies: {studies(options.studies, show=True).grown:.0f} MiB")
    print(f"growth over the predictions: {predictions(options.predictions, show=True).grown:.0f} MiB")


if __name__ == "__main__":
    main()
