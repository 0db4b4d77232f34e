"""What a visit is: its states, the closed list of reasons, and the frozen values that rules and screens take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from core.control import QuietWindow
from core.geo import Point
from core.scheduling.bans import Place
from core.scheduling.municipalities import municipality_of
from core.scheduling.recurrence import ServicePlan
from core.scheduling.spans import Span
from core.texts import N_


class VisitState(StrEnum):
    """Where a visit stands. Planned and moved ones are to come, due and started ones under way, the rest is over."""

    PLANNED = "planned"
    MOVED = "moved"  # to come, at a time that a person or the planner chose
    SKIPPED = "skipped"
    CANCELLED = "cancelled"  # the plan no longer asks for it
    DUE = "due"
    STARTED = "started"
    DONE = "done"
    SHORT = "short"
    FAILED = "failed"


TO_COME = frozenset({VisitState.PLANNED, VisitState.MOVED})
UNDER_WAY = frozenset({VisitState.DUE, VisitState.STARTED})
RAN = frozenset({VisitState.DONE, VisitState.SHORT, VisitState.FAILED})

STATE_WORDS = {
    VisitState.PLANNED: N_("Planned"),
    VisitState.MOVED: N_("Moved"),
    VisitState.SKIPPED: N_("Skipped"),
    VisitState.CANCELLED: N_("Called off"),
    VisitState.DUE: N_("Due"),
    VisitState.STARTED: N_("Started"),
    VisitState.DONE: N_("Done"),
    VisitState.SHORT: N_("Ran short"),
    VisitState.FAILED: N_("Failed"),
}


class VisitReason(StrEnum):
    """Why a visit is what it is. A closed list: whoever writes a visit takes one of these."""

    NONE = ""
    NO_ALLOWED_TIME = "no_allowed_time"
    OTHER_DAY = "other_day"
    BLACKOUT = "blackout"
    SKIPPED_BY_HOUSEHOLD = "skipped_by_household"
    SKIPPED_BY_OPERATOR = "skipped_by_operator"
    VACATION = "vacation"
    SEASON = "season"
    PAUSE = "pause"
    PLAN_CHANGED = "plan_changed"
    MOVED_BY_OPERATOR = "moved_by_operator"
    PLANNER = "planner"
    RAIN = "rain"
    RAIN_OUT = "rain_out"
    WEATHER = "weather"
    CATCH_UP = "catch_up"
    NO_MOWER = "no_mower"
    NO_ZONE = "no_zone"
    MOWER_BUSY = "mower_busy"
    MOWER_FAULT = "mower_fault"
    MOWER_OFFLINE = "mower_offline"
    LOW_BATTERY = "low_battery"
    REFUSED = "refused"
    NOT_REACHED = "not_reached"
    NOT_STARTED = "not_started"
    STOPPED = "stopped"
    KEEP_OFF = "keep_off"
    OUT_OF_TIME = "out_of_time"
    MOWN_AGAIN = "mown_again"


REASON_WORDS = {
    VisitReason.NONE: "",
    VisitReason.NO_ALLOWED_TIME: N_("No hour of that day is allowed"),
    VisitReason.OTHER_DAY: N_("Its own day leaves no allowed hour: it comes later"),
    VisitReason.BLACKOUT: N_("A day on which nobody is to come"),
    VisitReason.SKIPPED_BY_HOUSEHOLD: N_("Skipped by the household"),
    VisitReason.SKIPPED_BY_OPERATOR: N_("Skipped by the operator"),
    VisitReason.VACATION: N_("Vacation"),
    VisitReason.SEASON: N_("Season pause"),
    VisitReason.PAUSE: N_("Paused"),
    VisitReason.PLAN_CHANGED: N_("The service plan changed"),
    VisitReason.MOVED_BY_OPERATOR: N_("Moved by the operator"),
    VisitReason.PLANNER: N_("Placed by the planner"),
    VisitReason.RAIN: N_("Rain"),
    VisitReason.RAIN_OUT: N_("The whole day was rained out"),
    VisitReason.WEATHER: N_("The weather does not allow it"),
    VisitReason.CATCH_UP: N_("Made up for one that was lost"),
    VisitReason.NO_MOWER: N_("No mower serves the lot"),
    VisitReason.NO_ZONE: N_("No zone of the mower's map belongs to the lot"),
    VisitReason.MOWER_BUSY: N_("The mower was still busy elsewhere"),
    VisitReason.MOWER_FAULT: N_("The mower had a fault"),
    VisitReason.MOWER_OFFLINE: N_("The mower was offline"),
    VisitReason.LOW_BATTERY: N_("The battery was low"),
    VisitReason.REFUSED: N_("The start was refused"),
    VisitReason.NOT_REACHED: N_("The mower did not reach the lawn"),
    VisitReason.NOT_STARTED: N_("It never started"),
    VisitReason.STOPPED: N_("Somebody stopped it"),
    VisitReason.KEEP_OFF: N_("The household kept the mower off"),
    VisitReason.OUT_OF_TIME: N_("The allowed hours ended first"),
    VisitReason.MOWN_AGAIN: N_("Mown again beside the plan: its minutes are not billed"),
}


RESTORED_BY_HOUSEHOLD = frozenset(
    {VisitReason.SKIPPED_BY_HOUSEHOLD, VisitReason.VACATION, VisitReason.SEASON, VisitReason.PAUSE}
)
"""What a household may take back itself: not what the operator, the weather or the law skipped."""


class PauseKind(StrEnum):
    """Why a lot has no visits for some days."""

    RANGE = "range"
    VACATION = "vacation"
    SEASON = "season"


PAUSE_REASONS = {
    PauseKind.RANGE: VisitReason.PAUSE,
    PauseKind.VACATION: VisitReason.VACATION,
    PauseKind.SEASON: VisitReason.SEASON,
}
PAUSE_WORDS = {
    PauseKind.RANGE: N_("Pause"),
    PauseKind.VACATION: N_("Vacation"),
    PauseKind.SEASON: N_("Season pause"),
}


class Choice(StrEnum):
    """What a person said of one visit; it stays whatever the plan becomes."""

    NONE = ""
    SKIP = "skip"
    KEEP = "keep"  # takes place in spite of a pause


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulingRules:
    """How far ahead visits stand, and until when a household may change one."""

    horizon_days: int = 28  # 1 to 120
    cutoff_hours: int = 24  # 0 to 168: a household skips or restores up to so long before the visit begins
    days_later: int = 3  # 0 to 6: how far a visit may come after a due day that leaves no allowed hour

    def __post_init__(self) -> None:
        for name, least, most in (("horizon_days", 1, 120), ("cutoff_hours", 0, 168), ("days_later", 0, 6)):
            if not least <= getattr(self, name) <= most:
                raise ValueError(f"{name} {getattr(self, name)}: expected {least} to {most}")

    @property
    def cutoff(self) -> timedelta:
        return timedelta(hours=self.cutoff_hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanVersion:
    """One version of a lot's plan. On a day the highest version holds whose ``valid_from`` is not later."""

    version: int
    valid_from: date
    plan: ServicePlan
    saved_by: str
    saved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """No visits from ``from_on`` up to, not including, ``restarts_on``; days of the site."""

    id: UUID
    lot_id: UUID
    kind: PauseKind
    from_on: date
    restarts_on: date
    reason: str
    made_by: str
    made_at: datetime
    ended_at: datetime | None = None

    def holds(self, day: date) -> bool:
        return self.ended_at is None and self.from_on <= day < self.restarts_on


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitSite:
    """A lot as scheduling sees it: where it is, whose, its mower, and the quiet hours of that mower's site."""

    lot_id: UUID
    address: str
    city: str
    time_zone: str
    at: Point
    state: str = ""
    household_id: UUID | None = None
    mower_id: UUID | None = None
    device_name: str = ""
    quiet: tuple[QuietWindow, ...] = ()
    quiet_zone: str = ""
    cluster_id: UUID | None = None
    cluster: str = ""
    """The code of its live cluster, "" for none."""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def place(self) -> Place:
        return Place(
            zone=self.zone,
            at=self.at,
            municipality=municipality_of(self.city, self.state, self.time_zone),
            quiet=self.quiet,
            quiet_zone=ZoneInfo(self.quiet_zone) if self.quiet_zone else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit of one lot as it stands. ``due_on`` is the day its plan asked for and, with the lot, its name; it takes
    place from ``begins_at`` to ``ends_at``, and a skipped one would have. An ``extra`` one is no plan's: a person added
    it, and generation leaves it alone."""

    id: UUID
    lot_id: UUID
    due_on: date
    plan_version: int
    state: VisitState
    reason: VisitReason = VisitReason.NONE
    note: str = ""
    begins_at: datetime
    ends_at: datetime
    pinned: bool = False
    choice: Choice = Choice.NONE
    moved_from: datetime | None = None
    changed_by: str = ""
    changed_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    mowed_minutes: int | None = None
    extra: bool = False
    version: int = 1

    @property
    def span(self) -> Span:
        return Span(self.begins_at, self.ends_at)

    @property
    def minutes(self) -> int:
        return round(self.span.lasts.total_seconds() / 60)

    def open_to_household(self, now: datetime, rules: SchedulingRules) -> bool:
        """Whether a household may still skip or restore it."""
        return now <= self.begins_at - rules.cutoff


@dataclass(frozen=True, slots=True)
class Lot:
    """All that stands about one lot's visits."""

    site: VisitSite
    versions: Sequence[PlanVersion] = ()
    pauses: Sequence[Pause] = ()
    visits: Sequence[Visit] = ()
    busy: Sequence[Span] = ()
    """When the lot's mower is wanted on other lots."""

    def version_on(self, day: date) -> PlanVersion | None:
        """Which version of the plan holds on a day."""
        found = [one for one in self.versions if one.valid_from <= day]
        return max(found, key=lambda one: one.version, default=None)

    def pause_on(self, day: date) -> Pause | None:
        return next((one for one in self.pauses if one.holds(day)), None)
