"""A forward and backward pass of recurrent layers: waza against PyTorch.

    python benchmarks/recurrent.py [ROUNDS]

256 inputs, 256 units, 100 steps, batches of 64; the gradients of all weights and of x. LSTM and GRU against PyTorch's
layers, and the LSTM with peepholes, which PyTorch does not have, against a loop written in PyTorch and against the
package torchrecurrent. waza's passes run one after another in one compiled program, as in a training; each pass uses
the weights and inputs that the gradients of the previous pass have changed. The batch is distributed over the cores,
like in `waza fit` ("waza, 1 device": the cores share each operation). PyTorch runs with one and with two threads; the
faster counts.
"""

import statistics
import sys

import numpy as np

from turns import Steps, measured, work

INPUTS, UNITS, TIME, BATCH = 256, 256, 100, 64
PEERS = ("1 thread", "2 threads")
OURS = ("waza", "waza, 1 device")
PACKAGE = "peephole LSTM, torchrecurrent"
TARGETS = {"LSTM": 1.0, "GRU": 1.0, "peephole LSTM": 4.0, PACKAGE: 4.0}
STEPS = 4


def waza_steps(name: str, form: str) -> Steps:
    """A function that runs some passes."""
    import jax
    import jax.numpy as jnp
    from jax.sharding import Mesh, NamedSharding, PartitionSpec

    from waza import nn
    from waza.engine.devices import TRIALS, mesh

    devices = mesh() if form == "waza" else Mesh(np.array(jax.devices()[:1]), (TRIALS,))
    whole, spread = (NamedSharding(devices, spec) for spec in (PartitionSpec(), PartitionSpec(TRIALS)))

    cells = {
        "LSTM": nn.LSTM(INPUTS, UNITS),
        "GRU": nn.GRU(INPUTS, UNITS),
        "peephole LSTM": nn.LSTM(INPUTS, UNITS, peepholes=True),
    }
    layer = nn.Recurrent(cells[name.removesuffix(", torchrecurrent")])

    def loss(variables, x):
        return jnp.sum(layer.apply(variables, x, nn.Pass()) ** 2)

    @jax.jit
    def passes(variables, x, steps):
        def one(_, now):
            return jax.tree.map(lambda value, slope: value - 1e-9 * slope, now, jax.grad(loss, (0, 1))(*now))

        return jax.lax.fori_loop(0, steps, one, (variables, x))

    x = jnp.asarray(np.random.default_rng(0).normal(size=(BATCH, TIME, INPUTS)), jnp.float32)
    now = [jax.device_put(layer.init(jax.random.key(0)), whole), jax.device_put(x, spread)]

    def train(steps: int) -> None:
        now[:] = jax.block_until_ready(passes(*now, steps))

    return train


def torch_steps(name: str, form: str) -> Steps:
    """A function that runs some passes in PyTorch."""
    import torch

    torch.set_num_threads(int(form[0]))
    x = torch.randn(BATCH, TIME, INPUTS, requires_grad=True)
    if name == PACKAGE:
        from torchrecurrent import PeepholeLSTM

        layer = PeepholeLSTM(INPUTS, UNITS, batch_first=True)
        parameters, apply = list(layer.parameters()), lambda: layer(x)[0]
    elif name != "peephole LSTM":
        layer = {"LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU}[name](INPUTS, UNITS, batch_first=True)
        parameters, apply = list(layer.parameters()), lambda: layer(x)[0]
    else:
        sizes = ((4 * UNITS, INPUTS), (4 * UNITS, UNITS), (4 * UNITS,), (3, UNITS))
        parameters = [torch.nn.Parameter(torch.randn(size) / 16) for size in sizes]

        def apply() -> torch.Tensor:
            input_weight, recurrent, bias, (to_input, to_forget, to_output) = parameters
            projected = x @ input_weight.T + bias
            hidden = cell = torch.zeros(BATCH, UNITS)
            outputs = []
            for step in range(TIME):
                i, f, o, z = (projected[:, step] + hidden @ recurrent.T).chunk(4, 1)
                i, f = torch.sigmoid(i + to_input * cell), torch.sigmoid(f + to_forget * cell)
                cell = f * cell + i * torch.tanh(z)
                hidden = torch.sigmoid(o + to_output * cell) * torch.tanh(cell)
                outputs.append(hidden)
            return torch.stack(outputs, 1)

    def train(steps: int) -> None:
        for _ in range(steps):
            torch.autograd.grad((apply() ** 2).sum(), [x, *parameters])

    return train


def main() -> None:
    """Print the medians, and the ratio to PyTorch's faster number of threads."""
    if sys.argv[1:2] == ["--work"]:
        name, form = sys.argv[2:]
        work(waza_steps(name, form) if form in OURS else torch_steps(name, form))
        return
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    print(f"{'milliseconds a pass, medians':30s}" + "".join(f"{one:>16s}" for one in (*OURS, *PEERS)) + "   ratio")
    for name, target in TARGETS.items():
        seconds = measured(__file__, name, (*OURS, *PEERS), STEPS, rounds)
        found = {form: 1000 * statistics.median(values) for form, values in seconds.items()}
        peers = [found[peer] for peer in PEERS if peer in found]
        shown = "".join(f"{found.get(one, float('nan')):16.1f}" for one in (*OURS, *PEERS))
        print(f"{name:30s}{shown}{min(peers) / found['waza']:8.2f} (target {target})", flush=True)


if __name__ == "__main__":
    main()
