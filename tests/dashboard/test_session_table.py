"""The table of mowing sessions: totals, words, and a file without traps."""

import csv
from datetime import UTC, datetime
from io import StringIO

from core.fleet import EndReason, MowingSession
from core.fleet.model import DeviceMap, MapZone
from dashboard.session_table import REASON_WORDS, as_csv, duration, totals, zone_list

NOON_MS = 1_780_315_200_000
SIGNED = -(2**63) + 5


def session(hour: int = 0, **said: object) -> MowingSession:
    start = NOON_MS + hour * 3_600_000
    told = {"mowing_s": 1_800.0, "distance_m": 700.0, "area_m2": 90.0, "battery_used": 20, **said}
    return MowingSession(number=1, started_ms=start, ended_ms=start + 2_000_000, end_reason=EndReason.RAIN, **told)  # type: ignore[arg-type]


def front_lawn(name: str) -> DeviceMap:
    return DeviceMap(
        device_name="Luba-ELM",
        synced_at=datetime(2026, 6, 1, tzinfo=UTC),
        areas=(MapZone(SIGNED & (1 << 64) - 1, name, ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))),),
    )


def test_totals_add_up_and_an_unknown_area_adds_nothing() -> None:
    sums = totals([session(), session(1, area_m2=None, faults=(7, 0))])
    assert (sums.count, sums.mowing_s, sums.area_m2, sums.faults, sums.battery_used) == (2, 3_600, 90, 2, 40)


def test_zones_have_their_names_even_when_the_number_is_stored_signed() -> None:
    mowed = session(zones=((SIGNED, 50.0), (3, 20.0)))
    assert zone_list(mowed, front_lawn("Front")) == ["Front", "unknown zone"]
    assert zone_list(mowed, None) == ["unknown zone", "unknown zone"]


def test_the_file_has_units_in_its_heading_and_no_formula_in_its_cells() -> None:
    rows = list(csv.reader(StringIO(as_csv([session(zones=((SIGNED, 50.0),))], front_lawn("=1+1")))))
    told = dict(zip(*rows, strict=True))
    assert told["Mowing (min)"] == "30.0"
    assert told["Distance (m)"] == "700.0"
    assert told["Zones"] == "'=1+1"
    assert told["Ended by"] == "Rain"


def test_every_end_has_its_word() -> None:
    assert set(REASON_WORDS) == {None, *EndReason}


def test_durations_read_as_people_say_them() -> None:
    assert [duration(seconds) for seconds in (40, 59 * 60, 3_900)] == ["40 s", "59 min", "1 h 05 min"]
