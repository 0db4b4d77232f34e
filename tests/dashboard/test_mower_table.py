"""The table of mowers: found, filtered, sorted, linked to and exported."""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from core.fleet.live import LiveFleet
from core.fleet.model import MowerSnapshot, MowerState, Reading
from core.geo import Point
from dashboard.i18n import use_language
from dashboard.mower_table import COLUMNS, MowerRow, TableView, all_rows, arranged, as_csv, counts, found

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Facts:
    device_name: str
    model: str = "Model X"
    account: str | None = "fleet@vendor.example"


def row(name: str, state: MowerState = MowerState.MOWING, battery: int | None = 50, **facts: str) -> MowerRow:
    reading = Reading(
        device_name=name, device_time=NOON, received_at=NOON, battery_percent=battery, position=Point(-92.48, 44.02)
    )
    snapshot = MowerSnapshot(number=1, device_name=name, state=state, reading=reading, received_at=NOON)
    return MowerRow(Facts(name, **facts), snapshot)


def names(rows: list[MowerRow]) -> list[str]:
    return [one.facts.device_name for one in rows]


ELM, OAK, ASH = row("Luba-ELM", battery=80), row("Yuka-OAK", MowerState.FAULT, 20), row("Luba-ASH", battery=None)
FLEET = [ELM, OAK, ASH]


def test_every_word_of_a_search_must_stand_somewhere() -> None:
    assert names(found(FLEET, "luba elm")) == ["Luba-ELM"]
    assert names(found(FLEET, "FLEET@vendor yuka")) == ["Yuka-OAK"]
    assert names(found(FLEET, "fault")) == ["Yuka-OAK"]
    assert names(found(FLEET, "  ")) == names(FLEET)


def test_a_search_understands_the_states_in_the_viewers_language() -> None:
    with use_language("de"):
        assert names(found(FLEET, "störung")) == ["Yuka-OAK"]


def test_counters_stand_worst_state_first_and_leave_out_empty_ones() -> None:
    assert list(counts(FLEET).items()) == [(MowerState.FAULT, 1), (MowerState.MOWING, 2)]


@pytest.mark.parametrize("down", [False, True])
def test_what_is_unknown_sorts_last_in_either_direction(down: bool) -> None:
    assert names(arranged(FLEET, TableView(sort="battery", down=down)))[-1] == "Luba-ASH"


def test_a_state_filter_keeps_that_state_alone() -> None:
    assert names(arranged(FLEET, TableView(state=MowerState.FAULT))) == ["Yuka-OAK"]


@given(
    search=st.text(max_size=20),
    state=st.sampled_from([None, *MowerState]),
    sort=st.sampled_from([column.key for column in COLUMNS]),
    down=st.booleans(),
    page=st.integers(1, 99_999),
)
def test_a_view_comes_back_from_its_own_address(
    search: str, state: MowerState | None, sort: str, down: bool, page: int
) -> None:
    view = TableView(search, state, sort, down, page)
    assert TableView.from_query(QueryParams(view.query())) == view


@given(st.dictionaries(st.sampled_from(["q", "state", "sort", "dir", "page"]), st.text(max_size=30)))
def test_no_address_is_too_odd_to_open(query: dict[str, str]) -> None:
    view = TableView.from_query(QueryParams(query))
    assert view.page >= 1
    assert isinstance(arranged(found(FLEET, view.search), view), list)


def test_mowers_that_are_known_but_not_live_are_left_out() -> None:
    live = LiveFleet()
    live.set_roster([ELM.snapshot])
    assert names(all_rows(live, lambda: [Facts("Luba-ELM"), Facts("Luba-NEW")])) == ["Luba-ELM"]


def test_an_export_has_every_fact_with_units_and_leaves_the_unknown_empty() -> None:
    lines = list(csv.reader(StringIO(as_csv([ELM, ASH], NOON + timedelta(seconds=90)))))
    head = lines[0]
    assert len(head) == len(COLUMNS) + 2
    assert (head[3], head[-1]) == ("Battery (%)", "Age (s)")
    assert (lines[1][3], lines[1][-1], lines[2][3]) == ("80", "90", "")


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_an_exported_name_cannot_become_a_formula(start: str) -> None:
    lines = list(csv.reader(StringIO(as_csv([row(f"{start}cmd|' /C calc'!A0")], NOON))))
    assert lines[1][0].startswith(f"'{start}")
