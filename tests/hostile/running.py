"""Steps along which places read what came before: sums, loops with state, recurrent layers, masked attention."""

from __future__ import annotations

from typing import Any

import torch
from hostile.step import Draw, Shape, Step, kind
from torch import Tensor, nn
from torch.nn import functional as F


def _axis(draw: Draw, shape: Shape) -> int:
    return draw.int(0, len(shape) - 2)


def _as_sequences(x: Tensor, axis: int) -> Tensor:
    """Lines of a map along an axis: (N · other places, T, C)."""
    return x.movedim((2 + axis, 1), (-2, -1)).flatten(0, -3)


def _as_map(sequences: Tensor, like: Tensor, axis: int) -> Tensor:
    """Lines back in their places, of the same or another length."""
    rest = [n for a, n in enumerate(like.shape[2:]) if a != axis]
    return sequences.reshape(like.shape[0], *rest, *sequences.shape[1:]).movedim((-1, -2), (1, 2 + axis))


@kind(2)
def running(draw: Draw, shape: Shape) -> Step | None:
    axis = _axis(draw, shape)
    way = draw.one(["cumsum", "cumprod", "logcumsumexp", "cummax", "triangle"])
    flips = draw.chance(0.3)
    n = shape[1 + axis]

    def work(m: Any, x: Tensor) -> Tensor:
        d = 2 + axis
        x = x.flip(d) if flips else x
        if way == "cumsum":
            y = x.cumsum(d)
        elif way == "cumprod":
            y = (torch.sin(x) * 0.5 + 1.2).cumprod(d)
        elif way == "logcumsumexp":
            y = torch.logcumsumexp(x, d)
        elif way == "cummax":
            y = x.cummax(d).values
        else:
            y = (torch.tril(m.w) @ x.movedim(d, -1).unsqueeze(-1)).squeeze(-1).movedim(-1, d)
        return y.flip(d) if flips else y

    traits = "weightless" if way == "triangle" else ""
    return Step(f"{way} along axis {axis}, flipped={flips}", work, traits, w=draw.weights(n, n))


@kind(1.5)
def loop(draw: Draw, shape: Shape) -> Step | None:
    """A Python loop over time with a state, one step or one window of memory."""
    axis, c = _axis(draw, shape), shape[0]
    way = draw.one(["state", "state", "last two", "backwards"])

    def work(m: Any, x: Tensor) -> Tensor:
        frames = list(x.unbind(2 + axis))
        if way == "backwards":
            frames.reverse()
        state, done = torch.zeros_like(frames[0]), []
        for frame in frames:
            mixed = torch.einsum("nc...,kc->nk...", frame, m.w)
            done.append(torch.tanh(mixed + 0.8 * state))
            state = mixed if way == "last two" else done[-1]
        if way == "backwards":
            done.reverse()
        return torch.stack(done, 2 + axis)

    return Step(f"loop along axis {axis}, {way}", work, "faint", w=draw.weights(c, c))


@kind(1.5)
def recurrent(draw: Draw, shape: Shape) -> Step | None:
    axis, c = _axis(draw, shape), shape[0]
    sort = draw.one([nn.LSTM, nn.GRU, nn.RNN])
    both = draw.chance(0.3)
    made = sort(c, draw.int(1, 3), draw.int(1, 2), batch_first=True, bidirectional=both)
    last = draw.chance(0.1)

    def work(m: Any, x: Tensor) -> Tensor:
        y, _ = m.layer(_as_sequences(x, axis))
        return _as_map(y[:, -1:] if last else y, x, axis)

    return Step(f"{made} along axis {axis}, last={last}", work, "faint", layer=made)


def _mask(draw: Draw, n: int, m: int) -> tuple[str, Tensor]:
    """A mask (n, m) that leaves every place at least one to look at."""
    rows, columns = torch.arange(n)[:, None], torch.arange(m)
    name = draw.one(["causal", "causal", "band", "anticausal", "causal band", "blocks", "any"])
    w = draw.int(1, 2)
    if name == "causal":
        mask = columns <= rows
    elif name == "anticausal":
        mask = columns >= rows
    elif name == "band":
        mask = (columns - rows).abs() <= w
    elif name == "causal band":
        mask = (columns <= rows) & (columns >= rows - w)
    elif name == "blocks":
        mask = columns // (w + 1) == rows // (w + 1)
    else:
        mask = (draw.weights(n, m) > 0) | (columns == rows % m)
    return name, mask


@kind(3)
def attention(draw: Draw, shape: Shape) -> Step | None:
    """Attention along one axis with a known mask, in eight ways of writing it."""
    axis, c = _axis(draw, shape), shape[0]
    n = shape[1 + axis]
    name, mask = _mask(draw, n, n)
    way = draw.one(
        ["sdpa", "sdpa float", "is_causal", "masked_fill", "where", "added", "tril", "mha", "mha float", "free"]
    )
    traits = "hides" if way != "free" else ""
    layer = nn.MultiheadAttention(c, c if draw.chance() else 1, batch_first=True) if way.startswith("mha") else None
    more: dict[str, Any] = {"layer": layer} if layer is not None else {}

    def work(m: Any, x: Tensor) -> Tensor:
        tokens = _as_sequences(x, axis)
        low = torch.zeros(n, n, dtype=x.dtype).masked_fill(~m.mask, -torch.inf)
        if way.startswith("mha"):
            y = m.layer(tokens, tokens, tokens, attn_mask=low if way == "mha float" else ~m.mask, need_weights=False)[0]
            return _as_map(y, x, axis)
        q, k, v = (tokens @ m.wq), (tokens @ m.wk), (tokens @ m.wv)
        if way == "sdpa":
            y = F.scaled_dot_product_attention(q, k, v, attn_mask=m.mask)
        elif way == "sdpa float":
            y = F.scaled_dot_product_attention(q, k, v, attn_mask=low)
        elif way == "is_causal":
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            scores = q @ k.transpose(-1, -2)
            if way == "masked_fill":
                scores = scores.masked_fill(~m.mask, -torch.inf)
            elif way == "where":
                scores = torch.where(m.mask, scores, torch.full_like(scores, -torch.inf))
            elif way == "added":
                scores = scores + low
            y = (torch.tril(torch.sin(scores) + 1.5) if way == "tril" else scores.softmax(-1)) @ v
        return _as_map(y, x, axis)

    w = {key: draw.weights(c, c) for key in ("wq", "wk", "wv")}
    return Step(f"attention along axis {axis}, {way}, {name}", work, traits, mask=mask, **w, **more)


@kind()
def encoder(draw: Draw, shape: Shape) -> Step | None:
    """A TransformerEncoderLayer with a mask or without."""
    axis, c = _axis(draw, shape), shape[0]
    n = shape[1 + axis]
    name, mask = _mask(draw, n, n)
    first = draw.chance()
    # Two numbers, normalised, are 1 and -1 whatever they were.
    width = max(4, 2 * c)
    made = nn.TransformerEncoderLayer(width, 2, 4, 0.0, "gelu", batch_first=True, norm_first=first)
    masked = draw.chance(0.8)
    as_float = draw.chance()

    def work(m: Any, x: Tensor) -> Tensor:
        tokens = _as_sequences(x, axis) @ m.w
        low = torch.zeros(n, n, dtype=x.dtype).masked_fill(~m.mask, -torch.inf)
        y = m.layer(tokens, (low if as_float else ~m.mask) if masked else None)
        return _as_map(y, x, axis)

    text = f"TransformerEncoderLayer along axis {axis}, {name if masked else 'free'}, float={as_float}, first={first}"
    # Behind a norm the mean of all channels is always the same.
    return Step(text, work, "hides" if first else "hides faint", mask=mask, w=draw.weights(c, width), layer=made)


@kind(0.7)
def attention_on_map(draw: Draw, shape: Shape) -> Step | None:
    """Attention over all places as tokens, behind a class token, with a mask between places near each other."""
    if len(shape) != 3:
        return None
    c, h, w = shape
    way = draw.one(["class token", "near", "free"])
    near = (torch.arange(h * w)[:, None] // w - torch.arange(h * w) // w).abs() <= 1

    def work(m: Any, x: Tensor) -> Tensor:
        tokens = m.show(x.flatten(2).transpose(1, 2), None, ((0, h), (1, w)), None)
        if way == "class token":
            head = m.token.expand(x.shape[0], 1, c)
            tokens = torch.cat([head, tokens], 1)
        y = F.scaled_dot_product_attention(tokens, tokens, tokens, attn_mask=m.near if way == "near" else None)
        y = y[:, 1:] if way == "class token" else y
        return y.transpose(1, 2).reshape(-1, c, h, w)

    traits = "hides" if way == "near" else ""
    return Step(f"attention on the map, {way}", work, traits, near=near, token=draw.weights(1, 1, c))


@kind(0.7)
def token_before(draw: Draw, shape: Shape) -> Step | None:
    """A learned or averaged token put before a sequence, then mixed with its neighbours."""
    if len(shape) != 2:
        return None
    c, _ = shape
    averaged, drops = draw.chance(), draw.chance()

    def work(m: Any, x: Tensor) -> Tensor:
        token = x.mean(2, keepdim=True) if averaged else m.token.expand(x.shape[0], c, 1)
        y = torch.cat([token, x], 2)
        y = F.conv1d(y, m.w, padding=1)
        return y[:, :, 1:] if drops else y

    return Step(
        f"token before, averaged={averaged}, dropped={drops}, conv of 3",
        work,
        token=draw.weights(1, c, 1),
        w=draw.weights(c, c, 3),
    )
