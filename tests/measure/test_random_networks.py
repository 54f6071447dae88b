"""Random PyTorch networks: what is said of them is what they do. `make sweep` tries 20,000 more."""

from collections import Counter

import pytest
import torch
from hypothesis import HealthCheck, Phase, given, settings
from torch_networks import KINDS, Network, networks

import eyeshot
from eyeshot.measure.results import Verdict

NAMED = {
    "sign",  # of the pooling by a norm
    "scaled_dot_product_attention", "tril", "triu",  # masks
    "upsample_linear1d", "upsample_bilinear2d", "upsample_bicubic2d", "upsample_trilinear3d",
    "_upsample_bilinear2d_aa", "_upsample_bicubic2d_aa",  # taps of weight 0
    "gru", "lstm", "rnn_tanh",
}  # fmt: skip
"""Operations that NaN does not pass through as numbers do."""

EXAMPLES = {1: 200, 2: 200, 3: 100}


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize("axes", EXAMPLES)
def test_nothing_about_a_random_network_is_wrong(axes: int) -> None:
    verdicts: Counter[Verdict] = Counter()
    steps: Counter[str] = Counter()
    torch.set_num_threads(1)

    @settings(
        max_examples=EXAMPLES[axes],
        phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.nested_given],
    )
    @given(networks(axes))
    def prove(network: Network) -> None:
        proof = eyeshot.verify(network, input_shape=network.shape, pixels=2)
        assert proof.holds, proof.mismatch
        for reason, _ in proof.reasons:
            assert "random changes did not show every reading" in reason
            assert _named(reason) <= NAMED
        verdicts.update(proof.counts)
        steps.update(step.kind for step in network.steps)

    prove()
    # Nearly all of it is proven, and the networks are no few sorts of steps.
    assert verdicts[Verdict.PROVEN] + verdicts[Verdict.CHANGED] > 0.9 * verdicts.total() > 0
    assert len(steps) > 0.7 * len(KINDS)


def _named(reason: str) -> set[str]:
    """The operations that a reason names."""
    return set(reason.split("`")[1::2])
