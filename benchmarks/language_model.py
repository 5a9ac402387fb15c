"""Training steps of a language model: waza against PyTorch.

    python benchmarks/language_model.py [ROUNDS]

Two LSTMs of 200 units, tied to an embedding of 33,278 words (WikiText-2's) or 65 characters (tinyshakespeare's),
dropout 0.2 on all non-recurrent connections, windows of 35 tokens in 20 lanes, the state carried over, gradients
clipped at 0.25, SGD: a step is forward, backward and update. Tokens are random: the time depends on their number, not
on their order. waza distributes the lanes over the cores, like `waza fit` ("waza, 1 device": the cores share each
operation). PyTorch runs with one and with two threads; the faster counts.
"""

import statistics
import sys

import numpy as np

from turns import Steps, measured, work

WIDTH, DEPTH, LANES, WINDOW, DROPOUT, RATE, CLIP = 200, 2, 20, 35, 0.2, 1.0, 0.25
VOCABULARIES = {"words": 33_278, "characters": 65}
OURS, PEERS = ("waza", "waza, 1 device"), ("1 thread", "2 threads")
STEPS, TARGET = 5, 1.2


def tokens(vocabulary: int) -> np.ndarray:
    """A random text."""
    return np.random.default_rng(0).integers(0, vocabulary, 200_001).astype(np.int32)


def waza_steps(vocabulary: int, form: str) -> Steps:
    """A function that trains for some steps."""
    import jax

    from waza import TruncatedBPTT, models, optim
    from waza.data import Dataset, Split
    from waza.engine.devices import TRIALS, mesh
    from waza.engine.single import single_program

    ids = tokens(vocabulary)
    split = Split(ids[:-1], ids[1:])
    model = models.lstm_language_model(vocabulary, WIDTH, DEPTH, DROPOUT)
    learner = TruncatedBPTT(model, optim.ClipByNorm(optim.SGD(RATE), CLIP), batch_size=LANES, window=WINDOW)
    devices = mesh() if form == "waza" else jax.sharding.Mesh(np.array(jax.devices()[:1]), (TRIALS,))
    program = single_program(learner, Dataset("random", split, split), steps=1, mesh=devices)
    now = [program.start([0]), 0]

    def train(steps: int) -> None:
        now[:] = program.train(now[0], now[1], now[1] + steps), now[1] + steps

    return train


def torch_steps(vocabulary: int, form: str) -> Steps:
    """A function that trains for some steps in PyTorch."""
    import torch

    torch.set_num_threads(int(form[0]))
    ids = tokens(vocabulary)
    ids = torch.from_numpy(ids[: len(ids) // LANES * LANES]).long().view(LANES, -1)
    embedding, output = torch.nn.Embedding(vocabulary, WIDTH), torch.nn.Linear(WIDTH, vocabulary)
    layer = torch.nn.LSTM(WIDTH, WIDTH, DEPTH, batch_first=True, dropout=DROPOUT)
    output.weight = embedding.weight
    drop = torch.nn.Dropout(DROPOUT)
    parameters = [*embedding.parameters(), *layer.parameters(), output.bias]
    optimizer = torch.optim.SGD(parameters, RATE)
    now = [0, None]

    def train(steps: int) -> None:
        for _ in range(steps):
            first = now[0] * WINDOW % (ids.shape[1] - WINDOW - 1)
            x, y = ids[:, first : first + WINDOW], ids[:, first + 1 : first + WINDOW + 1]
            optimizer.zero_grad()
            z, state = layer(drop(embedding(x)), now[1])
            torch.nn.functional.cross_entropy(output(drop(z)).flatten(0, 1), y.flatten()).backward()
            torch.nn.utils.clip_grad_norm_(parameters, CLIP)
            optimizer.step()
            now[:] = now[0] + 1, tuple(part.detach() for part in state)

    return train


def main() -> None:
    """Print the medians as tokens a second, and the ratio to PyTorch's faster number of threads."""
    if sys.argv[1:2] == ["--work"]:
        name, form = sys.argv[2:]
        work((waza_steps if form in OURS else torch_steps)(VOCABULARIES[name], form))
        return
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    print(f"{'tokens a second, medians':26s}" + "".join(f"{form:>16s}" for form in (*OURS, *PEERS)) + "   ratio")
    for name, vocabulary in VOCABULARIES.items():
        seconds = measured(__file__, name, (*OURS, *PEERS), STEPS, rounds)
        pace = {form: LANES * WINDOW / statistics.median(values) for form, values in seconds.items()}
        ratio = pace[OURS[0]] / max(pace[form] for form in PEERS if form in pace)
        shown = "".join(f"{pace.get(form, float('nan')):16,.0f}" for form in (*OURS, *PEERS))
        print(f"{vocabulary:,} {name:19s}{shown}{ratio:8.2f} (target {TARGET})", flush=True)


if __name__ == "__main__":
    main()
