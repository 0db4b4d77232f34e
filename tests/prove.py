"""`make prove`: the full counts of every test marked ``prove``, written to docs/proofs.md.

``ONLY="tests/core tests/scenarios"`` plays those files alone; the rows of the others stay as they were taken."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.clock import SystemClock
from tests.proofs import SEED

ROOT = Path(__file__).parents[1]
PROOFS = ROOT / "docs" / "proofs.md"
HEADER = """# Proofs

Written by `make prove`. Each row is one seeded test at its full count (seed {seed}), with the day and the commit it was
played on; `make test` plays a sample of the same.

| test | result | figures | date | commit |
|---|---|---|---|---|
"""


class Keeper:
    """A pytest plugin that writes each test's result and figures as soon as it ends: hours may be broken off."""

    def __init__(self, rows: dict[str, str]) -> None:
        self._rows = rows
        git = ["git", "rev-parse", "--short", "HEAD"]
        commit = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
        self._taken = f"{SystemClock().now().date()} | {commit}"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or (report.when == "setup" and report.outcome != "passed"):
            figures = "; ".join(str(value) for name, value in report.user_properties if name == "proof")
            self._rows[report.nodeid] = f"{report.outcome} | {figures or 'holds'} | {self._taken}"
            self.write()

    def write(self) -> None:
        body = "".join(f"| `{test}` | {row} |\n" for test, row in sorted(self._rows.items()))
        PROOFS.write_text(HEADER.format(seed=SEED) + body)


def kept_rows() -> dict[str, str]:
    """The rows there are, by test."""
    lines = PROOFS.read_text().splitlines() if PROOFS.exists() else []
    cells = [line.strip("| ").split(" | ") for line in lines if line.startswith("| `tests/")]
    return {test.strip("`"): " | ".join(rest) for test, *rest in cells if len(rest) == 4}


def main() -> int:
    os.environ["MOWTHOS_PROVE"] = "1"
    only = [str(ROOT / path) for path in sys.argv[1:]]
    keeper = Keeper(kept_rows() if only else {})
    how = ["-q", "-m", "prove", "--timeout=3600", "-n", "2", "--maxschedchunk=1"]
    return int(pytest.main([*how, *(only or [str(ROOT / "tests")])], plugins=[keeper]))


if __name__ == "__main__":
    sys.exit(main())
