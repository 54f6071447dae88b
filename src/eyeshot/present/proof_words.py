"""What a proof says, in words: the same for every way of showing it."""

from __future__ import annotations

from collections.abc import Iterator

from eyeshot.measure.results import InputProof, Mismatch, Proof, RowMismatch, RowsProof, Verdict

__all__ = ["facts", "headline", "interruption", "reasons", "state", "wrong_sentence"]

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
    if proof.rows.of:
        yield "rows", _rows(proof.rows)
    for one in proof.inputs:
        yield "poisoned", _poisoned(one, several=len(proof.inputs) > 1)
    yield "features", f"{proof.features:,}, all of them in every run; {proof.supports:,} of them pixel by pixel"
    if proof.inner:
        yield "inside", f"{proof.inner:,} nodes stand within an operation: no tensor of the model holds their value"
    at_once = f", up to {proof.batch} at once" if proof.batch > 1 else ", one at a time"
    yield "runs", f"{proof.runs:,} in {proof.number}{at_once}; seed {proof.seed}"


def _rows(rows: RowsProof) -> str:
    """What is shown of the rows of the table."""
    numbers = f" ({', '.join(rows.shown)} along {', '.join(rows.axes)})" if rows.shown else ""
    parts = [f"{rows.proven:,} of {rows.of:,} proven{numbers}"]
    if rows.in_part:
        parts.append(f"{rows.in_part:,} in part")
    if rows.not_shown:
        parts.append("not shown at this size: " + ", ".join(f"{name} of {n:,}" for name, n in rows.not_shown))
    if rows.wrong:
        parts.append(f"{rows.wrong:,} wrong")
    return "; ".join(parts)


def reasons(proof: Proof) -> Iterator[tuple[int, str]]:
    """Why values are not provable, each reason with the number of them and of the readings that did not show."""
    for reason, count in proof.reasons:
        hidden, asked = proof.hidden.get(reason, (0, 0))
        yield count, f"{reason} ({hidden:,} of {asked:,} not shown)" if hidden else reason


def interruption(proof: Proof) -> str:
    """How far an interrupted proof came."""
    unseen = sum(value.verdict is Verdict.UNPROVABLE for value in proof.values)
    seen = len(proof.values) - unseen
    parts = [_tried(one, several=len(proof.inputs) > 1) for one in proof.inputs]
    return (
        f"Interrupted after {proof.tried:,} of {proof.planned:,} rows and pixels: {'; '.join(parts)}. "
        f"{seen:,} of {len(proof.values):,} values were judged by then, in {proof.runs:,} runs; "
        "nothing is said of what was not tried."
    )


def _tried(one: InputProof, *, several: bool) -> str:
    rows = [f"{row.checked:,} of {row.planned:,} along {row.axis}" for row in one.rows]
    pixels = f"{one.pixels:,} of {one.pixels_planned:,} single pixels"
    return f"{one.name}: " * several + ", ".join([*rows, pixels])


def _poisoned(one: InputProof, *, several: bool) -> str:
    rows = ", ".join(
        f"all {row.of:,} along {row.axis}"
        if row.checked == row.of
        else f"{row.checked:,} of {row.of:,} along {row.axis}"
        for row in one.rows
    )
    name = f"{one.name}: " if several else ""
    return f"{name}rows: {rows or 'none'}; single pixels: {one.pixels:,}"


def wrong_sentence(proof: Proof) -> str:
    """The first that is wrong; empty if nothing is."""
    if proof.mismatch is not None:
        return _mismatch(proof.mismatch)
    if proof.row_mismatches:
        return _row_mismatch(proof.row_mismatches[0])
    wrong = [value.name for value in proof.values if value.verdict is Verdict.WRONG]
    return f"{wrong[0]}: the running model contradicts its fields; no smaller example was looked for" if wrong else ""


def _mismatch(mismatch: Mismatch) -> str:
    """The smallest example of what was said wrongly."""
    feature = ", ".join(map(str, mismatch.feature))
    pixel = ", ".join(f"{axis} = {i}" for axis, i in zip(mismatch.axes, mismatch.pixel, strict=True))
    said, does = ("reads", "does not") if mismatch.expected else ("does not read", "it does")
    return (
        f"{mismatch.name}: eyeshot says that its feature ({feature}) {said} {mismatch.input} at {pixel}, "
        f"but in the running model {'it ' if mismatch.expected else ''}{does}"
    )


def _row_mismatch(mismatch: RowMismatch) -> str:
    """What a row says wrongly."""
    of = f" of {mismatch.input}" if mismatch.input else ""
    return (
        f"{mismatch.name}: its row says {mismatch.number} {mismatch.said} along {mismatch.axis}{of}, "
        f"but {mismatch.measured} was measured in the running model"
    )
