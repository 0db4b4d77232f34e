"""The alarm rules, look by look: what raises, what clears, what only a person's word or proof ends."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.fleet.alarms import AlarmKind, AlarmState, ChangeKind, Facts, MowerFacts, next_alarms
from core.fleet.alarms.kinds import DEFAULT_RULES
from core.fleet.model import LinkState, MowerState, PositionType
from tests.core.fleet.alarms.cast import ELM_STREET, LUBA, NOON, Watcher, at, link, mower, rule

S, K = MowerState, AlarmKind


def test_a_healthy_fleet_is_not_remembered_at_all() -> None:
    watcher = Watcher()
    before = watcher.state
    assert watcher.looks(1, mower(), mower("Yuka", state=S.CHARGING, charging=True)) == []
    assert watcher.state is before


def test_a_fault_raises_at_once_and_only_recovery_clears_it_after_its_time() -> None:
    watcher = Watcher()
    broken = mower(state=S.FAULT, in_fault=True, fault_code=1201)
    assert watcher.looks(0, broken) == [f"raised fault {LUBA}"]
    assert watcher.told[0].code == 1201
    assert watcher.looks(600, broken) == []
    well = mower(heard_at=at(601))
    assert watcher.looks(601, well) == []
    assert watcher.looks(605, broken._replace(heard_at=at(605))) == []
    assert watcher.looks(606, well) == []
    assert watcher.looks(615, well) == []
    assert watcher.looks(616, well) == [f"cleared fault {LUBA}"]


def test_another_fault_number_changes_the_open_alarm_and_raises_no_second() -> None:
    watcher = Watcher()
    watcher.looks(0, mower(state=S.FAULT, in_fault=True, fault_code=1201))
    assert watcher.looks(1, mower(state=S.FAULT, in_fault=True, fault_code=1202)) == [f"changed fault {LUBA}"]


def test_silence_at_work_asks_after_three_minutes_and_raises_after_five() -> None:
    watcher = Watcher()
    silent = mower(state=S.UNKNOWN, last_known=S.MOWING)
    assert watcher.looks(179, silent) == []
    assert watcher.looks(180, silent) == [f"asked silent {LUBA}"]
    assert watcher.looks(299, silent) == []
    assert watcher.looks(300, silent) == [f"raised silent {LUBA}"]
    assert watcher.looks(400, silent) == []


def test_a_report_between_begins_the_silence_anew_and_asks_again() -> None:
    watcher = Watcher()
    watcher.looks(180, mower())
    assert watcher.looks(200, mower(heard_at=at(190))) == []
    assert watcher.looks(300, mower(heard_at=at(190))) == []
    assert watcher.looks(370, mower(heard_at=at(190))) == [f"asked silent {LUBA}"]
    assert watcher.looks(490, mower(heard_at=at(190))) == [f"raised silent {LUBA}"]


def test_silence_ends_with_a_report_and_not_with_the_vendors_word_offline() -> None:
    watcher = Watcher()
    watcher.looks(300, mower())
    offline = mower(state=S.OFFLINE, last_known=S.MOWING, online=False, since=at(310))
    assert watcher.looks(700, offline) == []
    assert watcher.open == [f"silent {LUBA}"]
    home = mower(state=S.CHARGING, charging=True, heard_at=at(701))
    watcher.looks(701, home)
    assert watcher.looks(711, home) == [f"cleared silent {LUBA}"]


def test_one_who_sleeps_in_its_dock_is_never_silent() -> None:
    watcher = Watcher()
    assert watcher.looks(86_400, mower(state=S.CHARGING, charging=True)) == []
    assert watcher.looks(86_400, mower(state=S.DOCKED)) == []


def test_reports_that_prove_nothing_for_five_minutes_are_an_alarm_of_their_own() -> None:
    watcher = Watcher()
    told = [
        word
        for second in range(0, 400, 10)
        for word in watcher.looks(second, mower(state=S.UNKNOWN, last_known=S.MOWING, heard_at=at(second)))
    ]
    assert told == [f"asked unproven {LUBA}", f"raised unproven {LUBA}"]
    assert watcher.told[-1].at - NOON == timedelta(seconds=300)


@pytest.mark.parametrize("state", [S.IDLE, S.PAUSED])
def test_standing_off_the_dock_for_fifteen_minutes_is_stuck(state: MowerState) -> None:
    watcher = Watcher()
    standing = mower(state=state, heard_at=at(890))
    assert watcher.looks(899, standing) == []
    assert watcher.looks(900, standing) == [f"raised stuck {LUBA}"]


def test_idle_while_it_charges_is_not_stuck() -> None:
    assert Watcher().looks(5_000, mower(state=S.IDLE, charging=True)) == []


def test_a_low_battery_needs_to_last_and_clears_only_above_the_hysteresis() -> None:
    watcher = Watcher()
    low = mower(battery_percent=15, heard_at=at(0))
    watcher.looks(0, low)
    assert watcher.looks(59, low) == []
    assert watcher.looks(60, low._replace(heard_at=at(60))) == [f"raised battery_low {LUBA}"]
    for second in range(61, 400, 10):
        assert watcher.looks(second, low._replace(battery_percent=19, heard_at=at(second))) == []
    for second in range(400, 460, 10):
        assert watcher.looks(second, low._replace(battery_percent=20, heard_at=at(second))) == []
    assert watcher.looks(460, low._replace(battery_percent=20, heard_at=at(460))) == [f"cleared battery_low {LUBA}"]


def test_a_battery_that_flickers_around_its_limit_raises_nothing() -> None:
    watcher = Watcher()
    for second in range(0, 600, 20):
        battery = 15 if second % 40 else 16
        assert watcher.looks(second, mower(battery_percent=battery, heard_at=at(second))) == []


@pytest.mark.parametrize(
    "fields",
    [{"position_type": PositionType.GNSS}, {"correction_age_s": 61.0}, {"position_type": PositionType.DEAD_RECKONING}],
)
def test_work_without_correction_for_two_minutes_is_an_alarm(fields: dict[str, object]) -> None:
    watcher = Watcher()
    watcher.looks(0, mower(**fields))
    assert watcher.looks(119, mower(**fields, heard_at=at(119))) == []
    assert watcher.looks(120, mower(**fields, heard_at=at(120))) == [f"raised correction_lost {LUBA}"]


@pytest.mark.parametrize("kind", [K.LEFT_GROUND, K.LIFTED, K.TAKEN])
def test_what_events_tell_raises_at_once(kind: AlarmKind) -> None:
    watcher = Watcher()
    assert watcher.looks(0, mower(signals=frozenset({kind}))) == [f"raised {kind} {LUBA}"]
    watcher.looks(10, mower())
    assert watcher.looks(40, mower()) == [f"cleared {kind} {LUBA}"]


@pytest.mark.parametrize(
    ("state", "kind", "after_s"),
    [
        (LinkState.BLOCKED, K.ACCOUNT_BLOCKED, 0),
        (LinkState.REAUTH_NEEDED, K.REAUTH_NEEDED, 0),
        (LinkState.BROKER_DOWN, K.BROKER_DOWN, 15),
        (LinkState.CLOUD_DOWN, K.CLOUD_DOWN, 60),
    ],
)
def test_an_account_in_trouble_is_an_alarm_in_its_time(state: LinkState, kind: AlarmKind, after_s: int) -> None:
    watcher = Watcher()
    if after_s:
        assert watcher.looks(after_s - 1, links=[link(state)]) == []
    assert watcher.looks(after_s, links=[link(state)]) == [f"raised {kind} {ELM_STREET}"]
    assert watcher.looks(after_s + 5, links=[link(LinkState.CONNECTING)]) == []
    assert watcher.looks(after_s + 100, links=[link(LinkState.CONNECTING)]) == []
    watcher.looks(after_s + 101, links=[link()])
    assert watcher.looks(after_s + 131, links=[link()]) == [f"cleared {kind} {ELM_STREET}"]


def test_a_rule_switched_off_ends_its_open_alarms() -> None:
    watcher = Watcher()
    watcher.looks(300, mower())
    watcher.rules = [rule(K.SILENT, enabled=False)]
    assert watcher.looks(301, mower()) == [f"cleared silent {LUBA}"]


def test_a_mower_that_left_the_fleet_leaves_no_alarm_behind() -> None:
    watcher = Watcher()
    watcher.looks(300, mower())
    assert watcher.looks(301) == [f"cleared silent {LUBA}"]
    assert watcher.state.watches == {}


def test_silence_before_we_listened_does_not_count() -> None:
    facts = Facts((mower(heard_at=at(-7_200), state=S.UNKNOWN, last_known=S.MOWING),), (), at(0))
    state, changes = next_alarms(AlarmState(), facts, DEFAULT_RULES, at(179))
    assert changes == ()
    state, changes = next_alarms(state, facts, DEFAULT_RULES, at(300))
    assert [change.kind for change in changes] == [ChangeKind.ASKED, ChangeKind.RAISED]


moments = st.lists(
    st.tuples(
        st.integers(1, 120),
        st.sampled_from([S.MOWING, S.IDLE, S.FAULT, S.CHARGING, S.OFFLINE, S.UNKNOWN]),
        st.integers(0, 100),
        st.booleans(),
    ),
    max_size=60,
)


@given(moments)
def test_whatever_happens_an_alarm_is_raised_once_before_it_is_cleared_once(
    story: list[tuple[int, MowerState, int, bool]],
) -> None:
    state, second, heard = AlarmState(), 0, 0
    open_now: set[tuple[str, str]] = set()
    for pause, word, battery, speaks in story:
        second += pause
        heard = second if speaks else heard
        facts: MowerFacts = mower(
            state=word,
            last_known=S.MOWING if word in (S.UNKNOWN, S.OFFLINE) else None,
            in_fault=word is S.FAULT,
            battery_percent=battery,
            charging=word is S.CHARGING,
            heard_at=at(heard),
        )
        state, changes = next_alarms(state, Facts((facts,), (link(),)), DEFAULT_RULES, at(second))
        for change in changes:
            key = (change.key.rule, change.key.subject.name)
            if change.kind is ChangeKind.RAISED:
                assert key not in open_now
                open_now.add(key)
            elif change.kind is ChangeKind.CLEARED:
                open_now.remove(key)
    assert open_now == {(key.rule, key.subject.name) for key, watch in state.watches.items() if watch.open}
