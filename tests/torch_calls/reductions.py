"""Reductions, running ones, sorting, norms of distances."""

import torch
from torch.nn import functional as F  # noqa: N812 - everyone's name for it

from torch_calls.call import Call, call

NAMES = (
    "sum", "mean", "amax", "amin", "prod", "std", "var", "logsumexp", "argmax", "argmin", "median", "mode", "nanmean",
    "nansum", "nanmedian",
)  # fmt: skip
TRUTHS = ("all", "any", "count_nonzero")
RUNNING = ("cumsum", "cumprod", "logcumsumexp", "cummax", "cummin")


def of(name: str, shape: tuple[int, ...], **more: object) -> Call:
    """A reduction; cumulative places are known at the first index."""
    function = getattr(torch, name)
    options = {"bounded": (1,)} if name in {"cummax", "cummin"} else {}
    return call(lambda x: function(x, **more), shape, **options)  # type: ignore[arg-type]


CALLS = {
    "histc": call(lambda x: torch.histc(x, 3, -1.0, 1.0), (2, 3)),
    **{f"{name} along the last": of(name, (2, 3), dim=1) for name in NAMES},
    **{f"{name} along the first, kept": of(name, (2, 3), dim=-2, keepdim=True) for name in NAMES},
    **{
        f"{name} of one element": call(
            lambda x, name=name: getattr(torch, name)(x, 1), (2, 1), unseen="the variance of one is no number"
        )
        for name in NAMES
    },
    **{
        f"{name} without dimensions": call(
            lambda x, name=name: getattr(torch, name)(x.sum(), 0), (2,), unseen="the variance of one is no number"
        )
        for name in NAMES
    },
    **{
        f"{name} of everything": of(name, (2, 2))
        for name in NAMES
        if name not in {"logsumexp", "mode", "amax", "amin"}
    },
    **{f"{name} of truths": call(lambda x, name=name: getattr(torch, name)(x > 0, 1), (2, 3)) for name in TRUTHS},
    **{f"{name}": of(name, (2, 3), dim=1) for name in RUNNING},
    **{f"{name}, along the first": of(name, (2, 3), dim=-2) for name in RUNNING},
    **{
        f"{name}, without dimensions": call(lambda x, name=name: getattr(torch, name)(x.sum(), 0), (2,))
        for name in RUNNING
    },
    "sum of two dimensions": of("sum", (2, 2, 3), dim=(0, -1)),
    "largest of all": of("max", (2, 3)),
    "smallest of all": of("min", (2, 3)),
    "largest with its place": of("max", (2, 3), dim=1),
    "smallest with its place": of("min", (2, 3), dim=0, keepdim=True),
    "larger of two": call(torch.max, (2, 3), (3,)),
    "smaller of two": call(torch.min, (2, 3), (3,)),
    "both ends": of("aminmax", (2, 3), dim=1),
    "variance and mean": of("var_mean", (2, 3), dim=1),
    "deviation and mean": of("std_mean", (2, 3)),
    "second smallest": call(lambda x: torch.kthvalue(x, 2, 1), (2, 3)),
    "norm": call(lambda x: x.norm(1, dim=1), (2, 3)),
    "norm of all": call(lambda x: x.norm(), (2, 3)),
    "norm, vector": call(lambda x: torch.linalg.vector_norm(x, float("inf"), dim=0, keepdim=True), (2, 3)),
    "norm, held": call(lambda x: torch.renorm(x, 2, 0, 0.1), (2, 3)),
    "softmax": call(lambda x: F.softmax(x, -2), (2, 3, 2)),
    "softmax of its logarithm": call(lambda x: F.log_softmax(x, 1), (2, 3)),
    "softmax, masked": call(
        lambda x: torch._masked_softmax(x, torch.tensor([[True, False, True]]).expand(2, 3), 1, 2),
        (2, 3),
        bounded=True,
    ),
    "sorted": call(lambda x: torch.sort(x, 0), (3, 2), bounded=True),
    "sorted, stable": call(lambda x: torch.sort(x, stable=True, dim=1), (2, 3), bounded=True),
    "sorted, without dimensions": call(lambda x: torch.sort(x.sum()), (2,)),
    "sorted, first dimension": call(torch.msort, (3, 2), bounded=True),
    "order": call(lambda x: torch.argsort(x, 1), (2, 3), bounded=True),
    "order, stable": call(lambda x: torch.argsort(x, dim=1, stable=True), (2, 3), bounded=True),
    "largest two": call(lambda x: torch.topk(x, 2), (2, 3), bounded=True),
    "distances": call(torch.cdist, (2, 3), (4, 3)),
    "distances, batches": call(lambda x, y: torch.cdist(x, y, p=1.0), (2, 2, 3), (1, 4, 3)),
    "distances within": call(F.pdist, (3, 2)),
    "distance of all": call(torch.dist, (2, 3), (2, 3)),
    "distances in pairs": call(F.pairwise_distance, (2, 3), (1, 3)),
    "cosines": call(lambda x, y: F.cosine_similarity(x, y, dim=0), (2, 3), (2, 3)),
    "cosines, broadcast": call(lambda x, y: F.cosine_similarity(x, y, dim=-1), (2, 2, 3), (3,)),
    **{
        f"batch norm, {'training' if training else 'evaluation'}": call(
            lambda x, training=training: F.batch_norm(
                x, torch.zeros(2, dtype=x.dtype, device="cpu"), torch.ones(2, dtype=x.dtype), training=training
            ),
            (2, 2, 3),
        )
        for training in (True, False)
    },
    "batch norm, statistics": call(
        lambda x: torch.native_batch_norm(x, None, None, None, None, True, 0.1, 1e-5), (2, 2, 3)
    ),
    "batch norm, computed statistics": call(lambda x, m, v: F.batch_norm(x, m, v.abs() + 1), (2, 2), (2,), (2,)),
    "instance norm": call(lambda x, w: F.instance_norm(x, weight=w), (2, 2, 3), (2,)),
    "layer norm": call(lambda x, w: F.layer_norm(x, (3,), w), (2, 2, 3), (3,)),
    "layer norm, statistics": call(lambda x: torch.native_layer_norm(x, (3,), None, None, 1e-5), (2, 2, 3)),
    "group norm": call(lambda x, w: F.group_norm(x, 2, w), (2, 4, 2), (4,)),
    "group norm, statistics": call(lambda x: torch.native_group_norm(x, None, None, 2, 4, 2, 2, 1e-5), (2, 4, 2)),
    "root mean square norm": call(lambda x, w: F.rms_norm(x, (3,), w), (2, 3), (3,)),
    "response norm": call(lambda x: F.local_response_norm(x, 3), (1, 4, 2)),
}  # fmt: skip
