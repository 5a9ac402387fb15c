"""The cost of a convolutional network per image, computed from the sizes of its layers."""

import math
from typing import NamedTuple

from waza.models import ConvNet
from waza.nn.windows import windows


class Cost(NamedTuple):
    """Multiply-adds of all weights and comparisons of max pooling, for the forward pass of one image."""

    multiply_adds: int
    comparisons: int


def cost(model: ConvNet) -> Cost:
    r"""$\sum O_h O_w F_h F_w C_\text{in} C_\text{out}$ over convolutions, and inputs times outputs over dense layers.

    Zeros of the padding count like other cells. Biases, activations and operations between layers are left out;
    training costs about three times the forward pass. A window of n cells takes n - 1 comparisons.

    >>> from waza import models
    >>> cost(models.simple_convnet())
    Cost(multiply_adds=865000, comparisons=12960)
    """
    parts, sizes = model.parts(), model.sizes()
    multiply_adds = comparisons = 0
    for layer, before, after in zip(parts["convolutions"], sizes, sizes[1:], strict=False):
        convolution = layer.convolution
        places = math.prod(convolution.output_size(before[:2]))
        cells = math.prod(windows(convolution.kernel_size).kernel_size)
        multiply_adds += places * cells * convolution.inputs // convolution.groups * convolution.outputs
        if layer.pool is not None:
            comparisons += math.prod(after) * (math.prod(windows(layer.pool.window).kernel_size) - 1)
    dense = [*(hidden.dense for hidden in parts["hidden"]), parts["output"]]
    return Cost(multiply_adds + sum(layer.inputs * layer.outputs for layer in dense), comparisons)
