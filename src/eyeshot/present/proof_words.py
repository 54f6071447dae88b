"""What a proof says, in words: the same for every way of showing it."""

from __future__ import annotations

from collections.abc import Iterator

from eyeshot.measure.results import InputProof, Mismatch, Proof, Verdict

__all__ = ["facts", "headline", "mismatch_sentence", "state"]

_SENTENCES = {
    Verdict.PROVEN: "proven: NaN reached exactly the features that were said to read it",
    Verdict.CHANGED: "proven by changes: NaN tells nothing there, but other numbers showed every reading, and no other",
    Verdict.BOUNDED: "within their bounds: they look where the data say, and nothing beyond was read",
    Verdict.UNPROVABLE: "not provable",
    Verdict.WRONG: "wrong",
}


def state(proof: Proof) -> str:
    """The outcome in a word or two."""
    if not proof.holds:
        return "wrong"
    if proof.interrupted:
        return "interrupted"
    if proof.values and proof.counts[Verdict.UNPROVABLE] == len(proof.values):
        return "not provable"
    word = "proven in part" if proof.counts[Verdict.UNPROVABLE] else "proven"
    return f"{word} as far as read" if proof.ended else word


def headline(proof: Proof) -> str:
    """The model, its inputs and the outcome."""
    inputs = ", ".join(f"{one.name} {'×'.join(map(str, one.shape))}" for one in proof.inputs)
    return f"{proof.model} · {inputs} · {state(proof)}"


def facts(proof: Proof) -> Iterator[tuple[str, str]]:
    """Labels and texts, one line each."""
    total = len(proof.values)
    label = "values"
    for verdict, count in proof.counts.items():
        if count or verdict is Verdict.PROVEN:
            yield label, f"{count:,} of {total:,} {_SENTENCES[verdict]}"
            label = ""
    for one in proof.inputs:
        yield "poisoned", _poisoned(one, several=len(proof.inputs) > 1)
    yield "features", f"{proof.features:,}, all of them in every run; {proof.supports:,} of them pixel by pixel"
    if proof.inner:
        yield "inside", f"{proof.inner:,} nodes stand within an operation: no tensor of the model holds their value"
    at_once = f", up to {proof.batch} at once" if proof.batch > 1 else ", one at a time"
    yield "runs", f"{proof.runs:,} in {proof.number}{at_once}; seed {proof.seed}"


def _poisoned(one: InputProof, *, several: bool) -> str:
    rows = ", ".join(
        f"all {row.of:,} along {row.axis}"
        if row.checked == row.of
        else f"{row.checked:,} of {row.of:,} along {row.axis}"
        for row in one.rows
    )
    name = f"{one.name}: " if several else ""
    return f"{name}rows: {rows or 'none'}; single pixels: {one.pixels:,}"


def mismatch_sentence(mismatch: Mismatch) -> str:
    """The smallest example of what was said wrongly."""
    feature = ", ".join(map(str, mismatch.feature))
    pixel = ", ".join(f"{axis} = {i}" for axis, i in zip(mismatch.axes, mismatch.pixel, strict=True))
    said, does = ("reads", "does not") if mismatch.expected else ("does not read", "it does")
    return (
        f"{mismatch.name}: eyeshot says that its feature ({feature}) {said} {mismatch.input} at {pixel}, "
        f"but in the running model {'it ' if mismatch.expected else ''}{does}"
    )
