"""Decoding: from an encoder-decoder model to target sentences, within one compiled program."""

from waza.models.decoding.batches import Batch as Batch
from waza.models.decoding.batches import in_batches as in_batches
from waza.models.decoding.batches import in_order as in_order
from waza.models.decoding.beam import beam as beam
from waza.models.decoding.decoded import Decoded as Decoded
from waza.models.decoding.greedy import greedy as greedy
from waza.models.decoding.hypotheses import Hypotheses as Hypotheses
from waza.models.decoding.sampling import sample as sample
