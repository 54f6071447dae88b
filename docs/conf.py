"""Sphinx configuration."""

import tomllib
from pathlib import Path

project = "eyeshot"
author = "the eyeshot authors"
copyright = "2026, the eyeshot authors"
_PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
release = tomllib.loads(_PYPROJECT.read_text(encoding="utf-8"))["project"]["version"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
exclude_patterns = ["_build"]
default_role = "code"

# Types stand in the docstrings, in words; in the signatures they would only repeat them.
autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "eyeshot"
