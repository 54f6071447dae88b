"""Lines of entries and keys."""

import pytest

from eyeshot.frontends.layers.lines import toml_line, tree_line

TOML = """\
name = "net"
note = '''
[[layers]]'''  # not a header

[[ layers ]]
kind = "conv"
kernel = 3

[[layers]]
sequence = [
  {kind = "relu", "name" = "]}"},
  {
    sequence = [{kind = "relu"},
                {kind = "conv", kernel = [1, 2], with = {a = [{}]}}, {kind = "gelu"}]}
]
repeat = 2

[blocks]
short = [{kind = "relu"},
  {kind = "conv"}]

[[blocks."long"]]
kind = "relu"
[[blocks.long]]
sequence = [{kind = "relu"}]
"""


@pytest.mark.parametrize(
    ("path", "key", "line"),
    [
        ((), None, None),
        ((), "name", 1),
        ((), "nothing", None),
        (("layers", 0), None, 5),
        (("layers", 0), "kernel", 7),
        (("layers", 0), "repeat", 5),
        (("layers", 1), "repeat", 16),
        (("layers", 1), "kernel", 9),
        (("layers", 2), None, None),
        (("layers",), None, 5),
        (("layers", 1, "sequence", 0), None, 11),
        (("layers", 1, "sequence", 1), "sequence", 12),
        (("layers", 1, "sequence", 1, "sequence", 0), None, 13),
        (("layers", 1, "sequence", 1, "sequence", 1), "kernel", 14),
        (("layers", 1, "sequence", 1, "sequence", 2), "kernel", 14),
        (("layers", 1, "sequence", 7), None, 10),
        (("layers", 0, "sequence", 0), None, 5),
        (("blocks", "short"), None, 19),
        (("blocks", "short", 1), None, 20),
        (("blocks", "long", 1), None, 24),
        (("blocks", "long", 1, "sequence", 0), None, 25),
        (("blocks", "none", 1), None, None),
    ],
)
def test_line_in_toml(path: tuple[str | int, ...], key: str | None, line: int | None) -> None:
    assert toml_line(TOML, path, key) == line


YAML = """\
name: net
layers:
- kind: conv
  kernel: 3
- sequence:
  - kind: relu
  - gelu
blocks:
  unit:
  - kind: relu
"""


@pytest.mark.parametrize(
    ("path", "key", "line"),
    [
        ((), None, None),
        ((), "name", 1),
        ((), "nothing", None),
        (("layers",), None, 3),
        (("layers", 0), None, 3),
        (("layers", 0), "kernel", 4),
        (("layers", 0), "nothing", 3),
        (("layers", 1, "sequence", 0), "kind", 6),
        (("layers", 1, "sequence", 1), "kind", 7),
        (("layers", 1, "nothing", 1), "kind", None),
        (("layers", 0, "kernel", 1), None, None),
        (("blocks", "unit", 0), None, 10),
    ],
)
def test_line_in_yaml(path: tuple[str | int, ...], key: str | None, line: int | None) -> None:
    assert tree_line(YAML, path, key) == line


def test_line_in_other_trees() -> None:
    assert tree_line("[[3, 1, 0],\n [3, 0, 0]]", ("layers", 1), "stride") == 2
    assert tree_line("", ("layers", 1), None) is None
    assert tree_line("\t{", ("layers", 1), None) is None
    assert tree_line(" " * 300_001, ("layers", 1), None) is None
