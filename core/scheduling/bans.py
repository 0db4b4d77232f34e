"""When no mower may run on a lot: the law of the place, darkness where it counts, the site's quiet hours. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from astral import Observer
from astral.sun import elevation, noon, sunrise, sunset

from core.control import QuietWindow
from core.geo import Point
from core.scheduling.municipalities import Dark, DayKind, Municipality
from core.scheduling.spans import Span, clipped, joined, less, whole_day, within
from core.texts import N_, Text

DAY = timedelta(days=1)
SUN_IS_UP_DEG = -0.833
"""Elevation of the sun's middle when its upper edge is on the horizon, refraction counted (NOAA)."""


class BanKind(StrEnum):
    """Why no mower may run. A closed list."""

    HOURS = "hours"
    SUNDAY = "sunday"
    HOLIDAY = "holiday"
    DARK = "dark"
    QUIET = "quiet"


BAN_WORDS = {
    BanKind.HOURS: N_("Outside the hours allowed"),
    BanKind.SUNDAY: N_("Sunday"),
    BanKind.HOLIDAY: N_("Public holiday"),
    BanKind.DARK: N_("Sunset to sunrise"),
    BanKind.QUIET: N_("Quiet hours"),
}


@dataclass(frozen=True, slots=True)
class Ban:
    """A stretch of one day in which no mower may run, and why in words."""

    span: Span
    kind: BanKind
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a lot is, as far as bans ask. ``quiet`` are the site's own windows, in ``quiet_zone``: quiet hours hang on
    the host's lot, and a cluster may straddle a zone line."""

    zone: ZoneInfo
    at: Point
    municipality: Municipality
    quiet: tuple[QuietWindow, ...] = ()
    quiet_zone: ZoneInfo | None = None


def bans_of(place: Place, day: date) -> tuple[Ban, ...]:
    """Every ban of a day at a place, in order of time; they may overlap, each has its own reason."""
    found = [*_legal(place, day), *_dark(place, day), *_quiet(place, day)]
    return tuple(sorted(found, key=lambda ban: (ban.span, ban.kind)))


def forbidden(bans: Iterable[Ban]) -> tuple[Span, ...]:
    """The spans of bans made one where they touch."""
    return joined(ban.span for ban in bans)


def day_kind(municipality: Municipality, day: date) -> tuple[DayKind, str]:
    """What a day is to the ordinance, with the holiday's name."""
    name = _holiday(municipality.country, municipality.subdivision, day)
    if name:
        return DayKind.HOLIDAY, name
    return {5: DayKind.SATURDAY, 6: DayKind.SUNDAY}.get(day.weekday(), DayKind.WORKDAY), ""


def _legal(place: Place, day: date) -> Iterable[Ban]:
    kind, holiday = day_kind(place.municipality, day)
    if kind not in place.municipality.hours:
        return
    hours, whole = place.municipality.hours[kind], whole_day(day, place.zone)
    open_span = None if hours is None else within(day, hours[0], hours[1], place.zone)
    ban, reason = _why(place.municipality, kind, holiday, allowed=hours is not None)
    for span in less(whole, [] if open_span is None else [open_span]):
        yield Ban(span, ban, reason)


def _why(municipality: Municipality, kind: DayKind, holiday: str, *, allowed: bool) -> tuple[BanKind, str]:
    """The ban of a day, as kind and sentence. A day that is closed all day is named by what it is."""
    name = municipality.name
    if kind is DayKind.HOLIDAY:
        words = (
            N_("{place}: hours on a public holiday ({holiday})")
            if allowed
            else N_("{place}: public holiday ({holiday})")
        )
        return BanKind.HOLIDAY, Text(words, place=name, holiday=holiday)
    if kind is DayKind.SUNDAY:
        words = N_("{place}: hours on a Sunday") if allowed else N_("{place}: no mowing on a Sunday")
        return BanKind.SUNDAY, Text(words, place=name)
    return BanKind.HOURS, Text(N_("{place}: outside the hours in which mowing is allowed"), place=name)


def _dark(place: Place, day: date) -> Iterable[Ban]:
    rule = place.municipality.dark
    if rule is None:
        return
    whole = whole_day(day, place.zone)
    light = [span for near in (day - DAY, day, day + DAY) if (span := _light(place, near, rule)) is not None]
    for span in less(whole, light):
        yield Ban(span, BanKind.DARK, Text(N_("{place}: sunset to sunrise"), place=place.municipality.name))


def _light(place: Place, day: date, rule: Dark) -> Span | None:
    """When it is light enough on a day; ``None`` for a day on which the sun stays down."""
    observer = Observer(latitude=place.at.latitude, longitude=place.at.longitude)
    try:
        rises = sunrise(observer, date=day, tzinfo=place.zone).astimezone(UTC)
        sets = sunset(observer, date=day, tzinfo=place.zone).astimezone(UTC)
    except ValueError:  # beyond the polar circles it does not cross the horizon on some days
        up = elevation(observer, noon(observer, date=day, tzinfo=place.zone)) > SUN_IS_UP_DEG
        return whole_day(day, place.zone) if up else None
    begins = rises + timedelta(minutes=rule.after_sunrise_minutes)
    ends = (sets + DAY if sets < rises else sets) - timedelta(minutes=rule.before_sunset_minutes)
    return Span(begins, ends) if begins < ends else None


def _quiet(place: Place, day: date) -> Iterable[Ban]:
    zone, whole = place.quiet_zone or place.zone, whole_day(day, place.zone)
    for window in place.quiet:
        for near in (day - 2 * DAY, day - DAY, day, day + DAY):
            if near.weekday() in window.days:
                begins, ends = window.on(near, zone)
                span = clipped(Span(begins, ends), whole) if begins < ends else None
                if span is not None:
                    yield Ban(span, BanKind.QUIET, N_("Quiet hours of the site"))


@lru_cache(maxsize=4_096)
def _holiday(country: str, subdivision: str | None, day: date) -> str:
    """The public holiday of a day, "" for none."""
    return str(_calendar(country, subdivision, day.year).get(day, "")) if country else ""


@lru_cache(maxsize=256)
def _calendar(country: str, subdivision: str | None, year: int) -> holidays.HolidayBase:
    return holidays.country_holidays(country, subdiv=subdivision, years=year, expand=False)


def reasons_against(bans: Sequence[Ban], span: Span) -> tuple[Ban, ...]:
    """Which bans a stretch of time would break."""
    return tuple(ban for ban in bans if ban.span.meets(span))
