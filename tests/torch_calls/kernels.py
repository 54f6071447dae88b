"""Convolutions whose kernels are computed from an input."""

import torch
from torch.nn import functional as F  # noqa: N812 - everyone's name for it

from torch_calls.call import D, call, numbers

CALLS = {
    "kernels from input": call(F.conv1d, (1, 2, 4), (3, 2, 2)),
    "kernels from input, batch": call(F.conv2d, (2, 1, 3, 2), (2, 1, 2, 2)),
    "kernels from input, groups": call(lambda x, w, b: F.conv1d(x, w, b, groups=2), (1, 4, 4), (4, 2, 2), (4,)),
    "kernels from input, each channel": call(lambda x, w: F.conv1d(x, w, groups=3), (1, 3, 4), (3, 1, 2)),
    "kernels from input, padded": call(lambda x, w: F.conv1d(x, w, padding=1), (1, 2, 3), (2, 2, 3)),
    "kernels from input, only padding": call(lambda x, w: F.conv1d(x, w, padding=1), (1, 1, 3), (2, 1, 1)),
    "kernels from input, strided groups": call(
        lambda x, w: F.conv2d(x, w, padding=(1, 0), stride=(2, 1), groups=2), (1, 2, 3, 3), (2, 1, 3, 2)
    ),
    "kernels from input, constant image": call(
        lambda w: F.conv2d(torch.ones(1, 1, 3, 3, dtype=D), w, dilation=2, padding=1), (1, 1, 2, 2)
    ),
    "hypernetwork for a batch": call(
        lambda x, w: F.conv1d(x.reshape(1, 4, 4), w.reshape(4, 1, 2), groups=4).reshape(2, 2, 3),
        (2, 2, 4),
        (2, 2, 1, 2),
    ),
    "bias from input": call(lambda b: F.conv1d(torch.ones(1, 4, 4, dtype=D), numbers(4, 2, 2), b, groups=2), (4,)),
    "transposed kernels from input": call(F.conv_transpose1d, (1, 2, 3), (2, 3, 2)),
    "transposed kernels from input, groups": call(
        lambda x, w, b: F.conv_transpose1d(x, w, b, groups=2, stride=2), (1, 4, 3), (4, 1, 2), (2,)
    ),
    "transposed kernels from input, apart": call(
        lambda x, w: F.conv_transpose1d(x, w, groups=2, stride=3), (1, 4, 3), (4, 1, 2)
    ),
    "transposed kernels from input, padded": call(
        lambda x, w: F.conv_transpose2d(
            x, w, padding=(1, 0), stride=(2, 1), groups=2, output_padding=(1, 0), dilation=(1, 2)
        ),
        (1, 2, 2, 2),
        (2, 2, 3, 2),
    ),
    "weight norm": call(torch._weight_norm, (2, 2, 2), (2, 1, 1)),
    "weight norm, last dimension": call(lambda v, g: torch._weight_norm(v, g, 2), (2, 2, 2), (1, 1, 2)),
    "weight norm, of all": call(lambda v, g: torch._weight_norm(v, g, -1), (2, 2, 2), (1, 1, 2)),
    "weight norm with norms": call(lambda v, g: torch._weight_norm_interface(v, g, 0), (2, 2, 2), (2, 1, 1)),
}
