"""Files in which frameworks save models: refused, because reading one runs what is in it, with the way out."""

from __future__ import annotations

import zipfile

__all__ = ["SUFFIXES", "refusal"]

_OF_TORCH = (".pt", ".pth", ".ckpt")
SUFFIXES = (".pkl", ".pickle", ".joblib", ".ts", *_OF_TORCH)
_WAY_OUT = "name a function that makes the network and loads its weights, as net.py:make, with"


def refusal(path: str) -> str:
    """Why a saved model is not read, and what to do instead.

    Parameters
    ----------
    path : str
        The file; it need not exist.
    """
    if path.lower().endswith(".ts") or _is_torchscript(path):
        return (
            f"{path!r} is TorchScript, a program without the modules that eyeshot follows; {_WAY_OUT} "
            f"`net.load_state_dict(torch.jit.load({path!r}).state_dict())`; of a MONAI bundle it is the `network_def`"
        )
    refused = f"{path!r} is a pickle, which runs code when it is read; eyeshot never loads pickles"
    if not path.lower().endswith(_OF_TORCH):
        return refused
    return f"{refused}; {_WAY_OUT} `net.load_state_dict(torch.load({path!r}, weights_only=True))`"


def _is_torchscript(path: str) -> bool:
    """Whether a file is an archive with a program in it; nothing of it is run."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False
    inner = {name.partition("/")[2] for name in names}
    return "constants.pkl" in inner and any(name.startswith("code/") for name in inner)
