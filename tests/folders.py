"""Folders that are costly to fill, filled by the first worker of a run that needs one and copied by all."""

import fcntl
from collections.abc import Callable
from pathlib import Path

import pytest


def filled_once(factory: pytest.TempPathFactory, name: str, fill: Callable[[Path], None]) -> Path:
    """The folder ``name`` of this test run, once ``fill(folder)`` has run to its end in one of the workers."""
    base = factory.getbasetemp()
    folder = (base.parent if "popen-" in base.name else base) / name  # xdist gives each worker a base of its own
    folder.mkdir(exist_ok=True)
    done = folder.with_suffix(".filled")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            fill(folder)
            done.touch()
    return folder
