"""BLEU of translators on real corpora: several seeds, several networks, intervals over sentences and over seeds.

    python benchmarks/translation_quality.py CORPUS FOLDER SEEDS [NETWORK[:OPTION...] ...] [-- OPTION ...]

CORPUS is a parallel text of the catalogue, such as multi30k-de-en or small_parallel_enja. Each network is a name of
NETWORKS; the options after -- are those of all trainings, as `waza fit translator` takes them. FOLDER keeps the trained
models: what is there is not trained again, and an interrupted training resumes.

For each network: lower-cased and cased BLEU of the test part, greedy and with a beam of 5, as a mean over seeds with
its 95 % intervals over other sentences, over other seeds, and over both; for every network after the first, the
difference to the first. Of a corpus whose test part repeats sources of the training part, the new pairs also count
alone. The seconds of a translation of the test part include the program's compilation.
"""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np

import waza as wz
from waza.data.catalogue import pairs
from waza.data.text.parallel import is_new
from waza.kinds.translator.intervals import Spread, bleu, sentence_counts, spread
from waza.kinds.translator.scores import tokenizer_of

NETWORKS: dict[str, tuple[str, ...]] = {
    "attention": (),
    "no-attention": ("--attention", "none"),
    "no-attention-reversed": ("--attention", "none", "--direction", "reversed"),
    "forward": ("--direction", "forward"),
    "gru": ("--cell", "gru"),
    "untied": ("--no-tied",),
    "transformer": ("--architecture", "transformer"),
}
BEAMS = {"greedy": 1, "beam 5": 5}


def trained(corpus: str, folder: Path, name: str, seed: int, options: list[str]) -> Path:
    """The folder of a trained model, after its training."""
    out = folder / f"{corpus}-{name}-{seed}"
    if not (out / "model.json").exists():
        more = [*NETWORKS[name], *options, "--seed", str(seed), "--out", str(out)]
        command = [sys.executable, "-m", "waza.cli", "fit", "translator", corpus, *more]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return out


def told(found: Spread) -> str:
    """A mean with its intervals."""
    named = {"sentences": found.sentences, "seeds": found.seeds, "both": found.both}
    parts = (f"{name} {ends[0]:.1f} to {ends[1]:.1f}" for name, ends in named.items() if ends is not None)
    return f"{found.mean:.2f} ({', '.join(parts)})"


def main() -> None:
    """Trains what is missing, translates the test part, and prints the scores."""
    given, _, common = (" ".join(sys.argv[1:]) + " ").partition("-- ")
    corpus, folder, seeds, *names = given.split()
    whole = pairs(corpus)
    references, tokenizer = whole.test.target, tokenizer_of(whole.test.target)
    new = is_new(whole.test, whole.train)
    subsets = {"all pairs": np.ones(whole.test.size, bool)} | ({} if new.all() else {"new pairs": new})
    counts: dict[tuple[str, str, bool], list[np.ndarray]] = {}
    for name in names or ["attention"]:
        for seed in range(int(seeds)):
            model = wz.load(trained(corpus, Path(folder), name, seed, common.split()))
            for how, beam in BEAMS.items():
                start = time.perf_counter()
                translations = model.translate(whole.test.source, beam=beam)
                seconds = time.perf_counter() - start
                for lowercase in (True, False):
                    found = sentence_counts(translations, references, tokenizer, lowercase)
                    counts.setdefault((name, how, lowercase), []).append(found)
                scores = [bleu(counts[name, how, case][-1].sum(axis=0)) for case in (True, False)]
                print(
                    f"{name}, seed {seed}, {how}: BLEU {scores[0]:.2f} lower-cased, {scores[1]:.2f} cased "
                    f"({tokenizer}), {seconds:.1f} s",
                    flush=True,
                )
    for (name, how, lowercase), of_seeds in counts.items():
        for subset, inside in subsets.items():
            own = [one[inside] for one in of_seeds]
            case = "lower-cased" if lowercase else "cased"
            print(f"{name}, {how}, {case}, {int(inside.sum())} {subset}: {told(spread(own))}")
            first = next(iter(counts))[0]
            if name != first:
                others = [one[inside] for one in counts[first, how, lowercase]]
                print(f"  {first} minus {name}: {told(spread(others, own))}")


if __name__ == "__main__":
    main()
