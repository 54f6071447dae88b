"""``python -m eyeshot``."""

from eyeshot.cli.main import main

if __name__ == "__main__":
    main()
