"""From options and images to a learner: the usual settings, the network, the augmentation."""

import dataclasses

from waza import nn
from waza.core.errors import Error
from waza.core.vary import vary
from waza.kinds.classifier.images import Images
from waza.kinds.classifier.networks import NETWORKS
from waza.kinds.classifier.options import ImageOptions
from waza.kinds.settling import check_batch, optimizer_of, settled
from waza.learners import Supervised

PHOTOGRAPH_PADDING, DRAWING_PADDING = 8, 14  # a side over its padding: 4 pixels of 32, and 2 of a digit's 28


def settle(asked: ImageOptions, given: Images) -> ImageOptions:
    """The options with nothing left open, for these images."""
    network = NETWORKS[asked.model]
    complete = settled(asked, len(given.dataset.train.y), network.optimizer, network.rate_scale)
    return dataclasses.replace(complete, size=given.preparation.size)


def learner(options: ImageOptions, given: Images) -> Supervised:
    """The learner that settled options describe.

    Raises:
        Error: the network cannot have images of this size, or has no such option, or the batch is too small for it.
    """
    network = NETWORKS[options.model]
    try:
        made = _learner(network.build(given.preparation.shape, given.preparation.outputs), options, given)
    except Error as error:
        height, width = given.preparation.size
        usual = f"{network.size} x {network.size} is usual"
        raise Error(f"{options.model} on images of {height} x {width} ({usual}): {error}") from error
    check_batch(made.model, made.batch_size)
    return made


def _learner(model: nn.Layer, options: ImageOptions, given: Images) -> Supervised:
    changes: dict[str, object] = {}
    if options.dropout is not None:
        changes["dropout"] = nn.Dropout(options.dropout) if options.dropout else None
    if options.norm:
        changes["norm"] = nn.BatchNorm()
    for name in changes:
        if name not in {field.name for field in dataclasses.fields(model)}:
            raise Error(f"{options.model} takes no {name}: leave it out, or choose small-alexnet")
    assert options.batch_size is not None and options.precision != "auto"
    return Supervised(
        vary(model, **changes),
        optimizer_of(options),
        batch_size=options.batch_size,
        probes=False,
        augment=augmentation(given) if options.augment else None,
        precision=options.precision,
    )


def augmentation(given: Images) -> nn.Augmentation:
    """The augmentation of training images: random crops, and horizontal flips of photographs."""
    size = given.preparation.size
    ratio = PHOTOGRAPH_PADDING if given.photographs else DRAWING_PADDING
    crop = nn.RandomCrop(size, padding=max(1, min(size) // ratio))
    return nn.Augmentations((crop, nn.RandomFlip())) if given.photographs else nn.Augmentations((crop,))
