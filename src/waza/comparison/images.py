"""The study of a comparison on images, with a network of `waza fit` as its baseline."""

import dataclasses
from collections.abc import Sequence

from waza import nn
from waza.comparison.design import STEPS, comparison
from waza.comparison.techniques import FAST, RATE, TECHNIQUES, Technique, thinned
from waza.core.errors import Error
from waza.core.vary import vary
from waza.engine.structure import holds
from waza.kinds.classifier.images import Images
from waza.kinds.classifier.learner import augmentation
from waza.kinds.classifier.networks import network
from waza.study import Study

AUGMENT = "augment"
USUAL_FOR_IMAGES = ("batch_norm", "dropout", "l2", "adam", AUGMENT, "early_stopping")
CONVOLUTION_STEPS = 200
CONVOLUTION_TUNING_SEEDS = 3


def image_comparison(given: Images, model: str, tried: Sequence[str], name: str, steps: int | None = None) -> Study:
    """The study that compares techniques on images.

    The baseline is the network without dropout, with He's initial values and SGD. Convolutions are expensive: networks
    that have some are tuned with three seeds and half as many settings, and a trial has 200 steps by default.

    Args:
        given: the images.
        model: the network's name.
        tried: names of techniques; besides those for tables there is "augment".
        name: of the study.
        steps: training steps of each trial; by default 1000, and 200 with convolutions.
    """
    built = network(model).build(given.preparation.shape, given.preparation.outputs)
    fields = {field.name for field in dataclasses.fields(built)}
    plain = {"dropout": None, "initializer": nn.He()}
    built = vary(built, **{field: value for field, value in plain.items() if field in fields})
    if not fields >= {"norm", "activation"} and set(tried) & {"batch_norm", "tanh", "sigmoid"}:
        raise Error(f"{model} takes no batch normalisation and no other activation: compare on small-alexnet")
    techniques = {**TECHNIQUES, AUGMENT: Technique(lambda base: vary(base, augment=augmentation(given)), {RATE: FAST})}
    if not holds({"model": built}, nn.Conv2d):
        return comparison(given.dataset, given.preparation, tried, name, steps or STEPS, built, techniques)
    few = {one: dataclasses.replace(technique, grid=thinned(technique.grid)) for one, technique in techniques.items()}
    return comparison(
        given.dataset,
        given.preparation,
        tried,
        name,
        steps or CONVOLUTION_STEPS,
        built,
        few,
        FAST[::2],
        CONVOLUTION_TUNING_SEEDS,
    )
