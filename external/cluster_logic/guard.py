"""Keeps the foreign code from writing outside its scratch folder, from the network and from other programs.

An audit hook (PEP 578) is a fence against accidents, not a prison for an attacker: a checkout is run because its owner
trusts it.
"""

import os
import sys
from pathlib import Path
from typing import Any

REFUSED = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "pty.", "shutil.")
CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def fence(scratch: Path) -> None:
    """From here on, for the rest of this process. What is refused raises ``PermissionError``."""
    home = os.path.realpath(scratch) + os.sep

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _mode, flags = arguments
            if flags & WRITING and isinstance(path, str | bytes) and not _inside(os.fsdecode(path), home):
                raise PermissionError(f"the foreign code may not write {os.fsdecode(path)}")
        elif event in CHANGES or event.startswith(REFUSED):
            raise PermissionError(f"the foreign code may not do {event}")

    sys.addaudithook(hook)


def _inside(path: str, home: str) -> bool:
    return os.path.realpath(path).startswith(home) or path == os.devnull
