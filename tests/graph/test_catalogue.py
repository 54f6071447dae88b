"""The catalogue covers every op, and the oracle knows every op."""

import pytest
from catalogue import CATALOGUE
from oracle.actual import EXECUTE
from oracle.theory import READS

from eyeshot.graph.core import Graph
from eyeshot.graph.ops import OPS
from eyeshot.graph.validate import validate


@pytest.mark.parametrize("kind", sorted(OPS))
def test_every_op_has_an_entry(kind: str) -> None:
    assert any(node.op.kind == kind for graph in CATALOGUE.values() for node in graph.nodes)


def test_the_oracle_knows_every_op() -> None:
    assert EXECUTE.keys() == READS.keys() == OPS.keys()


@pytest.mark.parametrize("kind", sorted(OPS))
def test_the_table_of_ops_goes_by_their_kinds(kind: str) -> None:
    assert OPS[kind].kind == kind


@pytest.mark.parametrize("graph", CATALOGUE.values(), ids=list(CATALOGUE))
def test_entries_are_valid(graph: Graph) -> None:
    assert validate(graph) is graph
