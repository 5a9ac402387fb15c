"""Rate of false verdicts: 1,000 studies of identical variants with independent seeds."""

import sys

import waza as wz
from waza import models, nn, optim
from waza.data import Dataset, Split, digits
from waza.study.claims import Part
from waza.study.deciding import decide_part

STUDIES = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
SEEDS = 10


def main() -> None:
    """Print the number of false verdicts."""
    whole = digits()
    small = Split(whole.train.x[:, ::4, ::4], whole.train.y), Split(whole.test.x[:, ::4, ::4], whole.test.y)
    learner = wz.Supervised(models.MLP((49, 16, 10), nn.relu, nn.He()), optim.SGD(0.1), batch_size=32, probes=False)
    trials = STUDIES * 2 * SEEDS
    study = wz.Study(
        name="equals",
        data=Dataset("digits 7x7", *small),
        variants={"one": learner},
        seeds=trials,
        steps=100,
        block=1000,
    )
    accuracy = wz.run(study)["test_accuracy"].isel(variant=0, step=-1).values.reshape(STUDIES, 2, SEEDS)
    part = Part("better", lambda results: results, low=0.0)
    verdicts = [decide_part(part, one - other).verdict for one, other in accuracy]
    false = len(verdicts) - verdicts.count("undecided")
    print(
        f"{STUDIES} studies of identical variants, {SEEDS} seeds each: {false} false verdicts ({false / STUDIES:.1%})"
    )


if __name__ == "__main__":
    main()
