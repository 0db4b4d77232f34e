"""Lots in three zones with clock changes of their own, and plans for them."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from core.control import QuietWindow
from core.geo import Point
from core.scheduling import PlanVersion, Rhythm, ServicePlan, VisitSite

ELM_LOT = UUID(int=12)
SITES = {
    "America/Chicago": ("Le Sueur", "MN", Point(-93.9, 44.46)),
    "Europe/Berlin": ("Köln", "", Point(6.96, 50.94)),
    "Australia/Lord_Howe": ("Lord Howe", "", Point(159.08, -31.55)),  # its clocks change by half an hour
}
"""Three zones: forward in March and back in autumn, and the other way round."""
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def site(zone: str = "America/Chicago", **more: Any) -> VisitSite:
    city, state, at = SITES[zone]
    given = {"lot_id": ELM_LOT, "address": "12 ELM ST", "city": city, "state": state, "time_zone": zone, "at": at}
    return VisitSite(**given | more)


def plan(rhythm: Rhythm = Rhythm.WEEKLY, **more: Any) -> ServicePlan:
    given: dict[str, Any] = {"rhythm": rhythm, "starts_on": date(2026, 1, 1)}
    if rhythm in {Rhythm.WEEKLY, Rhythm.BIWEEKLY}:
        given["weekdays"] = frozenset({1})
    return ServicePlan(**given | more)


def version(of: ServicePlan, number: int = 1, valid_from: date = date(2026, 1, 1)) -> PlanVersion:
    return PlanVersion(version=number, valid_from=valid_from, plan=of, saved_by="ann", saved_at=NOON)


days = st.dates(date(2025, 12, 1), date(2026, 3, 1))
weekdays = st.sets(st.integers(0, 6), min_size=1).map(frozenset)


@st.composite
def plans(draw: st.DrawFn) -> ServicePlan:
    """Any plan that may be agreed."""
    minutes = draw(st.integers(5, 300))
    begins = draw(st.integers(0, 24 * 4 - 1).filter(lambda n: n * 15 + minutes <= 24 * 60)) * 15
    ends = draw(st.integers(-(-(begins + minutes) // 15), 24 * 4)) * 15 % (24 * 60)
    rhythm = draw(st.sampled_from(Rhythm))
    starts = draw(days)
    return ServicePlan(
        rhythm=rhythm,
        starts_on=starts,
        ends_on=draw(st.none() | st.dates(date(2026, 6, 1), date(2027, 6, 1))),
        weekdays=draw(weekdays)
        if rhythm in {Rhythm.WEEKLY, Rhythm.BIWEEKLY}
        else draw(st.just(frozenset()) | weekdays),
        every_days=draw(st.integers(2, 60)),
        month_day=draw(st.integers(1, 31)),
        window_begins=time(begins // 60, begins % 60),
        window_ends=time(ends // 60, ends % 60),
        minutes=minutes,
        blackouts=draw(st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=5).map(frozenset)),
    )


quiet_windows = st.builds(
    QuietWindow,
    days=weekdays,
    begins=st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15)),
    ends=st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15)),
)
