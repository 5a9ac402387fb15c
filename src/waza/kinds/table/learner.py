"""From options and a table to a learner: the usual settings, and the network."""

from waza import models, nn
from waza.kinds.material import Material
from waza.kinds.settling import check_batch, optimizer_of, settled
from waza.kinds.table.options import TableOptions
from waza.learners import Supervised


def settle(asked: TableOptions, given: Material) -> TableOptions:
    """The options with nothing left open, for this table."""
    return settled(asked, len(given.dataset.train.y), "adam")


def learner(options: TableOptions, given: Material) -> Supervised:
    """The learner that settled options describe."""
    assert options.batch_size is not None and options.precision != "auto"
    preparation = given.preparation
    network = models.MLP(
        (preparation.inputs, *options.hidden, preparation.outputs),
        norm=nn.BatchNorm() if options.norm else None,
        dropout=nn.Dropout(options.dropout) if options.dropout else None,
    )
    check_batch(network, options.batch_size)
    return Supervised(
        network,
        optimizer_of(options),
        loss=nn.CrossEntropy() if preparation.task == "classification" else nn.SquaredError(),
        batch_size=options.batch_size,
        probes=False,
        precision=options.precision,
    )
