"""word2vec as loops over pairs, written from the equations: a slow reference in NumPy."""

import numpy as np


def windows(words, left, right, window):
    """Each centre's place, and the places of its contexts, of a block's words with `window` more on each side."""
    for i, (back, ahead) in enumerate(zip(left, right, strict=True)):
        at = i + window
        yield i, at, [*range(at - back, at), *range(at + 1, at + ahead + 1)]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def step(table, output, predictor, judged, rate):
    """The changes of output rows, and of the predictor, for outputs (row, target, weight)."""
    above = np.zeros_like(predictor)
    changes = []
    for row, target, weight in judged:
        error = rate * weight * (target - sigmoid(predictor @ output[row]))
        above += error * output[row]
        changes.append((row, error * predictor))
    return above, changes


def update(model, table, output, block, judged_of, rate):
    """All steps of a block, each from the variables at its beginning.

    Args:
        model: its method, window and `corrected` count.
        table: of the inputs.
        output: of the outputs.
        block: with words, left and right as arrays.
        judged_of: the outputs (row, target, weight) of a centre with this place and word.
        rate: the learning rate.
    """
    words, left, right = (np.asarray(part) for part in block)
    new_table, new_output = table.copy(), output.copy()
    for i, at, contexts in windows(words, left, right, model.window):
        if not contexts:
            continue
        judged = judged_of(i, words[at])
        if model.method == "skip-gram":
            for context in contexts:
                above, changes = step(table, output, table[words[context]], judged, rate)
                new_table[words[context]] += above
                for row, change in changes:
                    new_output[row] += change
        else:
            mean = np.mean([table[words[context]] for context in contexts], 0)
            above, changes = step(table, output, mean, judged, rate)
            for row, change in changes:
                new_output[row] += change
            for context in contexts:
                new_table[words[context]] += above / (len(contexts) if model.corrected else 1)
    return new_table, new_output
