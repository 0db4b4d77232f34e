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


class Collector:
    """A pytest plugin that keeps each test's result and recorded figures."""

    def __init__(self) -> None:
        self.rows: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or (report.when == "setup" and report.outcome != "passed"):
            figures = "; ".join(str(value) for name, value in report.user_properties if name == "proof")
            self.rows[report.nodeid] = f"{report.outcome} | {figures or 'holds'}"


def kept_rows() -> dict[str, str]:
    """The rows there are, by test."""
    lines = PROOFS.read_text().splitlines() if PROOFS.exists() else []
    cells = [line.strip("| ").split(" | ") for line in lines if line.startswith("| `tests/")]
    return {test.strip("`"): " | ".join(rest) for test, *rest in cells if len(rest) == 4}


def main() -> int:
    os.environ["MOWTHOS_PROVE"] = "1"
    only = [str(ROOT / path) for path in sys.argv[1:]]
    collector = Collector()
    asked = ["-q", "-m", "prove", "--timeout=3600", "-n", "2", *(only or [str(ROOT / "tests")])]
    code = pytest.main(asked, plugins=[collector])
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    taken = f"{SystemClock().now().date()} | {commit}"
    rows = (kept_rows() if only else {}) | {test: f"{row} | {taken}" for test, row in collector.rows.items()}
    body = "".join(f"| `{test}` | {row} |\n" for test, row in sorted(rows.items()))
    PROOFS.write_text(HEADER.format(seed=SEED) + body)
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
