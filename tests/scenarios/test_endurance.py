"""Two thousand readings a second for five minutes: nothing lost, memory level."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.proofs import record

RATE_PER_S = 2_000
MOST_GROWTH_MB = 20


@pytest.mark.prove
@pytest.mark.timeout(600)
def test_nothing_is_lost_and_memory_stays_level(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    full = bool(os.environ.get("MOWTHOS_PROVE"))
    file = tmp_path / "endurance.sqlite3"
    result = subprocess.run(
        [sys.executable, "-m", "tests.scenarios.endurance_writer", f"sqlite:///{file}", str(RATE_PER_S),
         "5.01" if full else "0.15"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    *minutes, end = map(json.loads, result.stdout.splitlines())
    rows = sqlite3.connect(file).execute("SELECT count(*) FROM telemetry").fetchone()[0]
    assert end["accepted"] + sum(end["refused"].values()) == end["fed"]
    assert end["refused"] == {}
    assert rows == end["fed"] >= RATE_PER_S * 9 * (33 if full else 1)
    if full:
        growth = minutes[4]["rss_mb"] - minutes[0]["rss_mb"]
        record(
            request,
            f"{rows:,} readings stored of {end['fed']:,} at {RATE_PER_S:,}/s; "
            f"memory {minutes[0]['rss_mb']:.0f} MB after minute 1, {minutes[4]['rss_mb']:.0f} MB after minute 5",
        )
        assert growth < MOST_GROWTH_MB
