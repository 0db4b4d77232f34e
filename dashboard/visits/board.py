"""What the schedule draws: lanes by cluster or by mower, visits as blocks, bans as shade. Plain data, no session."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from core.db.reads.visits import VisitLine
from core.scheduling import TO_COME, Ban, VisitSite, VisitState, bans_of
from dashboard.i18n import _, told
from dashboard.measures import time_words
from dashboard.visits.words import LOOKS, day_words, hours, reason_words, state_words

LANES_SHOWN = 30
AROUND = timedelta(hours=15)
"""No zone is further from UTC."""
DAY_MINUTES = 24 * 60
FIRST_HOUR, LAST_HOUR = 6, 21

type By = Literal["cluster", "mower"]


@dataclass(frozen=True, slots=True)
class Period:
    """The days shown: one, or a week from its Monday."""

    first: date
    days: int

    @property
    def dates(self) -> tuple[date, ...]:
        return tuple(self.first + timedelta(days=n) for n in range(self.days))

    @property
    def around(self) -> tuple[datetime, datetime]:
        """The same in UTC, wide enough for every zone."""
        begins = datetime.combine(self.first, time(), UTC)
        return begins - AROUND, begins + timedelta(days=self.days) + AROUND

    def step(self, n: int) -> date:
        return self.first + timedelta(days=n * self.days)


def period_of(view: str, day: date) -> Period:
    """The period of a view that holds a day."""
    return Period(day, 1) if view == "day" else Period(day - timedelta(days=day.weekday()), 7)


def lane_of(site: VisitSite, by: By) -> tuple[str, str]:
    """(key, title) of the lane a lot is in; those without a cluster or a mower share one."""
    if by == "cluster":
        return (site.cluster, site.cluster) if site.cluster else ("", _("No cluster"))
    return (site.device_name, site.device_name) if site.device_name else ("", _("No mower"))


def in_period(lines: Iterable[VisitLine], period: Period) -> list[VisitLine]:
    """Those that begin on a day of the period, by the clock of their site."""
    days = set(period.dates)
    return [line for line in lines if line.visit.begins_at.astimezone(line.site.zone).date() in days]


def lanes_of(sites: Iterable[VisitSite], by: By) -> list[tuple[str, str, list[VisitSite]]]:
    """(key, title, its lots) in order; the lane of those without comes last."""
    found: dict[str, tuple[str, list[VisitSite]]] = {}
    for site in sites:
        key, title = lane_of(site, by)
        found.setdefault(key, (title, []))[1].append(site)
    return [(key, *found[key]) for key in sorted(found, key=lambda key: (not key, key))]


def board_of(
    lines: Sequence[VisitLine], lanes: Sequence[tuple[str, str, list[VisitSite]]], period: Period, *, by: By,
    today: date, may_plan: bool, now: datetime,
) -> dict[str, Any]:  # fmt: skip
    """The configuration of `dashboard.components.visit_board`, without its texts."""
    of_lane: dict[str, list[VisitLine]] = defaultdict(list)
    for line in lines:
        of_lane[lane_of(line.site, by)[0]].append(line)
    drawn = [_lane(key, title, sites, of_lane[key], period, by, may_plan, now) for key, title, sites in lanes]
    ranged = _range(drawn)
    return {
        "view": "day" if period.days == 1 else "week",
        "days": [{"date": day.isoformat(), "words": day_words(day), "today": day == today} for day in period.dates],
        "lanes": drawn,
        "range": ranged,
        "ticks": [{"minute": hour * 60, "words": _hour(hour)} for hour in range(ranged[0] // 60, ranged[1] // 60, 2)],
    }


def _lane(
    key: str, title: str, sites: list[VisitSite], lines: list[VisitLine], period: Period, by: By, may_plan: bool,
    now: datetime,
) -> dict[str, Any]:  # fmt: skip
    names = sorted({site.device_name if by == "cluster" else site.cluster for site in sites} - {""})
    shown = _in_rows([_visit(line, period, may_plan, now) for line in lines])
    return {
        "key": key or "-",
        "title": title,
        "sub": ", ".join(names),
        "days": [_day(sites[0], day) for day in period.dates],
        "visits": shown,
        "rows": max((one["row"] for one in shown), default=0) + 1,
    }


def _day(site: VisitSite, day: date) -> dict[str, Any]:
    """The bans of a day for a lane, drawn as shade and said in words."""
    bans = [_ban(ban, site, day) for ban in bans_of(site.place, day)]
    closed = any(ban["from"] <= 0 and ban["to"] >= DAY_MINUTES for ban in bans)
    words = ", ".join(f"{ban['words']} ({ban['time']})" for ban in bans) or _("no ban")
    return {"bans": bans, "closed": closed, "words": words}


def _ban(ban: Ban, site: VisitSite, day: date) -> dict[str, Any]:
    return {
        "from": minute_on(ban.span.begins, site, day),
        "to": minute_on(ban.span.ends, site, day),
        "words": told(ban.reason),
        "time": hours(ban.span.begins, ban.span.ends, site.zone),
    }


def _visit(line: VisitLine, period: Period, may_plan: bool, now: datetime) -> dict[str, Any]:
    visit, site = line.visit, line.site
    day = visit.begins_at.astimezone(site.zone).date()
    begins = minute_on(visit.begins_at, site, day)
    time_words, word, why = hours(visit.begins_at, visit.ends_at, site.zone), state_words()[visit.state], ""
    if visit.state not in {VisitState.MOVED, VisitState.DONE}:
        why = reason_words(visit.reason)
    pinned = _("pinned") if visit.pinned else ""
    return {
        "id": str(visit.id),
        "version": visit.version,
        "day": (day - period.first).days,
        "from": begins,
        "to": begins + visit.minutes,
        "time": time_words,
        "address": site.address,
        "word": word,
        "why": why,
        "icon": LOOKS[visit.state].icon.removeprefix("o_"),
        "tone": LOOKS[visit.state].tone,
        "pinned": visit.pinned,
        "movable": may_plan and visit.state in TO_COME and visit.begins_at > now,
        "label": ", ".join(part for part in (site.address, day_words(day), time_words, word, why, pinned) if part),
    }


def _in_rows(visits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Gives each visit of a lane a row in which it covers no other."""
    ends: dict[tuple[int, int], int] = {}
    for visit in sorted(visits, key=lambda one: (one["day"], one["from"])):
        row = next(n for n in range(len(visits)) if ends.get((visit["day"], n), -1) <= visit["from"])
        ends[visit["day"], row] = visit["to"]
        visit["row"] = row
    return sorted(visits, key=lambda one: (one["day"], one["from"], one["address"]))


def _range(lanes: Sequence[dict[str, Any]]) -> list[int]:
    """First and last minute that a day view shows: the usual hours, and whatever visits need."""
    begins = [visit["from"] for lane in lanes for visit in lane["visits"]]
    ends = [visit["to"] for lane in lanes for visit in lane["visits"]]
    first, last = min([FIRST_HOUR * 60, *begins]), max([LAST_HOUR * 60, *ends])
    return [first // 60 * 60, min(DAY_MINUTES, -(-last // 60) * 60)]


def minute_on(at: datetime, site: VisitSite, day: date) -> int:
    """The wall clock's minute of a day; below 0 and above 1440 on the days beside it."""
    wall = at.astimezone(site.zone)
    return (wall.date() - day).days * DAY_MINUTES + wall.hour * 60 + wall.minute


def _hour(hour: int) -> str:
    return time_words(time(hour % 24))
