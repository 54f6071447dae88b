"""A proof as Markdown."""

from __future__ import annotations

from eyeshot.measure.results import Proof
from eyeshot.present.escape import visible
from eyeshot.present.proof_words import facts, headline, interruption, reasons, wrong_sentence
from eyeshot.present.table_markdown import markdown_escaped

__all__ = ["proof_markdown"]


def proof_markdown(proof: Proof) -> str:
    """The proof as Markdown: a line with model, inputs and outcome, a list of facts, what is wrong, the notes."""
    parts = [f"**{_safe(headline(proof))}**", "\n".join(_facts(proof))]
    wrong = wrong_sentence(proof)
    if wrong:
        parts.append(f"The first that is wrong: {_safe(wrong)}.")
    if proof.reasons:
        listed = "\n".join(f"- {count:,} × {_safe(reason)}" for count, reason in reasons(proof))
        parts.append(f"Not provable:\n\n{listed}")
    parts += [_safe(note) for note in proof.notes]
    if proof.interrupted:
        parts.append(_safe(interruption(proof)))
    return "\n\n".join(parts) + "\n"


def _facts(proof: Proof) -> list[str]:
    return [f"- {label + ': ' if label else ''}{_safe(text)}" for label, text in facts(proof)]


def _safe(text: str) -> str:
    return markdown_escaped(visible(text))
