"""Now, later or not at all: quiet hours in the reader's zone, a limit an hour, and critical ones that break through."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.accounts import Role
from core.control import QuietWindow, quiet_until
from core.notices import EVENTS, Channel, Decision, Reader, Reason, RouteFacts, Verdict, Weight, event_of, route
from core.notices.events import OTHER, events_for
from core.notices.routing import HOUR, chosen, limit_until
from tests.proofs import counted

CHICAGO, BERLIN = ZoneInfo("America/Chicago"), ZoneInfo("Europe/Berlin")
NIGHT = QuietWindow(days=frozenset(range(7)), begins=time(21), ends=time(8))
NOON = datetime(2026, 6, 3, 17, tzinfo=UTC)
MIDNIGHT = datetime(2026, 6, 4, 5, tzinfo=UTC)
"""12:00 and 24:00 in Chicago."""

FACTS = RouteFacts(
    channel=Channel.MAIL, weight=Weight.INFO, chosen=True, active=True, has_address=True, zone=CHICAGO, quiet=(NIGHT,),
    sent=(), most_an_hour=3, now=NOON,
)  # fmt: skip


def test_by_day_it_goes_now() -> None:
    assert route(FACTS) == Decision(Verdict.NOW)


def test_at_night_it_waits_for_the_morning_of_its_readers_own_zone() -> None:
    decision = route(replace(FACTS, now=MIDNIGHT))
    assert decision == Decision(Verdict.HELD, Reason.QUIET, datetime(2026, 6, 4, 13, tzinfo=UTC))
    assert route(replace(FACTS, now=MIDNIGHT, zone=BERLIN)) == Decision(
        Verdict.HELD, Reason.QUIET, datetime(2026, 6, 4, 6, tzinfo=UTC)
    )


def test_what_is_critical_breaks_through_night_and_limit_and_says_so() -> None:
    sent = tuple(NOON - timedelta(minutes=minute) for minute in range(9))
    loud = replace(FACTS, weight=Weight.CRITICAL)
    assert route(replace(loud, now=MIDNIGHT)) == Decision(Verdict.NOW, Reason.CRITICAL)
    assert route(replace(loud, sent=sent)) == Decision(Verdict.NOW, Reason.CRITICAL)
    assert route(loud) == Decision(Verdict.NOW)


@pytest.mark.parametrize("weight", list(Weight))
def test_what_was_not_chosen_or_has_no_address_goes_nowhere_however_loud(weight: Weight) -> None:
    assert route(replace(FACTS, weight=weight, chosen=False)) == Decision(Verdict.OFF, Reason.NOT_CHOSEN)
    assert route(replace(FACTS, weight=weight, has_address=False)) == Decision(Verdict.OFF, Reason.NO_ADDRESS)
    assert route(replace(FACTS, weight=weight, active=False)) == Decision(Verdict.OFF, Reason.CLOSED)


def test_the_bell_is_never_held_and_rings_for_what_is_critical_whatever_was_chosen() -> None:
    bell = replace(FACTS, channel=Channel.IN_APP, now=MIDNIGHT, has_address=False, sent=(MIDNIGHT,) * 9)
    assert route(bell) == Decision(Verdict.NOW)
    assert route(replace(bell, chosen=False)) == Decision(Verdict.OFF, Reason.NOT_CHOSEN)
    assert route(replace(bell, chosen=False, weight=Weight.CRITICAL)) == Decision(Verdict.NOW)


def test_beyond_the_limit_it_waits_until_the_oldest_of_the_hour_is_an_hour_old() -> None:
    sent = tuple(NOON - timedelta(minutes=minutes) for minutes in (50, 20, 10))
    assert route(replace(FACTS, sent=sent)) == Decision(Verdict.HELD, Reason.LIMIT, NOON + timedelta(minutes=10))
    assert route(replace(FACTS, sent=sent[1:])) == Decision(Verdict.NOW)
    assert route(replace(FACTS, sent=(*sent[1:], NOON - HOUR))) == Decision(Verdict.NOW)


def test_a_limit_that_ends_in_the_night_holds_until_the_morning() -> None:
    now = datetime(2026, 6, 4, 1, 30, tzinfo=UTC)  # 20:30 in Chicago
    sent = tuple(now - timedelta(minutes=minutes) for minutes in (20, 10, 5))
    assert route(replace(FACTS, now=now, sent=sent)).until == datetime(2026, 6, 4, 13, tzinfo=UTC)


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="most_an_hour"):
        replace(FACTS, most_an_hour=0)


zones = st.sampled_from([CHICAGO, BERLIN, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kathmandu")])
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda moment: moment.replace(tzinfo=UTC))
times = st.times().map(lambda one: one.replace(second=0, microsecond=0))
windows = st.builds(
    QuietWindow, days=st.frozensets(st.integers(0, 6), min_size=1), begins=times, ends=times
).filter(lambda window: window.begins != window.ends)  # fmt: skip


@st.composite
def facts(draw: st.DrawFn) -> RouteFacts:
    now = draw(moments)
    ages = draw(st.lists(st.integers(0, 7_200), max_size=12))
    return replace(
        FACTS,
        now=now,
        zone=draw(zones),
        quiet=tuple(draw(st.lists(windows, max_size=1))),
        sent=tuple(now - timedelta(seconds=age) for age in ages),
        most_an_hour=draw(st.integers(1, 6)),
        weight=draw(st.sampled_from(list(Weight))),
        channel=draw(st.sampled_from([Channel.MAIL, Channel.SMS])),
        chosen=draw(st.booleans()),
        has_address=draw(st.booleans()),
    )


@counted(sample=300, full=20_000)
@given(facts())
def test_what_is_held_goes_at_the_moment_named_and_that_moment_is_neither_quiet_nor_beyond_the_limit(
    given_facts: RouteFacts,
) -> None:
    decision = route(given_facts)
    assert (decision.until is not None) == (decision.verdict is Verdict.HELD)
    if decision.until is None:
        return
    assert given_facts.now < decision.until
    assert given_facts.weight is not Weight.CRITICAL
    assert quiet_until(given_facts.quiet, given_facts.zone, decision.until) is None
    assert limit_until(given_facts.sent, given_facts.most_an_hour, decision.until) is None
    assert route(replace(given_facts, now=decision.until)) == Decision(Verdict.NOW)


@counted(sample=100, full=5_000)
@given(zones, st.lists(windows, max_size=1), moments, st.integers(1, 4), st.lists(st.integers(0, 1_800), max_size=25))
def test_however_notices_come_no_hour_sees_more_than_the_limit_nothing_is_lost_and_no_quiet_hour_is_broken(
    zone: ZoneInfo, quiet: list[QuietWindow], begin: datetime, most: int, gaps: list[int]
) -> None:
    sent: list[datetime] = []
    came = begin
    for gap in gaps:
        came += timedelta(seconds=gap)
        now = max(came, sent[-1]) if sent else came
        facts = replace(FACTS, zone=zone, quiet=tuple(quiet), most_an_hour=most, now=now, sent=tuple(sent))
        decision = route(facts)
        sent.append(decision.until or now)
    assert len(sent) == len(gaps)
    for moment in sent:
        assert sum(moment - HOUR < other <= moment for other in sent) <= most
        assert quiet_until(quiet, zone, moment) is None


def reader(role: Role = Role.HOMEOWNER, **fields: object) -> Reader:
    given = {"person_id": UUID(int=1), "name": "Hana", "email": "h@elm.example", "language": "en", "role": role}
    return Reader(**(given | fields))  # type: ignore[arg-type]


def test_a_choice_outweighs_the_default_of_the_role_in_both_directions() -> None:
    critical = ("alarm.raised", Weight.CRITICAL, Channel.SMS)
    assert chosen(reader(Role.DISPATCHER), *critical)
    assert not chosen(reader(Role.ADMIN), *critical)
    off, on = {("alarm.critical", Channel.SMS): False}, {("alarm.critical", Channel.SMS): True}
    assert not chosen(reader(Role.DISPATCHER, choices=off), *critical)
    assert chosen(reader(Role.ADMIN, choices=on), *critical)


def test_every_kind_that_is_told_has_its_row_and_an_unknown_one_rings_the_bell_alone() -> None:
    assert event_of("alarm.raised", Weight.CRITICAL).key == "alarm.critical"
    assert event_of("alarm.raised", Weight.WARNING).key == "alarm.other"
    assert event_of("billing_dunning", Weight.WARNING).key == "billing.owed"
    assert event_of("visit.skipped", Weight.INFO).key == "visit.skipped"
    assert event_of("something.new", Weight.INFO) is OTHER
    assert OTHER.channels_of(Role.HOMEOWNER) == {Channel.IN_APP}


def test_a_homeowner_sees_rows_of_the_home_a_dispatcher_rows_of_the_work_and_one_who_is_both_sees_all() -> None:
    home = {event.key for event in events_for(Role.HOMEOWNER, at_home=True)}
    work = {event.key for event in events_for(Role.DISPATCHER, at_home=False)}
    assert home & work == set()
    assert home | work == {event.key for event in EVENTS}
    assert {event.key for event in events_for(Role.DISPATCHER, at_home=True)} == home | work
