"""Proofs: what eyeshot says of a model, checked against the model itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from eyeshot.api.models import Reference
from eyeshot.measure.results import Proof as MeasuredProof

if TYPE_CHECKING:
    from eyeshot.present.screen import Screen

__all__ = ["Proof", "verify"]


def verify(  # noqa: PLR0913 - one for each thing that can be asked for
    model: Reference,
    input_shape: Any = None,
    *,
    axes: str | None = None,
    padding: str | None = None,
    strict: bool = False,
    arguments: Mapping[str, Any] | None = None,
    call: Mapping[str, Any] | None = None,
    layer: str | Sequence[str] = (),
    rows: int | None = None,
    pixels: int = 16,
    seed: int = 0,
    memory: int | str = "2GB",
    progress: Callable[[int, int], None] | None = None,
) -> Proof:
    """Prove what eyeshot says of a model against the model itself, running; needs ``pip install 'eyeshot[torch]'``.

    Rows, columns, planes and single pixels of the input are replaced by NaN, and it is compared which elements of
    which values turn NaN. A PyTorch module is run with its own weights and comes back untouched; a built-in network or
    a layer list is built of PyTorch's operations with random weights.

    Parameters
    ----------
    model, input_shape, axes, padding, strict, arguments, call
        As for `load`. Where `input_shape` holds a tensor, its numbers are the clean input.
    layer : str or sequence of str, optional
        Only these layers.
    rows : int, optional
        Most rows along each axis of an input, chosen at random with the first and the last among them; all by default.
    pixels : int
        Single pixels of each input, chosen at random.
    seed : int
        Where random choices begin.
    memory : int or str
        About how many bytes may be taken, ``"2GB"``.
    progress : callable, optional
        Told how many of how many inputs are done.

    Returns
    -------
    Proof
        What is proven, what cannot be, and what is wrong. An interruption (Ctrl-C) ends the proof, not the program:
        then `interrupted` is true.

    Raises
    ------
    EyeshotError
        One line that says where, what must hold, what was found and what to do: if the model makes NaN of a clean
        input, is random, or takes more memory than it may.

    Examples
    --------
    >>> import eyeshot
    >>> proof = eyeshot.verify("conv k3 s2 p1 | pool k2 s2", input_shape=16)
    >>> proof.holds, [value.verdict.value for value in proof.values]
    (True, ['proven', 'proven'])
    """
    from eyeshot.measure.any_model import verify_any
    from eyeshot.measure.effort import Effort
    from eyeshot.measure.sizes import parse_memory

    layers = (layer,) if isinstance(layer, str) else tuple(layer)
    found = verify_any(
        model,
        Effort(rows, pixels, seed, parse_memory(memory), layers),
        input_shape=input_shape,
        axes=axes,
        padding=padding,
        strict=strict,
        arguments=arguments,
        call=call,
        progress=progress,
    )
    return Proof(**{part.name: getattr(found, part.name) for part in fields(found)})


class Proof(MeasuredProof):
    """What `verify` found; prints as a summary. Its numbers are those of `eyeshot.measure.results.Proof`."""

    def to_text(self, screen: Screen | None = None) -> str:
        """The proof as text for a terminal; 80 columns wide without colour by default."""
        from eyeshot.present.proof_text import proof_text
        from eyeshot.present.screen import TERMINAL

        return proof_text(self, screen or TERMINAL)

    def to_dict(self) -> dict[str, Any]:
        """The proof as plain data in the schema ``eyeshot.proof/1``."""
        from eyeshot.present.proof_json import proof_dict

        return proof_dict(self)

    def to_json(self) -> str:
        """The proof as JSON text in the schema ``eyeshot.proof/1``."""
        from eyeshot.present.proof_json import proof_json

        return proof_json(self)

    def to_markdown(self) -> str:
        """The proof as Markdown."""
        from eyeshot.present.proof_markdown import proof_markdown

        return proof_markdown(self)

    def __repr__(self) -> str:
        return self.to_text().rstrip("\n")
