"""What is to be done now with a visit that is due or started. Pure: one look at the facts, one step.

| phase | looked at, in order | steps |
|---|---|---|
| waiting | latest start, zones, mower free, weather gate, start guard | wait, ask the gate, start, give up |
| asked | its start command | follow; began; tried again later; give up |
| working | end of the allowed hours, rain, its mowing session | follow, hold, send home, tried again, kept off, over |
| held | dry again, and room in the allowed hours | wait, start again, give up |
| home | the mower is on its way | follow, over |

Mowing and its end are believed to telemetry alone: a start counts when its command is done, an end when the mowing
session that telemetry made has ended. A step never starts anything outside the allowed hours of the visit.
"""

from datetime import datetime, timedelta

from core.fleet import EndReason, MowingSession
from core.fleet.model import CommandStatus, MowerState
from core.scheduling import planner_spans
from core.scheduling.model import Visit, VisitReason, VisitState
from core.scheduling.run_model import Phase, RunRules, VisitRun, reason_of
from core.scheduling.run_steps import (
    AskGate,
    Began,
    End,
    Facts,
    Follow,
    Hold,
    RunStep,
    SendHome,
    Start,
    Wait,
)
from core.scheduling.weather_hold import Begun, Step, hold_step
from core.scheduling.weather_model import CheckKind, Decision, Verdict

S = MowerState
AT_HOME = frozenset({S.DOCKED, S.CHARGING, S.IDLE})
GOES_HOME = AT_HOME | {S.RETURNING}
LEAST_LEFT = timedelta(minutes=10)
TELL_AGAIN = timedelta(minutes=1)
SKEW = timedelta(minutes=2)
"""A device's clock may be behind ours by that much."""
WET = frozenset({CheckKind.MOWER_RAIN, CheckKind.RAIN_NOW, CheckKind.FORECAST, CheckKind.PROBABILITY, CheckKind.SOIL})


def next_step(visit: Visit, run: VisitRun, facts: Facts, rules: RunRules) -> RunStep:
    """The one step that is due."""
    match run.phase:
        case Phase.WAITING:
            return _waiting(visit, run, facts, rules)
        case Phase.ASKED:
            return _asked(visit, run, facts, rules)
        case Phase.WORKING:
            return _working(visit, run, facts, rules)
        case Phase.HELD:
            return _held(visit, run, facts, rules)
        case Phase.HOME:
            return _going_home(run, facts)
        case Phase.OVER:
            return Follow()


def latest_start(visit: Visit, run: VisitRun, facts: Facts, rules: RunRules) -> datetime | None:
    """Up to when it may start: enough of its minutes must fit into its allowed hours. ``None``: it has none."""
    if facts.hours is None:
        return None
    return facts.hours.ends - _left(visit, run, facts) * (rules.least_percent / 100)


def mowed_seconds(run: VisitRun, facts: Facts) -> float:
    """Seconds mowed for this visit: in the household's own zones, by sessions since it was first asked for."""
    wanted = frozenset(facts.zones)
    return sum(
        seconds
        for session in _of_visit(run, facts)
        for zone, seconds in session.zones
        if zone & (1 << 64) - 1 in wanted
    )


def _waiting(visit: Visit, run: VisitRun, facts: Facts, rules: RunRules) -> RunStep:
    return _no_time(visit, run, facts, rules) or _not_yet(run, facts, rules) or _weather(run, facts) or _guard(facts)


def _no_time(visit: Visit, run: VisitRun, facts: Facts, rules: RunRules) -> RunStep | None:
    """Nobody who could come, or no hour left in which it could start."""
    latest = latest_start(visit, run, facts, rules)
    if not run.device_name:
        return End(VisitState.FAILED, VisitReason.NO_MOWER)
    if facts.hours is None or latest is None:
        return _over(run, facts, VisitReason.NO_ALLOWED_TIME)
    return _over(run, facts, run.waiting or VisitReason.NOT_STARTED) if facts.now > latest else None


def _not_yet(run: VisitRun, facts: Facts, rules: RunRules) -> RunStep | None:
    now, hours = facts.now, facts.hours
    if hours is not None and now < hours.begins:
        return Wait(hours.begins, VisitReason.NO_ALLOWED_TIME)
    if run.not_before is not None and now < run.not_before:
        return Follow()
    if not facts.zones:
        return Wait(now + rules.retry, VisitReason.NO_ZONE)
    return Wait(None, VisitReason.MOWER_BUSY) if facts.busy else None


def _weather(run: VisitRun, facts: Facts) -> RunStep | None:
    if facts.gate is None:
        return AskGate() if facts.gated else None
    reason = weather_reason(facts.gate)
    if facts.gate.verdict is Verdict.SKIP:
        return _over(run, facts, reason)
    return Wait(facts.gate.until, reason) if facts.gate.verdict is Verdict.WAIT else None


def _guard(facts: Facts) -> RunStep:
    return Wait(None, reason_of(facts.against[0])) if facts.against else Start()


def _asked(visit: Visit, run: VisitRun, facts: Facts, rules: RunRules) -> RunStep:
    command, latest = facts.command, latest_start(visit, run, facts, rules)
    if command is None:  # the process died between writing the attempt down and asking
        in_time = latest is not None and facts.now <= latest
        return Start(again=True) if in_time else _over(run, facts, VisitReason.NOT_STARTED)
    if command.status is CommandStatus.DONE or _of_attempt(run, facts):
        return Began()
    if command.is_open:
        return Follow()
    reason = reason_of(command.reasons[0]) if command.reasons else VisitReason.REFUSED
    return _again(visit, run, facts, rules, reason)


def _working(visit: Visit, run: VisitRun, facts: Facts, rules: RunRules) -> RunStep:
    mine = _of_attempt(run, facts)
    newest = mine[0] if mine else None
    out = facts.state not in GOES_HOME
    if facts.hours is None or facts.now >= facts.hours.ends:
        return SendHome(VisitReason.OUT_OF_TIME) if out else _over(run, facts, _unfinished(newest))
    if facts.wet and (newest is None or newest.open):
        return Hold(None, send=out)
    if newest is not None:
        return _session(newest, visit, run, facts, rules)
    late = run.asked_at is not None and facts.now - run.asked_at >= rules.unproven
    lost = late and facts.state in AT_HOME
    return _again(visit, run, facts, rules, VisitReason.NOT_REACHED) if lost else Follow()


def _session(newest: MowingSession, visit: Visit, run: VisitRun, facts: Facts, rules: RunRules) -> RunStep:
    """What the end of its mowing session means. A charge between two stretches is part of the work: the mower goes on
    by itself. Sent away because the household wants its lawn clear, it waits until that is over and starts again."""
    if facts.kept_off and newest.end_reason in {EndReason.OPERATOR, EndReason.BATTERY}:
        latest = latest_start(visit, run, facts, rules)
        in_time = latest is not None and facts.now <= latest
        return Wait(None, VisitReason.KEEP_OFF) if in_time else _over(run, facts, VisitReason.KEEP_OFF)
    match newest.end_reason:
        case None | EndReason.BATTERY:
            return Follow()
        case EndReason.DONE:
            return End(VisitState.DONE)
        case EndReason.RAIN:
            return Follow() if facts.state is S.MOWING else Hold(None, send=False)
        case EndReason.FAULT | EndReason.LOST:
            fault = newest.end_reason is EndReason.FAULT
            why = VisitReason.MOWER_FAULT if fault else VisitReason.MOWER_OFFLINE
            return _again(visit, run, facts, rules, why)
        case EndReason.OPERATOR:
            return _over(run, facts, VisitReason.STOPPED)


def _going_home(run: VisitRun, facts: Facts) -> RunStep:
    """Sent home once, and again where it mows on though the command is over: these are no hours to mow in."""
    on_its_way = _told_lately(facts)
    if facts.state in GOES_HOME or (facts.state is not S.MOWING and not on_its_way):
        return _over(run, facts, run.waiting)
    return Follow() if on_its_way else SendHome(run.waiting)


def _told_lately(facts: Facts) -> bool:
    """Whether the command that sends it home is under way, or was given so lately that it is not given again."""
    command = facts.command
    return command is not None and (command.is_open or facts.now - command.requested_at < TELL_AGAIN)


def _held(visit: Visit, run: VisitRun, facts: Facts, rules: RunRules) -> RunStep:
    now, latest = facts.now, latest_start(visit, run, facts, rules)
    if facts.hours is None or latest is None or now > latest:
        return _over(run, facts, VisitReason.RAIN)
    if facts.state is S.MOWING:  # it was told to go home and does not, or went on by itself after the rain
        return Follow() if _told_lately(facts) else Hold(run.not_before, send=True) if facts.wet else Began()
    if run.not_before is not None and now < run.not_before:
        return Follow()
    if facts.gate is not None:
        return _dry(visit, run, facts, rules, latest)
    dry = AskGate() if facts.gated else Wait(None, VisitReason.RAIN)  # no cluster: the mower's own sensor alone tells
    return Follow() if facts.wet else dry


def _dry(visit: Visit, run: VisitRun, facts: Facts, rules: RunRules, latest: datetime) -> RunStep:
    """What the rule of rain in the middle of a visit says; it is waiting again once it may go on."""
    assert facts.gate is not None and facts.hours is not None
    left = _left(visit, run, facts) * (rules.least_percent / 100)
    allowed = [planner_spans.Span(one.begins, one.ends) for one in (facts.hours, *facts.later)]
    step = hold_step(Begun(True, left, latest), facts.gate, allowed, facts.now)
    if step.step is Step.CATCH_UP:
        return _over(run, facts, VisitReason.RAIN)
    if step.step is Step.RESUME:
        return Follow() if facts.wet else Wait(None, VisitReason.RAIN)
    return Hold(step.at, send=False)


def _again(visit: Visit, run: VisitRun, facts: Facts, rules: RunRules, reason: VisitReason) -> RunStep:
    """Another start a little later, while there are attempts and time left; else it is over."""
    until, latest = facts.now + rules.retry, latest_start(visit, run, facts, rules)
    if run.tries < rules.attempts and latest is not None and until <= latest:
        return Wait(until, reason)
    return _over(run, facts, reason)


def _over(run: VisitRun, facts: Facts, reason: VisitReason) -> End:
    """Short where something was mowed; lost to the weather or a keep-off it is skipped; else failed."""
    if mowed_seconds(run, facts) >= 60:
        return End(VisitState.SHORT, reason)
    return End(VisitState.SKIPPED if reason in MADE_UP_FOR else VisitState.FAILED, reason)


LOST_TO_WEATHER = frozenset({VisitReason.RAIN, VisitReason.WEATHER})
MADE_UP_FOR = LOST_TO_WEATHER | {VisitReason.KEEP_OFF}
"""What a visit was lost by is no fault of anybody who could mend it: it is caught up by itself."""


def weather_reason(decision: Decision) -> VisitReason:
    """Rain, or other weather."""
    wet = not decision.against or any(check.kind in WET for check in decision.against)
    return VisitReason.RAIN if wet else VisitReason.WEATHER


def _unfinished(newest: MowingSession | None) -> VisitReason:
    low = newest is not None and newest.end_reason is EndReason.BATTERY
    return VisitReason.LOW_BATTERY if low else VisitReason.OUT_OF_TIME


def _left(visit: Visit, run: VisitRun, facts: Facts) -> timedelta:
    """What is left of its minutes."""
    return max(LEAST_LEFT, visit.span.lasts - timedelta(seconds=mowed_seconds(run, facts)))


def _of_visit(run: VisitRun, facts: Facts) -> list[MowingSession]:
    since = run.first_asked_at
    return [] if since is None else [one for one in facts.sessions if one.started_at >= since - SKEW]


def _of_attempt(run: VisitRun, facts: Facts) -> list[MowingSession]:
    since = run.asked_at
    return [] if since is None else [one for one in facts.sessions if one.started_at >= since - SKEW]
