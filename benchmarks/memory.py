"""Peak memory of an analysis above what the imports take, in bytes: a ViT of five billion parameters. Needs Linux."""

from __future__ import annotations

from pathlib import Path

import torch
from models import analysed
from torchvision.models.vision_transformer import VisionTransformer


def peak() -> int:
    """The most memory that this process has held so far.

    `resource.getrusage` would also count what the process held that started this one, before it became this program.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))


def main() -> None:
    imports = peak()
    with torch.device("meta"):
        module = VisionTransformer(224, 14, num_layers=25, num_heads=32, hidden_dim=4096, mlp_dim=16384).eval()
    parameters = sum(p.numel() for p in module.parameters())
    found = analysed(module)
    _ = found.table
    print(parameters, len(found.graph.nodes), imports, peak() - imports)  # noqa: T201


if __name__ == "__main__":
    main()
