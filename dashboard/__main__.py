"""``python -m dashboard`` is the ``mowthos`` command."""

from dashboard.command import main

if __name__ == "__main__":
    main()
