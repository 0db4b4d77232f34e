"""Starting and stopping: everything that was started ends, and what is in the way is named in one line."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import psutil
import pytest

from tests.browsers import ROOT
from tests.e2e.conftest import Product, eventually


def family(product: Product) -> list[psutil.Process]:
    assert product.process is not None
    parent = psutil.Process(product.process.pid)
    return [parent, *parent.children(recursive=True)]


@pytest.fixture
def started(tmp_path: Path, seeded: Path) -> Product:
    product = Product(copytree(seeded, tmp_path / "demo"), mowers=4)
    product.start()
    return product


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_everything_it_started(started: Product, how: signal.Signals) -> None:
    processes = family(started)
    assert len(processes) >= 2
    started.stop(how)
    gone, alive = psutil.wait_procs(processes, timeout=10)
    assert alive == []
    assert "Traceback" not in started.log()
    assert len(gone) == len(processes)


async def test_a_killed_demo_takes_its_simulated_cloud_with_it(started: Product) -> None:
    processes = family(started)
    started.stop(signal.SIGKILL)
    await eventually(lambda: not any(process.is_running() and process.status() != "zombie" for process in processes))


def test_a_second_start_finds_everything_in_place(tmp_path: Path) -> None:
    started = Product(tmp_path, mowers=4)
    started.start()
    started.stop()
    started.start()
    assert '"vendor_links"' in subprocess.run(
        ["curl", "-s", f"{started.url}/ready"], capture_output=True, text=True, check=True
    ).stdout  # fmt: skip
    started.stop()


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MOWTHOS_")}
    return subprocess.run(
        [sys.executable, "-m", "dashboard", *arguments],
        cwd=ROOT, env=kept | environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def one_line(result: subprocess.CompletedProcess[str]) -> str:
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    return lines[0]


def test_a_port_in_use_is_one_clear_line_and_exit_code_2(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run("demo", "--port", str(port), MOWTHOS_DATA_DIR=str(tmp_path))
    assert result.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in one_line(result)


def test_a_missing_secret_is_named_and_exit_code_2(tmp_path: Path) -> None:
    result = run("serve", MOWTHOS_DATA_DIR=str(tmp_path))
    assert result.returncode == 2
    assert "MOWTHOS_SECRET_KEY is missing" in one_line(result)


def test_a_data_folder_that_cannot_be_made_is_one_clear_line_and_exit_code_2(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    result = run("serve", MOWTHOS_DATA_DIR=str(in_the_way / "data"), MOWTHOS_SECRET_KEY="k" * 32)
    assert result.returncode == 2
    assert "cannot make the folder" in one_line(result)


def test_a_machine_without_python_313_is_told_so(tmp_path: Path) -> None:
    for tool in ("sh", "dirname", "cat", "cksum", "rm"):
        (tmp_path / tool).symlink_to(f"/bin/{tool}" if Path(f"/bin/{tool}").exists() else f"/usr/bin/{tool}")
    folder = tmp_path / "checkout"
    (folder / ".ci").mkdir(parents=True)
    (folder / ".ci" / "prepare").write_text((ROOT / ".ci" / "prepare").read_text())
    result = subprocess.run(
        [str(tmp_path / "sh"), ".ci/prepare", "run"],
        cwd=folder, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 2
    assert one_line(result).startswith("mowthos: Python 3.13 is missing")
