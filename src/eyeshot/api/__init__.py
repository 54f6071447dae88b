"""The public surface: what reads a model, and the objects that answer."""

from eyeshot.analyses.results import Region
from eyeshot.api.field import Field
from eyeshot.api.fields import Fields
from eyeshot.api.models import Reference, analyze, load
from eyeshot.api.proof import Proof, verify
from eyeshot.graph.core import Graph

__all__ = ["Field", "Fields", "Graph", "Proof", "Reference", "Region", "analyze", "load", "verify"]
