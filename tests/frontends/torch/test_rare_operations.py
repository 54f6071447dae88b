"""Operations that few models have: each is exact and proven, a bound, or refused by name."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - everyone's name for it
from torch_modules import plain

import eyeshot
from eyeshot.errors import InputError
from eyeshot.graph.access import Status

SHAPE = (1, 4, 8)
Function = Callable[[Tensor], Tensor]


def listed_in_place(x: Tensor) -> Tensor:
    tensors = [x.clone(), x.flip(2)]
    torch._foreach_mul_(tensors, 2.0)
    return tensors[0] + tensors[1]


EXACT: dict[str, Function] = {
    "losses of elements": lambda x: F.mse_loss(x, x.flip(2), reduction="none") + F.smooth_l1_loss(x, 2 * x),
    "losses of all": lambda x: F.huber_loss(x, 2 * x) + F.mse_loss(x, x.sin(), reduction="sum"),
    "losses of logits": lambda x: F.binary_cross_entropy_with_logits(x, 2 * x, weight=x, reduction="none"),
    "soft classes": lambda x: F.cross_entropy(x, torch.ones_like(x), label_smoothing=0.1),
    "norms of slices": lambda x: x.renorm(2, 1, 1.0),
    "blocks": lambda x: torch.block_diag(x[0], 2 * x[0, :2]),
    "pairs of rows": lambda x: F.pdist(x[0]),
    "distance": lambda x: torch.dist(x, x.flip(1)),
    "largest distance": lambda x: torch.cdist(x, x, p=float("inf")),
    "packed weights": lambda x: torch._weight_int8pack_mm(x[0].float(), torch.ones(5, 8).char(), torch.ones(5)),
    "rows by group": lambda x: torch._grouped_mm(
        x[0].repeat(1, 2).bfloat16(), x.new_ones(2, 16, 8).bfloat16(), torch.tensor([1, 4], dtype=torch.int32)
    ).to(x.dtype),
    "sigmoids": lambda x: F.logsigmoid(x) + torch.special.ndtr(x) + torch.special.i1e(x),
    "bessel functions": lambda x: torch.special.bessel_j0(x) + torch.special.modified_bessel_k0(x),
    "polynomials": lambda x: torch.special.chebyshev_polynomial_t(x, 3) + torch.igamma(x, x + 1),
    "lists": lambda x: torch._foreach_add([x, 2 * x], [x.flip(2), x])[0],
    "lists in place": listed_in_place,
    "bounds that are computed": lambda x: x.clamp_max(x.flip(2)) + torch.ones_like(x).clamp_min(x[:, :1]),
    "shifted bits": lambda x: ((100 * x).long() << 1) >> 1,
}


@pytest.mark.parametrize("name", EXACT)
def test_rare_operations_are_exact(name: str) -> None:
    model = plain(EXACT[name])
    fields = eyeshot.analyze(model, input_shape=SHAPE, strict=True)
    assert fields.status is Status.EXACT
    proof = eyeshot.verify(model, input_shape=SHAPE)
    assert proof.holds
    assert proof.values[-1].verdict.value in {"proven", "proven by changes"}


BOUNDED: dict[str, Function] = {
    "classes": lambda x: F.cross_entropy(x, torch.zeros(1, 8, dtype=torch.long), reduction="none"),
    "classes taken together": lambda x: F.cross_entropy(x, torch.zeros(1, 8, dtype=torch.long)),
    "bags": lambda x: F.embedding_bag((100 * x[0]).long().abs() % 3, x.new_ones(3, 2)),
    "drawn by chance": lambda x: x.sigmoid().bernoulli() + torch.poisson(x.exp()),
    "drawn by weight": lambda x: x.softmax(-1)[0].multinomial(1).to(x.dtype),
    "drawn around": lambda x: torch.normal(x, x.exp()),
}


@pytest.mark.parametrize("name", BOUNDED)
def test_what_the_data_choose_is_a_bound(name: str) -> None:
    fields = eyeshot.analyze(plain(BOUNDED[name]), input_shape=SHAPE, strict=True)
    assert fields.status is Status.BOUNDED
    assert fields[-1].axes[0].size >= 1


def test_a_chance_is_read_at_its_own_position() -> None:
    fields = eyeshot.analyze(plain(lambda x: x.sigmoid().bernoulli()), input_shape=SHAPE)
    assert fields[-1].at(3).read == 1


REFUSED: dict[str, tuple[Function, str]] = {
    "memory of another size": (lambda x: x.clone().resize_(1, 2, 4), r"`resize_` must leave the size \(1, 4, 8\)"),
    "memory of another tensor": (lambda x: x.new_empty(0).set_(x) + 1, "`set_` must leave"),
    "histogram": (lambda x: torch.histogram(x, 4)[0], "the operation `aten::histogram` must say"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_followed_is_refused_by_name(name: str) -> None:
    function, said = REFUSED[name]
    with pytest.raises(InputError, match=said):
        eyeshot.analyze(plain(function), input_shape=SHAPE)
