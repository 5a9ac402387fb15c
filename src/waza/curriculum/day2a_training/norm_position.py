"""E2: batch normalisation before or after the activation."""

from collections.abc import Callable

from waza import data, nn
from waza.curriculum.day2a_training.batch_normalisation import AFTER, BEFORE, NETS
from waza.curriculum.shown import Shown, accuracy, points
from waza.study import Claim, Part, Share, Study, Trained, Tuning, final, geometric, tuned_name, vary

RATES = geometric(0.01, 31.6, 8)
SIGMOID, RELU = "sigmoid", "ReLU"
TRAINED = Trained("test_accuracy", 0.6)


def name_of(position: str, activation: str) -> str:
    """The variant with this position and activation."""
    return f"{activation}, {position}"


def study(data_name: str = "digits") -> Study:
    """784-40-20-10, SGD 0.01, 1,000 steps, sigmoid with Xavier and ReLU with He, each position; tuned rates."""
    nets = {name_of(name, SIGMOID): NETS[name] for name in (BEFORE, AFTER)}
    relu = {"activation": nn.relu, "initializer": nn.He()}
    nets |= {name_of(name, RELU): vary(NETS[name], model=relu) for name in (BEFORE, AFTER)}
    return Study(
        name="norm-position",
        data=data.hold_out(data.load(data_name), 1000),
        variants=nets,
        seeds=40,
        block=40,
        first_seed=5000,
        steps=1000,
        tuning=Tuning(grid={name: {"optimizer.learning_rate": RATES} for name in nets}),
        claims=(C06,),
        trained=TRAINED,
    )


def trains(position: str, activation: str) -> Share:
    """The part "with this position the net trains at its own rate": in more than four fifths of the trials."""
    variant = tuned_name(name_of(position, activation))
    short = {BEFORE: "before", AFTER: "after"}[position]
    return Share(
        f"{activation.lower()}-{short}",
        lambda results: final(results, TRAINED.measure, variant) >= TRAINED.bound,
        low=0.8,
    )


def no_matter(activation: str, how: str, name: Callable[[str], str]) -> Part:
    """The part "the position makes no difference": less than two points of test accuracy, among trained trials."""
    after, before = (name(name_of(position, activation)) for position in (AFTER, BEFORE))
    return Part(
        f"{activation.lower()}-{how}",
        lambda results: final(results, "test_accuracy", after) - final(results, "test_accuracy", before),
        low=-0.02,
        high=0.02,
        unit="points",
        further=True,
        among=(after, before),
    )


# "Before or after": with either position the net trains. Whether they differ is another question.
C06 = Claim(
    "C06",
    (
        *(trains(position, activation) for activation in (SIGMOID, RELU) for position in (BEFORE, AFTER)),
        *(
            no_matter(activation, how, name)
            for how, name in (("tuned", tuned_name), ("equal-rate", str))
            for activation in (SIGMOID, RELU)
        ),
    ),
)


def after_minus_before(activation: str, name: Callable[[str], str]) -> Shown:
    """The mean test accuracy after the activation minus that before it, in points."""
    after, before = (accuracy(name(name_of(position, activation))) for position in (AFTER, BEFORE))
    return lambda results: after(results) - before(results)


NUMBERS: dict[str, Shown] = {
    **{
        f"{activation.lower()}_{short}": accuracy(tuned_name(name_of(position, activation)))
        for activation in (SIGMOID, RELU)
        for short, position in (("before", BEFORE), ("after", AFTER))
    },
    "fewest_trained": lambda results: min(
        points(part.reached)(results) for part in C06.parts if isinstance(part, Share)
    ),
    **{
        f"{activation.lower()}_{how}": after_minus_before(activation, name)
        for activation in (SIGMOID, RELU)
        for how, name in (("tuned", tuned_name), ("equal_rate", str))
    },
}
