"""Training of word vectors: waza against gensim, raw words a second and similarity of words.

    python benchmarks/word2vec.py [ROUNDS]
    python benchmarks/word2vec.py --quality [SEEDS] [EPOCHS]

100 dimensions, windows of 5, 5 negatives, subsampling at 0.001, words that occur at least 5 times, on WikiText-2 in
lower case; skip-gram and CBOW. gensim trains with 2 workers in both of its modes, from an iterator of sentences and
from a file (`corpus_file`); the faster counts. A measurement is an epoch, without counting words and without compiling.

With --quality each side trains for some epochs from some seeds, one after another, and the table has Spearman's rank
correlation with people's judgements of similarity (WordSim-353 and MEN-3000; pairs of which a word is unknown are left
out), the mean over seeds with its standard error, and seconds. gensim trains from a file.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from turns import Steps, measured, work

WIDTH, WINDOW, NEGATIVES, THRESHOLD, MINIMUM = 100, 5, 5, 1e-3, 5
RATES = {"skip-gram": 0.025, "cbow": 0.05}  # word2vec.c's, of both sides
PEERS = ("gensim, sentences", "gensim, corpus_file")
OURS = "waza"
TARGET, AIM = 4.0, 6.0
SETS = {"WordSim-353": "EN-WS-353-ALL.txt", "MEN-3000": "EN-MEN-TR-3k.txt"}
DATA = Path(os.environ.get("WAZA_DATA", "data"))


def text_file() -> Path:
    """WikiText-2's training part in lower case, a paragraph a line, in a temporary file."""
    path = Path(tempfile.gettempdir()) / f"waza-word2vec-{os.getuid()}.txt"
    if not path.exists():
        lines = (DATA / "wikitext2" / "wiki.train.permuted.tokens").read_text("utf-8").lower().splitlines()
        part = path.with_suffix(f".{os.getpid()}")
        part.write_text("".join(f"{line.strip()}\n" for line in lines if line.strip()), "utf-8")
        part.replace(path)
    return path


def waza_parts(method: str, epochs: int) -> tuple[Any, Any, int]:
    """The corpus, the program that trains a seed, and its steps."""
    from waza import learners, models
    from waza.data.text.corpus import WordVocabulary, corpus_tokens, count_words
    from waza.engine.single import single_program

    vocabulary = WordVocabulary.learn(count_words(text_file()), MINIMUM)
    corpus = corpus_tokens(text_file(), vocabulary)
    model = models.Word2Vec(vocabulary.size, WIDTH, method, "negative", WINDOW, NEGATIVES)
    learner = learners.WordVectors.of(corpus, model, epochs, RATES[method], threshold=THRESHOLD)
    steps = epochs * learner.source(corpus).steps
    return corpus, single_program(learner, corpus, steps), steps


def waza_steps(method: str) -> Steps:
    """A function that trains for some epochs."""
    _, program, steps = waza_parts(method, 1000)
    now = [program.start([0]), 0]

    def train(epochs: int) -> None:
        count = epochs * steps // 1000
        now[:] = program.train(now[0], now[1], now[1] + count), now[1] + count

    return train


def gensim_model(method: str, mode: str, seed: int = 1) -> tuple[Any, dict[str, Any]]:
    """A model whose words are counted, and the arguments for its training."""
    from gensim.models.word2vec import LineSentence, Word2Vec

    model = Word2Vec(
        vector_size=WIDTH,
        window=WINDOW,
        negative=NEGATIVES,
        sample=THRESHOLD,
        min_count=MINIMUM,
        sg=int(method == "skip-gram"),
        alpha=RATES[method],
        workers=2,
        seed=seed,
    )
    path = str(text_file())
    given = {"corpus_file": path} if mode == PEERS[1] else {"corpus_iterable": LineSentence(path)}
    model.build_vocab(**given)
    return model, given | {"total_examples": model.corpus_count, "total_words": model.corpus_total_words}


def gensim_steps(method: str, mode: str) -> Steps:
    """A function that trains for some epochs."""
    model, given = gensim_model(method, mode)
    return lambda epochs: model.train(**given, epochs=epochs)


def similarity(words: tuple[str, ...] | list[str], vectors: np.ndarray) -> dict[str, float]:
    """Spearman's correlation of cosines with judgements, on each set."""
    from scipy.stats import spearmanr

    ids = {word: number for number, word in enumerate(words)}
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    found = {}
    for name, file in SETS.items():
        lines = (DATA / "word2vec_eval" / "similarity" / file).read_text("utf-8").lower().splitlines()
        rows = [(ids[a], ids[b], float(score)) for a, b, score in map(str.split, lines) if a in ids and b in ids]
        first, second, scores = map(np.array, zip(*rows, strict=True))
        found[name] = float(spearmanr((units[first] * units[second]).sum(1), scores).statistic)
    return found


def trained(method: str, side: str, seed: int, epochs: int) -> tuple[float, dict[str, float]]:
    """The seconds of a training, without compiling, and what the vectors reach."""
    if side == OURS:
        corpus, program, steps = waza_parts(method, epochs)
        program.train(program.start([seed]), 0, 1)
        portions = program.start([seed])
        begun = time.perf_counter()
        portions = program.train(portions, 0, steps)
        seconds = time.perf_counter() - begun
        return seconds, similarity(corpus.vocabulary.words, program.kept(portions, 0, 0)["input"]["weight"])
    model, given = gensim_model(method, side, seed)
    begun = time.perf_counter()
    model.train(**given, epochs=epochs)
    seconds = time.perf_counter() - begun
    return seconds, similarity(model.wv.index_to_key, model.wv.vectors)


def quality(seeds: int, epochs: int) -> None:
    """Print what both sides reach from the same number of seeds."""
    print(f"{epochs} epochs, {seeds} seeds: mean (standard error)")
    for method in RATES:
        means: dict[str, dict[str, float]] = {}
        for side in (OURS, PEERS[1]):
            runs = [trained(method, side, seed, epochs) for seed in range(1, seeds + 1)]
            seconds = statistics.mean(one for one, _ in runs)
            values = {name: [found[name] for _, found in runs] for name in SETS}
            means[side] = {name: statistics.mean(some) for name, some in values.items()}
            shown = "".join(
                f"{name} {statistics.mean(some):.4f} ({statistics.stdev(some) / seeds**0.5:.4f})  "
                for name, some in values.items()
            )
            gain = statistics.mean(means[side].values()) / seconds
            print(f"{method:10s} {side:20s} {shown}{seconds:6.1f} s, {gain:.4f} correlation a second", flush=True)
        worst = min(means[OURS][name] - means[PEERS[1]][name] for name in SETS)
        print(f"{method:10s} least difference {worst:+.4f} (target -0.01)", flush=True)


def main() -> None:
    """Print the medians as raw words a second, and the ratio to gensim's faster mode."""
    if sys.argv[1:2] == ["--work"]:
        method, form = sys.argv[2:]
        work(waza_steps(method) if form == OURS else gensim_steps(method, form))
        return
    if sys.argv[1:2] == ["--quality"]:
        quality(*(int(one) for one in [*sys.argv[2:4], *("5", "10")[len(sys.argv) - 2 :]]))
        return
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    words = len(text_file().read_text("utf-8").split())
    print(f"{'raw words a second, medians':28s}" + "".join(f"{form:>22s}" for form in (OURS, *PEERS)) + "   ratio")
    for method in RATES:
        seconds = measured(__file__, method, (OURS, *PEERS), 1, rounds)
        pace = {form: words / statistics.median(values) for form, values in seconds.items()}
        ratio = pace[OURS] / max(pace[form] for form in PEERS if form in pace)
        shown = "".join(f"{pace.get(form, float('nan')):22,.0f}" for form in (OURS, *PEERS))
        print(f"{method:28s}{shown}{ratio:8.2f} (target {TARGET}, aim {AIM})", flush=True)


if __name__ == "__main__":
    main()
