"""Sphinx configuration."""

import shutil
import sys
import tomllib
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

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


def make_gallery(app: Sphinx) -> None:
    """Run the commands of the gallery page, in the folder from which it shows their pictures."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from replay import replay

    folder = Path(app.srcdir) / "gallery"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    page = (Path(app.srcdir) / "gallery.md").read_text(encoding="utf-8")
    if replay(page, folder) != page:
        raise ExtensionError("gallery.md: a command prints what the page does not say")


def setup(app: Sphinx) -> None:
    """What is to happen before the build."""
    app.connect("builder-inited", make_gallery)
