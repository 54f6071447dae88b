"""Draw what `eyeshot table alexnet` shows in a terminal: docs/images/table-alexnet.svg.

Run it with the interpreter that eyeshot is installed for: `.venv/bin/python scripts/readme_picture.py`.
"""

import io
import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

COMMAND = ("eyeshot", "table", "alexnet")
WIDTH = 80
PICTURE = Path(__file__).parents[1] / "docs" / "images" / "table-alexnet.svg"


def terminal_output(command: tuple[str, ...]) -> str:
    """Run a command as in a terminal of 256 colours; return what it prints, colours included."""
    program = Path(sys.executable).with_name(command[0])
    colours = {"FORCE_COLOR": "1", "COLUMNS": str(WIDTH), "TERM": "xterm-256color"}
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | colours
    done = subprocess.run([program, *command[1:]], env=environment, capture_output=True, check=True)
    return done.stdout.decode("utf-8")


def picture(command: tuple[str, ...]) -> str:
    """Draw a command's output as SVG that loads nothing: text in whatever fixed-width font there is."""
    nowhere = io.StringIO()
    console = Console(record=True, width=WIDTH, file=nowhere, color_system="truecolor", force_terminal=True)
    console.print(Text("$ " + " ".join(command), style="bold"))
    console.print(Text.from_ansi(terminal_output(command)), soft_wrap=True)
    svg = console.export_svg(title=" ".join(command))
    return re.sub(r"@font-face\s*\{.*?\}", "", svg, flags=re.DOTALL)


def main() -> None:
    """Write the picture and say where it is."""
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(picture(COMMAND), encoding="utf-8")
    print(PICTURE)


if __name__ == "__main__":
    main()
