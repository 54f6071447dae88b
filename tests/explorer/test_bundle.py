"""The bundle that ships is what its source makes, and its build asks nobody but the public registry."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from eyeshot.present.explorer import page

WEB = Path(__file__).parents[2] / "web"


def node() -> str:
    """The system's Node.js, or that in the environment."""
    found = shutil.which("node") or shutil.which("node", path=Path(sys.executable).parent)
    assert found is not None, "Node.js is missing; run: make web"
    return found


def test_bundle_is_what_the_source_makes(tmp_path: Path) -> None:
    assert (WEB / "node_modules").is_dir(), "what the source needs is missing; run: make web"
    built = tmp_path / "explorer.js"
    subprocess.run([node(), "build.mjs", f"--out={built}"], cwd=WEB, check=True)
    shipped = Path(page.__file__).with_name("explorer.js")
    assert built.read_bytes() == shipped.read_bytes(), "the bundle is not that of the source; run: make web"


def test_lock_file_names_no_registry_of_its_own() -> None:
    lock = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))
    places = {package.get("resolved", "https://registry.npmjs.org/") for package in lock["packages"].values()}
    assert all(place.startswith("https://registry.npmjs.org/") for place in places)
    assert all("integrity" in package for name, package in lock["packages"].items() if name)
