"""What each single element of a result reads, of every operation: by changing the inputs' elements one by one."""

import numpy as np
import pytest
from torch_calls import CALLS
from torch_claims import claimed
from torch_elements import changed_by_elements, results

from eyeshot.graph.access import Status

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*deprecated.*"),
    pytest.mark.filterwarnings("ignore:index_reduce"),
    pytest.mark.filterwarnings("ignore:An output with one or more elements was resized"),
]


@pytest.mark.parametrize("name", CALLS)
def test_elements_read_are_those_that_change(name: str) -> None:
    call = CALLS[name]
    inputs = call.arguments()
    changed, poisoned = changed_by_elements(call.function, inputs, nan=call.nan)
    for result, y in enumerate(results(call.function, inputs)):
        if not y.numel():
            continue
        status, found = claimed(call.function, inputs, result, tuple(y.shape))
        assert status is (Status.BOUNDED if call.is_bounded(result) else Status.EXACT)
        for claims, seen, shown in zip(found, changed[result], poisoned[result], strict=True):
            assert not (seen & ~claims).any(), f"result {result}: too narrow at {np.argwhere(seen & ~claims)[0]}"
            missing = claims & ~seen & ~shown
            if status is Status.EXACT and not call.unseen:
                assert not missing.any(), f"result {result}: too wide at {np.argwhere(missing)[0]}"
