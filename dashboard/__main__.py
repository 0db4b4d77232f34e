"""``python -m dashboard`` is the ``mowthos`` command."""

from dashboard.cli import main

if __name__ == "__main__":
    main()
