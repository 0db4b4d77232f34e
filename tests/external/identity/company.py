"""The certified oidc-provider, run by Node as a company would run it (`provider/server.js`)."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.browsers import free_port

FOLDER = Path(__file__).parent / "provider"
SECRET = "a secret of this test alone"


def _no_node(why: str) -> None:
    if os.environ.get("MOWTHOS_NO_SKIPS"):
        pytest.fail(why)
    pytest.skip(why)


@contextmanager
def running_provider(folder: Path, *backs: str) -> Iterator[str]:
    """The address of the running provider, which knows ``backs`` as ours. Its packages come by a lock with integrity
    hashes, once a machine."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        _no_node("needs node and npm for the certified oidc-provider")
    if not (FOLDER / "node_modules" / "oidc-provider").is_dir():
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        got = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=150, check=False)
        if got.returncode:
            _no_node(f"npm ci could not fetch oidc-provider: {got.stderr[-300:]}")
    port, log = free_port(), folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(["node", "server.js", str(port), *backs], cwd=FOLDER, stdout=out, stderr=out)
    try:
        until = monotonic() + 60
        while b"listening" not in log.read_bytes():
            if process.poll() is not None or monotonic() > until:
                raise RuntimeError(f"the provider did not start: {log.read_text()[-500:]}")
            sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(15)
