"""Random results, with the worst names a model can have."""

from fractions import Fraction

from hypothesis import strategies as st

from eyeshot.analyses.results import AxisField, InputInfo, LayerField, Scope, Table
from eyeshot.graph.access import Status

HOSTILE = (
    "",
    "\x1b[2J\x1b[31mred",
    "a\nb\r\tc",
    "<script>alert(1)</script>",
    "</style><b onclick='x'>&amp;",
    "| a | b |",
    "=1+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "[bold]rich[/bold]",
    "\\input{secret} $x^2$ % #",
    "**not** _bold_ `code` [x](http://e.x) ![i](j) www.e.x",
    "\u202eright to left",
    "\ud800half",
    "\"quoted\", 'twice'",
    "層" * 40,
    "a" * 300,
    "- item",
    "1. item",
    "&#65;&lt;",
)
names = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40), st.text("layer.0_conv", min_size=1, max_size=60))
numbers = st.one_of(st.integers(0, 500), st.integers(0, 10**15))
fractions = st.builds(Fraction, st.integers(-(10**6), 10**6), st.integers(1, 9))

_FOUR_NUMBERS = st.tuples(numbers, numbers, numbers, numbers)
_THREE_FRACTIONS = st.tuples(fractions, fractions, fractions)
_FOUR_BOOLEANS = st.tuples(*[st.booleans()] * 4)


@st.composite
def axis_fields(draw: st.DrawFn, input_name: str, axis: str) -> AxisField:
    n, size, less, local = draw(_FOUR_NUMBERS)
    jump, start, misaligned = draw(_THREE_FRACTIONS)
    is_global, has_local, is_misaligned, varies = draw(_FOUR_BOOLEANS)
    return AxisField(
        input=input_name,
        axis=axis,
        n=n,
        jump=jump,
        size=size,
        size_min=max(0, size - less) if varies else size,
        start=start,
        padding=less,
        period=less or None,
        reach=Scope.GLOBAL if is_global else draw(st.sampled_from([Scope.LOCAL, Scope.CAUSAL, Scope.ANTICAUSAL])),
        local_size=(local if has_local else None) if is_global else size,
        misaligned=misaligned if is_misaligned else Fraction(0),
        status=draw(st.sampled_from(Status)),
    )


@st.composite
def tables(draw: st.DrawFn) -> Table:
    rank = draw(st.integers(1, 3))
    letters = ("z", "y", "x")[-rank:]
    input_names = draw(st.lists(names, min_size=1, max_size=2, unique=True))
    inputs = tuple(
        InputInfo(
            name,
            (1, 3, *draw(st.tuples(*[st.integers(1, 10**6)] * rank))),
            tuple((letter, 2 + i) for i, letter in enumerate(letters)),
        )
        for name in input_names
    )
    rows = []
    for name, source in draw(st.lists(st.tuples(names, names), max_size=4)):
        seen = draw(st.lists(st.sampled_from(input_names), unique=True))
        axes = tuple(
            draw(axis_fields(info.name, letter)) for info in inputs if info.name in seen for letter, _ in info.axes
        )
        shape = (1, *draw(st.lists(numbers, max_size=3)))
        status = draw(st.sampled_from(Status))
        rows.append(LayerField(name, name, "window", source, shape, axes, status, tuple(draw(st.lists(names)))))
    return Table(draw(names), draw(st.sampled_from(Status)), inputs, tuple(rows), tuple(draw(st.lists(names))))
