"""What is said where torch is not installed."""

import subprocess
import sys

import pytest

import eyeshot
from eyeshot.errors import InputError


@pytest.mark.parametrize("reference", ["torchvision:resnet50", "timm:convnext_tiny", "path/file.py:factory"])
def test_a_missing_torch_is_one_clear_line(reference: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(InputError) as caught:
        eyeshot.load(reference)
    assert str(caught.value) == "this model needs torch, which is not installed; run: pip install 'eyeshot[torch]'"


@pytest.mark.parametrize("code", ["import eyeshot", "import eyeshot; eyeshot.analyze('alexnet')"])
def test_torch_is_not_imported_before_it_is_needed(code: str) -> None:
    code += "; import sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
