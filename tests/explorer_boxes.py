"""The theoretical box of a feature by an outlook, written down anew from its definition."""

from eyeshot.analyses.outlook import Outlook


def box_from(outlook: Outlook, feature: tuple[int, ...], extents: tuple[int, ...], axes: int) -> list[tuple[int, int]]:
    """The box of a feature by an outlook, written down anew."""
    if outlook.listed:
        number = 0
        for i, n in zip(feature, extents, strict=True):
            number = number * n + i
        return list(outlook.listed[number])
    boxes = []
    for piece in outlook.pieces:
        if all(any(a <= feature[axis] < b for a, b in runs) for axis, runs in piece.masks):
            box = []
            for along in piece.along:
                turns, phase = divmod(feature[along.axis] if along.axis >= 0 else 0, along.period)
                box.append((along.lo[phase] + turns * along.advance, along.hi[phase] + turns * along.advance))
            boxes += [box] if all(hi > lo for lo, hi in box) else []
    return [(min(b[a][0] for b in boxes), max(b[a][1] for b in boxes)) if boxes else (0, 0) for a in range(axes)]
