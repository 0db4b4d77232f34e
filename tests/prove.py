"""`make prove`: the full counts of every test marked ``prove``, written to docs/proofs.md."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.clock import SystemClock
from tests.proofs import SEED

ROOT = Path(__file__).parents[1]
HEADER = """# Proofs

Written by `make prove`. Each row is one seeded test at its full count; `make test` plays a sample of the same.

Date {date}, commit {commit}, seed {seed}.

| test | result | figures |
|---|---|---|
"""


class Collector:
    """A pytest plugin that keeps each test's result and recorded figures."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or (report.when == "setup" and report.outcome != "passed"):
            figures = "; ".join(str(value) for name, value in report.user_properties if name == "proof")
            self.rows.append((report.nodeid, report.outcome, figures or "holds"))


def main() -> int:
    os.environ["MOWTHOS_PROVE"] = "1"
    collector = Collector()
    code = pytest.main(["-q", "-m", "prove", "--timeout=3600", "-n", "2", str(ROOT / "tests")], plugins=[collector])
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    head = HEADER.format(date=SystemClock().now().date(), commit=commit, seed=SEED)
    body = "".join(f"| `{test}` | {outcome} | {figures} |\n" for test, outcome, figures in sorted(collector.rows))
    (ROOT / "docs" / "proofs.md").write_text(head + body)
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
