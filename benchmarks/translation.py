"""Training and translating with attention: waza against PyTorch as its tutorials write it.

    python benchmarks/translation.py [ROUNDS]

The same model on both sides: two LSTMs of 256 units that read the source both ways, with added directions; two LSTMs
that write the target; dot attention after the cell; an output of 8,000 tokens tied to the target's embedding; dropout
0.5; Adam. The lengths are like those of Multi30k in subwords, tokens are random: the time depends on their number, not
on their order. PyTorch has `torch.nn.LSTM` on packed sequences, and a decoder that is a Python loop over target steps,
with attention, logits and loss in each, as its translation tutorial has it. It runs with one and with two threads; the
faster counts.

"training": batches of 64 pairs; a step is forward, backward and update. waza's batches are those of `ParallelStream`,
with its padding; PyTorch's are sorted by length in chunks of 1,000 pairs and padded to their longest. "beam 5": 64
sentences of similar length; waza decodes them in one program, PyTorch in a Python loop over steps, with the beams of
all sentences as one batch. Both stop after `MOST` tokens; random models rarely end a sentence, so that both sides do
the same number of steps.
"""

import statistics
import sys

import numpy as np

from turns import Steps, measured, work

TYPES, WIDTH, DEPTH, DROPOUT, RATE, BATCH = 8_000, 256, 2, 0.5, 1e-3, 64
PAIRS, MEAN, SPREAD = 8_000, 15.0, 5.0
SENTENCES, BEAM, MOST = 64, 5, 20
FORMS = OURS, *PEERS = "waza", "1 thread", "2 threads"
STEPS = {"training": 20, "beam 5": 1}
TARGETS = {"training": 2.0, "beam 5": 3.0}


def lengths() -> np.ndarray:
    """The numbers of source and target tokens of each pair, without the end's, (pairs, 2)."""
    random = np.random.RandomState(0)
    source = random.normal(MEAN, SPREAD, PAIRS)
    target = source + random.normal(-0.5, 2.5, PAIRS)
    return np.clip(np.stack([source, target], 1).round(), 3, 45).astype(int)


def sentences() -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Random source and target sentences."""
    random = np.random.RandomState(1)
    source, target = ([random.randint(0, TYPES, count) for count in side] for side in lengths().T)
    return source, target


def model():
    """waza's model."""
    from waza.models import recurrent_translator

    return recurrent_translator(TYPES + 1, TYPES + 1, WIDTH, DEPTH, dropout=DROPOUT)


def waza_training() -> Steps:
    """A function that trains for some steps; it compiles all shapes first."""
    import jax

    from waza import optim
    from waza.data.text.parallel import ParallelTokens, Sentences, TokenPairs
    from waza.learners import TeacherForcing

    sides = []
    for side in sentences():
        sides.append(Sentences(np.concatenate(side).astype(np.uint16), np.cumsum([0, *map(len, side)])))
    pairs = TokenPairs(*sides, "random")
    data = ParallelTokens("random", pairs, pairs, pairs, (TYPES, TYPES))
    learner = TeacherForcing(model(), optim.Adam(RATE), batch_size=BATCH)
    source = learner.source(data)
    update = jax.jit(learner.update, donate_argnums=0)
    now = [learner.init(jax.random.key(0), data), 0]
    seen = set()
    for batch in source.batches(0, 0, source.steps):
        if (shape := (batch.x.source.shape, batch.y.shape)) not in seen:
            seen.add(shape)
            now[0], _ = update(now[0], batch, jax.random.key(0))

    def train(steps: int) -> None:
        for batch in source.batches(0, now[1], now[1] + steps):
            now[0], loss = update(now[0], batch, jax.random.key(now[1]))
            now[1] += 1
        jax.block_until_ready(loss)

    return train


def waza_beam() -> Steps:
    """A function that translates `SENTENCES` sentences some times."""
    import jax
    import jax.numpy as jnp

    from waza.models.decoding import beam
    from waza.nn import Pass

    translator = model()
    variables = translator.init(jax.random.key(0))
    source = np.random.RandomState(0).randint(0, TYPES, (SENTENCES, 16)).astype(np.int32)
    given = jnp.full(SENTENCES, 16)

    @jax.jit
    def translate(variables, source):
        encoded = translator.encode(variables, source, given, Pass())
        return beam(translator, variables, encoded, MOST, BEAM, kept=1).best.tokens

    def run(times: int) -> None:
        for _ in range(times):
            translate(variables, source).block_until_ready()

    return run


def torch_model(form: str):
    """PyTorch's modules, by name."""
    import torch

    torch.set_num_threads(int(form[0]))
    torch.manual_seed(0)
    return torch.nn.ModuleDict(
        {
            "source": torch.nn.Embedding(TYPES + 1, WIDTH),
            "target": torch.nn.Embedding(TYPES + 1, WIDTH),
            "encoder": torch.nn.LSTM(WIDTH, WIDTH, 1, batch_first=True, bidirectional=True),
            "encoder2": torch.nn.LSTM(WIDTH, WIDTH, 1, batch_first=True, bidirectional=True),
            "decoder": torch.nn.LSTM(WIDTH, WIDTH, DEPTH, batch_first=True, dropout=DROPOUT),
            "readout": torch.nn.Linear(2 * WIDTH, WIDTH),
            "output": torch.nn.Linear(WIDTH, TYPES + 1),
            "drop": torch.nn.Dropout(DROPOUT),
        }
    )


def torch_encoded(parts, source, lengths):
    """The encoder's outputs and the decoder's first state."""
    import torch
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

    z, states = parts["drop"](parts["source"](source)), []
    for name in ("encoder", "encoder2"):
        packed = pack_padded_sequence(z, lengths, batch_first=True, enforce_sorted=False)
        packed, state = parts[name](packed)
        z, _ = pad_packed_sequence(packed, batch_first=True)
        z = parts["drop"](z[..., :WIDTH] + z[..., WIDTH:])
        states.append([leaf.sum(0) for leaf in state])
    return z, tuple(torch.stack(leaves) for leaves in zip(*states, strict=True))


def torch_step(parts, token, state, memory, mask):
    """The logits after a token (batch,), and the state."""
    import torch

    embedded = parts["drop"](parts["target"](token))[:, None]
    output, state = parts["decoder"](embedded, state)
    scores = (memory @ output.transpose(1, 2))[..., 0].masked_fill(mask, -torch.inf)
    context = torch.softmax(scores, -1)[:, None] @ memory
    readout = torch.tanh(parts["readout"](torch.cat([output, context], -1)[:, 0]))
    return parts["output"](parts["drop"](readout)), state


def torch_training(form: str) -> Steps:
    """A function that trains for some steps in PyTorch."""
    import torch

    parts = torch_model(form)
    parts["output"].weight = parts["target"].weight
    optimizer = torch.optim.Adam(parts.parameters(), RATE)
    source, target = sentences()
    order = np.random.RandomState(2).permutation(PAIRS)
    batches = []
    for first in range(0, PAIRS, 1_000):
        chunk = sorted(order[first : first + 1_000], key=lambda row: (len(target[row]), len(source[row])))
        batches += [chunk[i : i + BATCH] for i in range(0, len(chunk) - BATCH + 1, BATCH)]
    np.random.RandomState(3).shuffle(batches)
    pad = torch.nn.utils.rnn.pad_sequence
    made = []
    for rows in batches:
        ended = [[torch.tensor([*side[row], TYPES]) for row in rows] for side in (source, target)]
        counts = torch.tensor([len(one) for one in ended[0]])
        made.append((pad(ended[0], True), counts, pad(ended[1], True, padding_value=-100)))
    now = [0]

    def train(steps: int) -> None:
        for _ in range(steps):
            x, counts, y = made[now[0] % len(made)]
            optimizer.zero_grad()
            memory, state = torch_encoded(parts, x, counts)
            mask = torch.arange(x.shape[1]) >= counts[:, None]
            token, loss = torch.full((len(x),), TYPES), 0.0
            for place in range(y.shape[1]):
                logits, state = torch_step(parts, token, state, memory, mask)
                loss = loss + torch.nn.functional.cross_entropy(logits, y[:, place], reduction="sum")
                token = y[:, place].clamp(min=0)
            (loss / (y >= 0).sum()).backward()
            optimizer.step()
            now[0] += 1

    return train


def torch_beam(form: str) -> Steps:
    """A function that translates `SENTENCES` sentences some times in PyTorch."""
    import torch

    parts = torch_model(form).eval()
    source = torch.from_numpy(np.random.RandomState(0).randint(0, TYPES, (SENTENCES, 16)))
    counts = torch.full((SENTENCES,), 16)

    @torch.no_grad()
    def translate():
        memory, state = torch_encoded(parts, source, counts)
        memory = memory.repeat_interleave(BEAM, 0)
        state = tuple(leaf.repeat_interleave(BEAM, 1) for leaf in state)
        mask = torch.zeros(memory.shape[:2], dtype=torch.bool)
        token = torch.full((SENTENCES * BEAM,), TYPES)
        total = torch.full((SENTENCES, BEAM), -torch.inf)
        total[:, 0] = 0
        first = torch.arange(SENTENCES)[:, None] * BEAM
        written = torch.zeros((SENTENCES * BEAM, 0), dtype=torch.long)
        for _ in range(MOST):
            logits, state = torch_step(parts, token, state, memory, mask)
            gained = torch.log_softmax(logits, -1).view(SENTENCES, BEAM, -1)
            total, place = (total[..., None] + gained).flatten(1).topk(BEAM)
            rows = (first + place // (TYPES + 1)).flatten()
            token = (place % (TYPES + 1)).flatten()
            state = tuple(leaf[:, rows] for leaf in state)
            written = torch.cat([written[rows], token[:, None]], 1)
        return written

    def run(times: int) -> None:
        for _ in range(times):
            translate()

    return run


def main(rounds: int) -> None:
    """Print target tokens and sentences a second, and the ratio to PyTorch's faster number of threads."""
    amounts = {"training": BATCH * (lengths()[:, 1].mean() + 1), "beam 5": SENTENCES}
    units = {"training": "target tokens/s", "beam 5": "sentences/s"}
    for name, steps in STEPS.items():
        seconds = measured(__file__, name, FORMS, steps, rounds)
        pace = {form: amounts[name] / statistics.median(found) for form, found in seconds.items()}
        ratio = pace[OURS] / max(pace[form] for form in PEERS if form in pace)
        shown = ", ".join(f"{form} {value:,.0f}" for form, value in pace.items())
        print(f"{name}, {units[name]}: {shown}; ratio {ratio:.2f} (target {TARGETS[name]})", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        name, form = sys.argv[2:]
        ours = {"training": waza_training, "beam 5": waza_beam}
        theirs = {"training": torch_training, "beam 5": torch_beam}
        work(ours[name]() if form == OURS else theirs[name](form))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 5)
