"""From plans to visits: which visits a stretch of days ought to have, and what has to change for them to stand. Pure.

1. Every day the plan in force asks for has exactly one visit, named by lot and due day: none is lost, none is doubled.
2. A pause, a day off or a choice of a person makes it a skipped one, with the reason; it keeps the time it would have.
3. A day without an allowed hour gives it to the next days, as far as `SchedulingRules.days_later` goes and no other
   visit is due; where none of them leaves room it is skipped, and says so.
4. What stands keeps its time while plan and bans allow it: people were told. It changes only while it is to come; a
   pinned one never changes its time. One beside the plan is nobody's here: it stays as it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from core.scheduling.bans import Place, bans_of, reasons_against
from core.scheduling.model import (
    PAUSE_REASONS,
    RAN,
    TO_COME,
    UNDER_WAY,
    Choice,
    Lot,
    PlanVersion,
    SchedulingRules,
    Visit,
    VisitReason,
    VisitState,
)
from core.scheduling.recurrence import ServicePlan, visit_days
from core.scheduling.spans import Span, instants
from core.scheduling.windows import DayWindows, first_fit, windows_of

DAY = timedelta(days=1)
OFF = frozenset({*PAUSE_REASONS.values(), VisitReason.BLACKOUT})
"""Reasons to skip that come from the calendar of the household, and go with it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A visit as the plan would have it. ``off`` is why nobody is to come that day; ``days`` are those on which it may
    stand, its own first; without ``fits`` none of them leaves room, and ``span`` is the time it would have had."""

    due_on: date
    plan_version: int
    span: Span
    fits: bool
    off: VisitReason
    days: tuple[DayWindows, ...]

    def state(self, *, keep: bool = False) -> tuple[VisitState, VisitReason]:
        """What it is, in spite of a pause where a person said to ``keep`` it."""
        if self.off and not (keep and self.off is not VisitReason.BLACKOUT):
            return VisitState.SKIPPED, self.off
        if not self.fits:
            return VisitState.SKIPPED, VisitReason.NO_ALLOWED_TIME
        own_day = self.days[0].allows(self.span)
        return VisitState.PLANNED, VisitReason.NONE if own_day else VisitReason.OTHER_DAY

    def allows(self, span: Span) -> bool:
        return any(day.allows(span) for day in self.days)


@dataclass(frozen=True, slots=True)
class Changes:
    """What has to be written: new visits, and standing ones as (before, after)."""

    new: tuple[Wanted, ...]
    changed: tuple[tuple[Visit, Visit], ...]


def due_days(lot: Lot, first: date, last: date) -> tuple[tuple[date, PlanVersion], ...]:
    """Every day that is due, with the version that says so."""
    found = {
        day: version
        for version in lot.versions
        for day in visit_days(version.plan, max(first, version.valid_from), last)
        if lot.version_on(day) is version
    }
    return tuple(sorted(found.items(), key=lambda one: one[0]))


def wanted_visits(lot: Lot, first: date, last: date, rules: SchedulingRules) -> tuple[Wanted, ...]:
    """The visits of the days from ``first`` to ``last``, in order; those of one mower that come first have first
    choice, the later ones keep clear of them where that can be."""
    return tuple(_wanted(lot, first, last, rules))


def _wanted(lot: Lot, first: date, last: date, rules: SchedulingRules) -> Iterator[Wanted]:
    place = lot.site.place
    days = due_days(lot, first, last + (rules.days_later + 1) * DAY)
    for at, (day, version) in enumerate(days):
        if day > last:
            return
        following = days[at + 1][0] if at + 1 < len(days) else date.max
        windows = _days(lot, place, version, day, following, rules)
        found = first_fit(windows, version.plan.minutes, lot.busy)
        pause = lot.pause_on(day)
        off = PAUSE_REASONS[pause.kind] if pause is not None else VisitReason.NONE
        if day in version.plan.blackouts:
            off = VisitReason.BLACKOUT
        span = _time_it_would_have(version.plan, place, day) if found is None else found[1]
        yield Wanted(day, version.version, span, found is not None, off, windows)


def _days(
    lot: Lot, place: Place, version: PlanVersion, day: date, following: date, rules: SchedulingRules
) -> tuple[DayWindows, ...]:
    """The due day, without regard to its being a day off, and those after it up to one with room."""
    plan = version.plan
    own = replace(plan, blackouts=plan.blackouts - {day}) if day in plan.blackouts else plan
    found = [windows_of(own, place, day)]
    for n in range(1, rules.days_later + 1):
        one = day + n * DAY
        if found[-1].fit(plan.minutes) is not None or one >= following:
            break
        if (
            lot.version_on(one) is version
            and lot.pause_on(one) is None
            and (plan.ends_on is None or one <= plan.ends_on)
        ):
            found.append(windows_of(plan, place, one))
    return tuple(found)


def _time_it_would_have(plan: ServicePlan, place: Place, day: date) -> Span:
    begins = instants(day, plan.window_begins, place.zone)[0]
    return Span(begins, begins + timedelta(minutes=plan.minutes))


def changes_of(lot: Lot, first: date, last: date, now: datetime, rules: SchedulingRules) -> Changes:
    """What makes the visits of these days what they ought to be. Asked again, nothing is left to change."""
    wanted = {one.due_on: one for one in wanted_visits(lot, first, last, rules)}
    standing = {visit.due_on: visit for visit in lot.visits if first <= visit.due_on <= last and not visit.extra}
    new = tuple(one for day, one in wanted.items() if day not in standing and one.span.begins > now)
    place = lot.site.place
    pairs = [(visit, became(visit, wanted.get(day), place, now)) for day, visit in sorted(standing.items())]
    return Changes(new, tuple((before, after) for before, after in pairs if before != after))


def changes_of_mower(lots: Sequence[Lot], now: datetime, rules: SchedulingRules) -> tuple[tuple[Lot, Changes], ...]:
    """The same for every lot of one mower over the days ahead, one lot after the other: each keeps clear of those
    before it where that can be."""
    taken = {lot.site.lot_id: [one.span for one in lot.visits if one.state in TO_COME | UNDER_WAY] for lot in lots}
    found = []
    for lot in lots:
        busy = [span for lot_id, spans in taken.items() if lot_id != lot.site.lot_id for span in spans]
        first = now.astimezone(lot.site.zone).date()
        changes = changes_of(replace(lot, busy=busy), first, first + rules.horizon_days * DAY, now, rules)
        taken[lot.site.lot_id] += [one.span for one in changes.new if one.state()[0] is VisitState.PLANNED]
        taken[lot.site.lot_id] += [after.span for _before, after in changes.changed if after.state in TO_COME]
        found.append((lot, changes))
    return tuple(found)


def became(visit: Visit, wanted: Wanted | None, place: Place, now: datetime) -> Visit:
    """A standing visit as it ought to be."""
    if visit.state in RAN | UNDER_WAY or visit.begins_at <= now:
        return visit
    if wanted is None:
        return _gone(visit)
    if visit.state is VisitState.SKIPPED and (visit.choice is Choice.SKIP or visit.reason not in _OURS):
        return visit
    state, reason = wanted.state(keep=visit.choice is Choice.KEEP)
    if visit.pinned and visit.state is not VisitState.CANCELLED:
        return _pinned(visit, state, reason)
    if visit.plan_version == wanted.plan_version and _allowed(visit, wanted, place):
        same = state is visit.state or (state is VisitState.PLANNED and visit.state is VisitState.MOVED)
        return visit if same else replace(visit, state=state, reason=reason)
    return _retimed(visit, wanted, now)


def _retimed(visit: Visit, wanted: Wanted, now: datetime) -> Visit:
    """At the time its plan has for it now; one whose new time has passed already stays where it stands."""
    state, reason = wanted.state(keep=visit.choice is Choice.KEEP)
    if wanted.span.begins <= now:
        return visit
    return replace(
        visit, plan_version=wanted.plan_version, state=state, reason=reason, begins_at=wanted.span.begins,
        ends_at=wanted.span.ends, pinned=False, moved_from=None,
    )  # fmt: skip


def _allowed(visit: Visit, wanted: Wanted, place: Place) -> bool:
    """Whether it may stay where it stands. The planner may have chosen another day: there bans alone decide."""
    if wanted.allows(visit.span):
        return True
    day = visit.begins_at.astimezone(place.zone).date()
    return visit.state is VisitState.MOVED and not reasons_against(bans_of(place, day), visit.span)


_OURS = OFF | {VisitReason.NO_ALLOWED_TIME}
"""Why generation itself skips. One that rain or a person skipped is not planned anew."""


def _gone(visit: Visit) -> Visit:
    """The plan asks for it no longer. A skipped one stays skipped: nobody comes either way."""
    if visit.state is VisitState.CANCELLED or (visit.state is VisitState.SKIPPED and visit.reason not in _OURS):
        return visit
    return replace(visit, state=VisitState.CANCELLED, reason=VisitReason.PLAN_CHANGED)


def _pinned(visit: Visit, state: VisitState, reason: VisitReason) -> Visit:
    """One whose time a person chose: a pause skips it, the end of the pause restores it, its time stays."""
    if reason in OFF:
        return replace(visit, state=VisitState.SKIPPED, reason=reason)
    if visit.state is not VisitState.SKIPPED:
        return visit
    if visit.moved_from is not None:
        return replace(visit, state=VisitState.MOVED, reason=VisitReason.MOVED_BY_OPERATOR)
    return replace(visit, state=VisitState.PLANNED, reason=VisitReason.NONE)
