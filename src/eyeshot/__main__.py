"""``python -m eyeshot``."""

import sys

from eyeshot.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
