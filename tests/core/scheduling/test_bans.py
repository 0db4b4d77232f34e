"""When the law of a place, darkness or the site's quiet hours forbid mowing: by the day, in wall time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.control import QuietWindow, quiet_until
from core.geo import Point
from core.scheduling import BanKind, Dark, DayKind, Municipality, Place, Span, bans_of, municipality_of
from core.scheduling.bans import day_kind, forbidden, reasons_against
from core.scheduling.municipalities import all_municipalities, municipalities_from
from core.scheduling.spans import less, whole_day
from tests.core.scheduling.cast import SITES, quiet_windows, site

CHICAGO, BERLIN = ZoneInfo("America/Chicago"), ZoneInfo("Europe/Berlin")


def wall(zone: ZoneInfo, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def open_hours(place: Place, day: date) -> list[tuple[str, str]]:
    """What a day leaves, in wall time."""
    left = less(whole_day(day, place.zone), forbidden(bans_of(place, day)))
    return [tuple(f"{at.astimezone(place.zone):%H:%M}" for at in (one.begins, one.ends)) for one in left]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2026, 6, 5), [("07:00", "22:00")]),  # a Friday
        (date(2026, 6, 6), [("09:00", "21:00")]),
        (date(2026, 6, 7), [("09:00", "21:00")]),
        (date(2026, 9, 7), [("09:00", "21:00")]),  # Labor Day, a Monday
        (date(2026, 3, 8), [("09:00", "21:00")]),  # clocks go forward
        (date(2026, 11, 1), [("09:00", "21:00")]),  # and back
    ],
)
def test_the_hours_of_a_minnesota_city_hold_by_the_kind_of_day(day: date, hours: list[tuple[str, str]]) -> None:
    assert open_hours(site().place, day) == hours


def test_a_german_sunday_and_holiday_are_closed_all_day_and_say_so() -> None:
    place = site("Europe/Berlin").place
    assert open_hours(place, date(2026, 6, 7)) == []
    corpus_christi = bans_of(place, date(2026, 6, 4))  # a holiday of North Rhine-Westphalia alone
    assert open_hours(place, date(2026, 6, 4)) == []
    assert any(ban.kind is BanKind.HOLIDAY and "public holiday" in ban.reason for ban in corpus_christi)
    assert municipality_of("Berlin", "", "Europe/Berlin").name == "Germany"


def test_in_cologne_darkness_counts_from_half_an_hour_before_sunset_to_half_an_hour_after_sunrise() -> None:
    place = site("Europe/Berlin").place
    dark = [ban.span for ban in bans_of(place, date(2026, 12, 21)) if ban.kind is BanKind.DARK]
    assert len(dark) == 2
    # timeanddate.com and NOAA: sunrise 08:31, sunset 16:29 on the shortest day
    assert abs(dark[0].ends - wall(BERLIN, "2026-12-21T09:01")) < timedelta(minutes=4)
    assert abs(dark[1].begins - wall(BERLIN, "2026-12-21T15:59")) < timedelta(minutes=4)


def test_beyond_the_polar_circle_a_day_is_light_or_dark_as_a_whole() -> None:
    law = Municipality(name="Tromsø", source="test", hours={}, dark=Dark())
    place = Place(zone=ZoneInfo("Europe/Oslo"), at=Point(18.96, 69.65), municipality=law)
    assert bans_of(place, date(2026, 6, 21)) == ()
    (night,) = bans_of(place, date(2026, 12, 21))
    assert night.span == whole_day(date(2026, 12, 21), place.zone)


def test_quiet_hours_of_the_site_count_in_the_hosts_zone() -> None:
    quiet = QuietWindow(days=frozenset(range(7)), begins=time(12), ends=time(13))
    place = site(quiet=(quiet,), quiet_zone="America/New_York").place
    (ban,) = [one for one in bans_of(place, date(2026, 6, 5)) if one.kind is BanKind.QUIET]
    assert ban.span == Span(wall(CHICAGO, "2026-06-05T11:00"), wall(CHICAGO, "2026-06-05T12:00"))
    assert reasons_against(bans_of(place, date(2026, 6, 5)), ban.span) == (ban,)


@settings(deadline=None)
@given(st.lists(quiet_windows, max_size=3), st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(0, 24 * 60 - 1))
def test_what_the_start_guard_calls_quiet_is_a_ban_and_nothing_else_is(
    windows: list[QuietWindow], day: date, minute: int
) -> None:
    law = Municipality(name="Anywhere", source="test", hours={})
    place = Place(zone=CHICAGO, at=SITES["America/Chicago"][2], municipality=law, quiet=tuple(windows))
    moment = whole_day(day, CHICAGO).begins + timedelta(minutes=minute)
    banned = any(
        span.begins <= moment < span.ends for span in forbidden(bans_of(place, moment.astimezone(CHICAGO).date()))
    )
    assert banned == (quiet_until(windows, CHICAGO, moment) is not None)


@settings(deadline=None)
@given(st.sampled_from(sorted(SITES)), st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_every_ban_lies_within_its_day_and_has_a_reason(zone: str, day: date) -> None:
    place = site(zone).place
    for ban in bans_of(place, day):
        assert whole_day(day, place.zone).holds(ban.span)
        assert ban.span.begins < ban.span.ends
        assert ban.reason


def test_the_row_that_names_most_of_a_place_holds() -> None:
    assert municipality_of("LE SUEUR", "MN", "America/Chicago").name == "Le Sueur"
    assert municipality_of("Le Sueur", "", "America/Chicago").name == "Le Sueur"
    assert municipality_of("Le Sueur", "WI", "America/Chicago").name == "MowthosOS house rule"
    assert municipality_of("Rochester", "MN", "America/Chicago").name == "Minnesota"
    assert municipality_of("Anywhere", "", "Asia/Tokyo").name == "MowthosOS house rule"


def test_every_row_of_the_packaged_file_names_its_source_and_a_calendar_that_exists() -> None:
    for row in all_municipalities():
        assert row.source
        kinds = {day_kind(row, date(2026, 1, 1) + timedelta(days=n))[0] for n in range(365)}
        assert kinds == set(DayKind), row.name


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ('{"name": "X", "basis": "law", "hours": {}}', "row 1 .X.*source"),
        ('{"name": "X", "source": "s", "basis": "rumour", "hours": {}}', "row 1"),
        ('{"name": "X", "source": "s", "basis": "law", "hours": {"mondays": null}}', "mondays"),
        (
            '{"name": "X", "source": "s", "basis": "law", "hours": {"sundays": ["20:00", "07:00"]}}',
            "after the beginning",
        ),
        (
            '{"name": "X", "source": "s", "basis": "law", "hours": {}, "dark": {"before_sunset_minutes": 999}}',
            "0 to 180",
        ),
    ],
)
def test_a_wrong_row_of_data_is_named(row: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        municipalities_from(f'{{"rows": [{row}]}}')
