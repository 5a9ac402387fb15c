"""Training of dialogue models: waza against a straightforward PyTorch version, and memory against a dialogue's length.

    python benchmarks/dialogue.py [ROUNDS]
    python benchmarks/dialogue.py --memory

HRED and VHRED with 256 units each way in the encoder, in the context and in the decoder, embeddings of 256, an output
of 8,000 tokens tied to them, and a latent variable of 64 dimensions; Adam; batches of 32 dialogues. Their numbers of
turns and of tokens are like those of SGD in pieces, the tokens are random. PyTorch has a loop over utterances, with
packed sequences and `torch.nn.GRU` for encoder and decoder, and computes the logits of real tokens alone. It runs with
one and with two threads; the faster counts. A step is forward, backward and update. waza's batches are those of
`DialogueStream`, with its padding.

With --memory: the memory that XLA plans for one step with one dialogue of 25 to 400 turns, beside weights and
optimiser, with all lanes at once and with 8 lanes at once (gradient checkpointing). Nothing is run.
"""

import statistics
import sys

import numpy as np

from turns import Steps, measured, work

TYPES, WIDTH, LATENT, RATE, BATCH = 8_000, 256, 64, 1e-3, 32
DIALOGUES, TURNS, SPREAD, MOST_TURNS, SHAPE, SCALE, LONGEST = 2_000, 18.4, 6.0, 40, 3.0, 4.2, 64
FORMS = OURS, *PEERS = "waza", "1 thread", "2 threads"
STEPS, TARGET = 4, 2.0
LENGTHS = (25, 50, 100, 200, 400)


def dialogues(count: int = DIALOGUES, turns: int | None = None) -> list[list[np.ndarray]]:
    """Random dialogues; with a number of turns, each has that many."""
    random = np.random.RandomState(0)
    numbers = np.clip(random.normal(TURNS, SPREAD, count).round(), 4, MOST_TURNS).astype(int)
    found = []
    for number in numbers if turns is None else [turns] * count:
        sizes = np.clip(random.gamma(SHAPE, SCALE, number).round(), 1, LONGEST - 1).astype(int)
        found.append([random.randint(0, TYPES, size) for size in sizes])
    return found


def tokens(found: list[list[np.ndarray]]):
    """The dialogues as waza's data."""
    from waza.data.text.dialogue import DialogueTokens, TokenDialogues
    from waza.data.text.sentences import joined

    utterances = joined([one for dialogue in found for one in dialogue], TYPES)
    part = TokenDialogues(utterances, np.cumsum([0, *map(len, found)]), "random")
    return DialogueTokens("random", part, part, part, TYPES)


def learner(name: str, lanes_at_once: int | None = None, batch: int = BATCH):
    """waza's learner."""
    from waza import learners, models, optim

    if name == "hred":
        model = models.gru_hred(TYPES + 1, WIDTH, lanes_at_once=lanes_at_once)
    else:
        model = models.gru_vhred(TYPES + 1, WIDTH, LATENT, lanes_at_once=lanes_at_once)
    return learners.UtterancePrediction(model, optim.Adam(RATE), batch_size=batch)


def waza_training(name: str) -> Steps:
    """A function that trains for some steps; it compiles the shapes that it meets first."""
    import jax

    data, one = tokens(dialogues()), learner(name)
    source = one.source(data)
    update = jax.jit(one.update, donate_argnums=0)
    now = [one.init(jax.random.key(0), data), 0]
    seen = set()
    for batch in source.batches(0, 0, source.steps):
        if (shape := (batch.tokens.shape, batch.last.shape)) not in seen:
            seen.add(shape)
            now[0], _ = update(now[0], batch, jax.random.key(0))

    def train(steps: int) -> None:
        for batch in source.batches(0, now[1], now[1] + steps):
            now[0], loss = update(now[0], batch, jax.random.key(now[1]))
            now[1] += 1
        jax.block_until_ready(loss)

    return train


def torch_training(name: str, form: str) -> Steps:
    """A function that trains for some steps in PyTorch."""
    import torch
    from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

    torch.set_num_threads(int(form[0]))
    torch.manual_seed(0)
    latent = LATENT if name == "vhred" else 0
    condition = WIDTH + latent
    parts = torch.nn.ModuleDict(
        {
            "embedding": torch.nn.Embedding(TYPES + 1, WIDTH),
            "encoder": torch.nn.GRU(WIDTH, WIDTH, batch_first=True, bidirectional=True),
            "context": torch.nn.GRUCell(2 * WIDTH, WIDTH),
            "start": torch.nn.Linear(condition, WIDTH),
            "decoder": torch.nn.GRU(WIDTH + condition, WIDTH, batch_first=True),
            "readout": torch.nn.Linear(WIDTH, WIDTH),
            "output": torch.nn.Linear(WIDTH, TYPES + 1),
        }
    )
    if latent:
        for network, inputs in (("prior", WIDTH), ("posterior", 3 * WIDTH)):
            layers = torch.nn.Linear(inputs, WIDTH), torch.nn.Tanh(), torch.nn.Linear(WIDTH, 2 * latent)
            parts[network] = torch.nn.Sequential(*layers)
    parts["output"].weight = parts["embedding"].weight
    optimizer = torch.optim.Adam(parts.parameters(), RATE)
    found = dialogues()
    order = np.argsort([sum(map(len, one)) for one in found], kind="stable")  # of similar numbers of tokens, as waza's
    batches = [order[i : i + BATCH] for i in range(0, len(order) - BATCH + 1, BATCH)]
    np.random.RandomState(3).shuffle(batches)
    made = []
    for rows in batches:
        turns = []
        for turn in range(max(len(found[row]) for row in rows)):
            inside = [i for i, row in enumerate(rows) if turn < len(found[row])]
            ids = [torch.tensor([*found[rows[i]][turn], TYPES]) for i in inside]
            lengths = torch.tensor([len(one) for one in ids])
            turns.append((torch.tensor(inside), pad_sequence(ids, True, padding_value=TYPES), lengths))
        made.append(turns)
    now = [0]

    def packed(x, lengths):
        return pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)

    def train(steps: int) -> None:
        for _ in range(steps):
            optimizer.zero_grad()
            context = torch.zeros(BATCH, WIDTH)
            loss, total = 0.0, 0
            for inside, ids, lengths in made[now[0] % len(made)]:
                embedded = parts["embedding"](ids)
                _, last = parts["encoder"](packed(embedded, lengths))
                vector = torch.cat([last[0], last[1]], -1)
                before = context[inside]
                given = before
                if latent:
                    prior_mean, prior_log = parts["prior"](before).chunk(2, -1)
                    mean, log = parts["posterior"](torch.cat([before, vector], -1)).chunk(2, -1)
                    z = mean + torch.exp(log / 2) * torch.randn_like(mean)
                    given = torch.cat([before, z], -1)
                    ratio = (log - prior_log).exp() + (mean - prior_mean) ** 2 * torch.exp(-prior_log)
                    loss = loss + (ratio - 1 - log + prior_log).sum() / 2
                start = torch.tanh(parts["start"](given))[None]
                previous = torch.cat([torch.full((len(ids), 1), TYPES), ids[:, :-1]], 1)
                wide = given[:, None].expand(-1, ids.shape[1], -1)
                inputs = packed(torch.cat([parts["embedding"](previous), wide], -1), lengths)
                outputs, _ = parts["decoder"](inputs, start)
                logits = parts["output"](torch.tanh(parts["readout"](outputs.data)))
                targets = packed(ids, lengths).data
                loss = loss + torch.nn.functional.cross_entropy(logits, targets, reduction="sum")
                total += len(targets)
                context = context.index_copy(0, inside, parts["context"](vector, before))
            (loss / total).backward()
            optimizer.step()
            now[0] += 1

    return train


def memory() -> None:
    """Print the planned memory of one step by the number of turns."""
    import jax

    for name in ("hred", "vhred"):
        for at_once in (None, 8):
            found = []
            for turns in LENGTHS:
                data, one = tokens(dialogues(1, turns)), learner(name, at_once, batch=1)
                state = jax.eval_shape(lambda one=one, data=data: one.init(jax.random.key(0), data))
                batch = next(iter(one.source(data).batches(0, 0, 1)))
                plan = jax.jit(one.update).lower(state, batch, jax.random.key(0)).compile().memory_analysis()
                found.append(plan.temp_size_in_bytes / 2**20)
            shown = ", ".join(f"{turns}: {size:,.0f}" for turns, size in zip(LENGTHS, found, strict=True))
            print(f"{name}, {'all' if at_once is None else at_once} lanes at once, turns: MiB: {shown}", flush=True)


def main(rounds: int) -> None:
    """Print tokens a second of both sides, and the ratio to PyTorch's faster number of threads."""
    real = np.mean([sum(len(one) + 1 for one in dialogue) for dialogue in dialogues()]) * BATCH
    for name in ("hred", "vhred"):
        seconds = measured(__file__, name, FORMS, STEPS, rounds)
        pace = {form: real / statistics.median(found) for form, found in seconds.items()}
        ratio = pace[OURS] / max(pace[form] for form in PEERS if form in pace)
        shown = ", ".join(f"{form} {value:,.0f}" for form, value in pace.items())
        print(f"{name}, tokens/s: {shown}; ratio {ratio:.2f} (target {TARGET})", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        name, form = sys.argv[2:]
        work(waza_training(name) if form == OURS else torch_training(name, form))
    elif sys.argv[1:] == ["--memory"]:
        memory()
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 5)
