"""The demo town is made once a data folder and never again by the same code."""

import json
from pathlib import Path

import pytest

from core.clock import MovableClock
from core.db import Database
from dashboard.demo_seed import is_seeded
from dashboard.demo_town import DemoTown, first_sites, town_recipe


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which the demo has started once."""
    place = tmp_path_factory.mktemp("demo")
    assert len(DemoTown(place).kept.sites["accounts"]) == 4
    return place


def test_a_second_start_does_not_make_the_town_again(folder: Path) -> None:
    again = DemoTown(folder)
    assert again.kept.recipe == town_recipe()
    assert "town" not in vars(again)


def test_what_other_code_kept_or_what_was_cut_short_is_made_anew(folder: Path) -> None:
    path = folder / "demo-town.json"
    good = path.read_text()
    path.write_text(json.dumps(json.loads(good) | {"recipe": "of yesterday"}))
    assert DemoTown(folder).kept.recipe == town_recipe()
    path.write_text(good[:1000])
    assert DemoTown(folder).kept.recipe == town_recipe()
    assert path.read_text() == good


async def test_a_seeded_database_is_left_alone(folder: Path, sqlite_database: Database, clock: MovableClock) -> None:
    town = DemoTown(folder)
    assert not await is_seeded(sqlite_database, town.kept.fingerprint)
    await town.seed(sqlite_database, clock)
    assert await is_seeded(sqlite_database, town.kept.fingerprint)
    later = DemoTown(folder)
    await later.seed(sqlite_database, clock)
    assert "town" not in vars(later)


def test_fewer_mowers_leave_no_account_without_any(folder: Path) -> None:
    sites = DemoTown(folder).kept.sites
    some = first_sites(sites, 12)
    assert [len(account["mowers"]) for account in some["accounts"]] == [10, 2]
    assert sum(len(account["mowers"]) for account in sites["accounts"]) == 40
