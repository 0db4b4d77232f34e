"""What a mower can hold of bans and quiet hours: one daily stretch that never forbids what is allowed; read back."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.control import QuietWindow
from core.errors import Unavailable
from core.fleet.model import DailyHours
from core.scheduling import bans_of
from core.scheduling.bans import forbidden
from core.scheduling.device_hours import held_daily
from tests.core.scheduling.cast import quiet_windows, site
from tests.core.scheduling.conftest import Row
from tests.proofs import counted

MONDAY = date(2026, 6, 1)


def test_the_nights_that_every_day_has_are_held_and_sunday_mornings_are_left_to_us() -> None:
    assert held_daily([site().place], MONDAY) == DailyHours(22 * 60, 7 * 60)
    evenings = QuietWindow(days=frozenset(range(7)), begins=time(18, 40), ends=time(22))
    assert held_daily([site(quiet=(evenings,)).place], MONDAY) == DailyHours(18 * 60 + 45, 7 * 60)


def test_a_stretch_of_some_days_only_and_no_place_at_all_hold_nothing_more() -> None:
    once = QuietWindow(days=frozenset({2}), begins=time(12), ends=time(18))
    assert held_daily([site(quiet=(once,)).place], MONDAY) == DailyHours(22 * 60, 7 * 60)
    assert held_daily([], MONDAY) is None


@counted(sample=30, full=300)
@given(st.lists(quiet_windows, max_size=4), st.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_what_a_mower_holds_is_forbidden_on_every_lot_and_day(windows: list[QuietWindow], first: date) -> None:
    places = [site(quiet=tuple(windows)).place, site().place]
    held = held_daily(places, first)
    if held is None:
        return
    assert held.minutes >= 30
    for place in places:
        for day in (first + timedelta(days=n) for n in range(7)):
            spans = forbidden(bans_of(place, day))
            for minute in range(0, held.minutes, 15):
                at = (held.begins + minute) % 1440
                moment = datetime.combine(day, time(at // 60, at % 60), tzinfo=place.zone)
                assert any(one.begins <= moment < one.ends for one in spans), (day, moment)


class Hours:
    """A device that holds what it is told, unless it ``forgets`` or does not answer."""

    def __init__(self) -> None:
        self.held: DailyHours | None = None
        self.written: list[DailyHours | None] = []
        self.fails = self.forgets = False

    async def read(self, _name: str) -> DailyHours | None:
        if self.fails:
            raise Unavailable("no answer")
        return self.held

    async def write(self, _name: str, hours: DailyHours | None) -> None:
        self.written.append(hours)
        self.held = None if self.forgets else hours


@pytest.fixture
def hours() -> Hours:
    return Hours()


async def test_hours_are_written_once_read_back_and_shown_as_asked_and_reported(row: Row, hours: Hours) -> None:
    await row.agree()
    mower = (await row.desk.plans.site(row.lots["12 ELM ST"])).mower_id
    ids: dict[str, UUID] = {"Luba-ELM": mower} if mower else {}
    desk = row.desk.hold_hours(hours_of={"Luba-ELM": hours}.get, mower_id_of=ids.__getitem__)
    assert (await desk.of("Luba-ELM")).requested_at is None
    hours.fails = True
    assert await row.desk.write_hours() == 1
    silent = await desk.of("Luba-ELM")
    assert (silent.agrees, silent.problem) == (None, "no answer")
    assert await row.desk.write_hours() == 0  # not again at once
    hours.fails, hours.forgets = False, True
    row.clock.move(3_700)
    await row.desk.write_hours()
    assert (await desk.of("Luba-ELM")).agrees is False
    hours.forgets = False
    row.clock.move(3_700)
    await row.desk.write_hours()
    held = await desk.of("Luba-ELM")
    assert (held.agrees, held.reported, held.problem) == (True, held.requested, "")
    assert held.requested is not None and len(hours.written) == 3
    row.clock.move(2 * 3_600)
    assert await row.desk.write_hours() == 0
    row.clock.move(24 * 3_600)
    assert await row.desk.write_hours() == 1
    assert len(hours.written) == 3  # it still says so: read, not written
