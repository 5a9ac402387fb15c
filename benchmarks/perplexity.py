"""The test perplexity of the same language model after the same training in waza and in PyTorch.

    python benchmarks/perplexity.py [--epochs N] [--steps N] [--text NAME] [--words N] [--side waza|PyTorch]

Two LSTMs of 200 units, tied, dropout 0.2 on the non-recurrent connections, 20 lanes, windows of 35 words, Adam 0.002
falling to 0 along a cosine, gradients clipped at 1. Both start from the same weights (drawn by waza) and read the same
windows in the same order; only the dropout masks differ. The words are those of the training text (WikiText-2: 33,278;
`waza data get wikitext2` says where its files belong), or the N most frequent of them. The test text is read once, in
the same 20 lanes.
"""

import argparse
import math
import time
from typing import Any

import numpy as np

WIDTH, DEPTH, LANES, WINDOW, DROPOUT, RATE, CLIP = 200, 2, 20, 35, 0.2, 0.002, 1.0


def learner_of(vocabulary: int, steps: int) -> Any:
    """waza's learner."""
    from waza import TruncatedBPTT, models, optim, vary

    model = models.lstm_language_model(vocabulary, WIDTH, DEPTH, DROPOUT)
    constant = TruncatedBPTT(model, optim.ClipByNorm(optim.Adam(RATE), CLIP), batch_size=LANES, window=WINDOW)
    return vary(constant, optimizer={"optimizer": {"learning_rate": optim.CosineDecay(RATE, steps)}})


def trained_by_waza(learner: Any, data: Any, steps: int) -> tuple[float, float]:
    """The test perplexity, and the seconds of training."""
    from waza.engine.executors import prepare
    from waza.engine.single import single_program

    program = single_program(learner, data, steps)
    prepare([program])
    portions = program.start([0])
    begun = time.perf_counter()
    portions = program.train(portions, 0, steps)
    seconds = time.perf_counter() - begun
    return float(program.evaluate(portions)["test_perplexity"][0, 0]), seconds


def trained_by_torch(learner: Any, data: Any, steps: int) -> tuple[float, float]:
    """The same for PyTorch, from waza's weights."""
    import jax
    import torch

    from waza.nn import named_key

    variables = learner.init(named_key(jax.random.key(0), "init"), data).variables
    vocabulary = learner.model.vocabulary
    embedding, output = torch.nn.Embedding(vocabulary, WIDTH), torch.nn.Linear(WIDTH, vocabulary)
    layer = torch.nn.LSTM(WIDTH, WIDTH, DEPTH, batch_first=True, dropout=DROPOUT)
    order = np.concatenate([np.arange(2 * WIDTH), np.arange(3 * WIDTH, 4 * WIDTH), np.arange(2 * WIDTH, 3 * WIDTH)])
    output.weight = embedding.weight
    with torch.no_grad():
        embedding.weight.copy_(torch.from_numpy(np.array(variables["embedding"]["weight"])))
        output.bias.zero_()
        for i, one in enumerate(variables["recurrent"]["layers"]):
            for ours, theirs in (("input", "weight_ih"), ("recurrent", "weight_hh"), ("bias", "bias_ih")):
                getattr(layer, f"{theirs}_l{i}").copy_(torch.from_numpy(np.array(one["cell"][ours])[order]))
            getattr(layer, f"bias_hh_l{i}").zero_()
            getattr(layer, f"bias_hh_l{i}").requires_grad_(False)  # waza has one bias, PyTorch two that are added
    drop = torch.nn.Dropout(DROPOUT)
    modules = torch.nn.ModuleList([embedding, layer, output, drop])
    parameters = [one for one in modules.parameters() if one.requires_grad]
    optimizer = torch.optim.Adam(parameters, RATE)

    def lanes(split: Any) -> tuple[Any, Any]:
        length = len(split.y) // LANES
        return tuple(torch.from_numpy(np.array(part[: LANES * length])).long().view(LANES, -1) for part in split)

    def loss_of(x: Any, y: Any, state: Any, reduction: str) -> tuple[Any, Any]:
        z, state = layer(drop(embedding(x)), state)
        logits = output(drop(z)).flatten(0, 1)
        loss = torch.nn.functional.cross_entropy(logits, y.flatten(), reduction=reduction)
        return loss, tuple(part.detach() for part in state)

    x, y = lanes(data.train)
    windows, state = x.shape[1] // WINDOW, None
    begun = time.perf_counter()
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = RATE * (1 + math.cos(math.pi * step / steps)) / 2
        at = slice(step % windows * WINDOW, (step % windows + 1) * WINDOW)
        state = state if step % windows else None
        optimizer.zero_grad()
        loss, state = loss_of(x[:, at], y[:, at], state, "mean")
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, CLIP)
        optimizer.step()
    seconds = time.perf_counter() - begun

    modules.eval()
    x, y = lanes(data.test)
    total, state = 0.0, None
    with torch.no_grad():
        for first in range(0, x.shape[1], WINDOW):
            loss, state = loss_of(x[:, first : first + WINDOW], y[:, first : first + WINDOW], state, "sum")
            total += float(loss)
    return math.exp(total / y.numel()), seconds


def main() -> None:
    """Train both, and print their test perplexities."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--text", default="wikitext2")
    parser.add_argument("--words", type=int)
    parser.add_argument("--side", choices=("waza", "PyTorch"))
    asked = parser.parse_args()
    from waza.data import Words, corpus, token_stream

    text, _ = corpus(asked.text)
    tokenizer = Words.learn(text.train, most=asked.words)
    data = token_stream(text, tokenizer)
    steps = asked.steps or asked.epochs * (len(data.train.y) // LANES // WINDOW)
    learner = learner_of(tokenizer.size, steps)
    print(f"{asked.text}: {tokenizer.size} words, {steps} steps of {LANES} x {WINDOW}", flush=True)
    for side, trained in (("waza", trained_by_waza), ("PyTorch", trained_by_torch)):
        if asked.side in (None, side):
            perplexity, seconds = trained(learner, data, steps)
            words = steps * LANES * WINDOW / seconds
            print(
                f"{side:8s} test perplexity {perplexity:8.2f}, {seconds:6.0f} s, {words:6.0f} words a second",
                flush=True,
            )


if __name__ == "__main__":
    main()
