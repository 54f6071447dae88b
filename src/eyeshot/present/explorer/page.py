"""The explorer as one HTML page: no network, one style and one script, whose hashes the page's policy names."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from eyeshot.analyses.trace import Trace
from eyeshot.present.escape import visible
from eyeshot.present.explorer.document import explorer_dict

__all__ = ["Start", "bundle", "page_data", "page_of", "policy_of"]

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<noscript>This page computes what every feature of the network sees; it needs JavaScript.</noscript>
<div id="eyeshot-explorer"></div>
<script id="eyeshot-explorer-data" type="application/json">{data}</script>
<script type="module">{script}</script>
</body>
</html>
"""
_STYLE = "html,body{margin:0;height:100%}#eyeshot-explorer{min-height:100%;height:100%;border-radius:0}"


@dataclass(frozen=True, slots=True)
class Start:
    """What the page shows first.

    Parameters
    ----------
    layer : str
        Name of a row.
    at : tuple of int or None
        One of its features; the middle one by default.
    """

    layer: str
    at: tuple[int, ...] | None = None

    def plain(self) -> dict[str, Any]:
        """As the page takes it."""
        spot = {"layer": visible(self.layer), **({"at": list(self.at)} if self.at is not None else {})}
        return {"spot": spot}


def page_data(trace: Trace, *, photo: str | None = None, start: Start | None = None) -> dict[str, Any]:
    """What the page's script is given.

    Parameters
    ----------
    trace : Trace
        The network.
    photo : str, optional
        A picture as a ``data:`` address, shown below the fields.
    start : Start, optional
        What is shown first.
    """
    return {
        "home": "page",
        "document": explorer_dict(trace),
        **({"photo": photo} if photo is not None else {}),
        **({"start": start.plain()} if start is not None else {}),
    }


def page_of(data: dict[str, Any], *, connects: bool = False) -> str:
    """A page with its data; `connects` lets it talk to the server that it came from."""
    return _PAGE.format(
        policy=html.escape(policy_of(connects=connects)),
        title=html.escape(f"{data['document']['model']} · eyeshot"),
        style=_STYLE,
        data=_in_script(json.dumps(_packed(data), separators=(",", ":"))),
        script=bundle(),
    )


@cache
def bundle() -> str:
    """The front end: one ECMAScript module."""
    text = Path(__file__).with_name("explorer.js").read_text(encoding="utf-8")
    # The text stands in a script element and is part of the package: a mark that ends the element would be a fault of
    # the build.
    if "</script" in text.lower() or "<!--" in text:
        raise ValueError("the bundle must not contain what ends a script element")
    return text


def policy_of(*, connects: bool = False) -> str:
    """The page's content security policy: its own script and style, pictures in memory, nothing from anywhere."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src '{_hash(bundle())}'",
            f"style-src '{_hash(_STYLE)}'",
            "img-src data: blob:",
            *(["connect-src 'self'"] if connects else []),
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _packed(data: dict[str, Any]) -> dict[str, Any]:
    """The data with the document compressed: a fifth of its size, and the same bytes in every run."""
    text = json.dumps(data["document"], separators=(",", ":"))
    packed = base64.b64encode(gzip.compress(text.encode("utf-8"), 9, mtime=0)).decode("ascii")
    return {**{key: value for key, value in data.items() if key != "document"}, "packed": packed}


def _in_script(text: str) -> str:
    """JSON that no parser of HTML can take for anything else: ``<``, ``>`` and ``&`` are escapes."""
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
