"""The rule of mowing sessions: when one starts and ends, what it holds, why it ended."""

import pytest

from core.fleet.model import MowerState as S
from core.fleet.sessions import EndReason, MowingSession, Sample, SessionLimits, derive
from tests.core.fleet.sessions.cast import BACK, FRONT, NOON_MS, sample, work


def sessions(*samples: Sample, until_s: float = 0) -> list[MowingSession]:
    until = max(samples[-1].device_time_ms, NOON_MS + round(until_s * 1000))
    return derive(1, samples, until_ms=until)[0]


def only(*samples: Sample, until_s: float = 0) -> MowingSession:
    found = sessions(*samples, until_s=until_s)
    assert len(found) == 1
    return found[0]


def at(ms: int) -> float:
    return (ms - NOON_MS) / 1000


def test_a_session_runs_from_the_first_mowing_to_the_way_home() -> None:
    docked = sample(0, S.DOCKED, battery_percent=100)
    session = only(docked, *work(60, 660, battery_percent=80), sample(660, S.RETURNING, battery_percent=70))
    assert (at(session.started_ms), at(session.ended_ms)) == (60, 660)
    assert session.mowing_s == 600
    assert session.distance_m == pytest.approx(0.5 * 590, abs=0.5)
    assert session.battery_used == 10
    assert (session.progress_start, session.progress_end) == (1, 10)
    assert session.area_m2 == pytest.approx(200 * 9 / 100)


def test_a_mower_that_never_mows_has_no_session() -> None:
    assert sessions(sample(0, S.DOCKED), sample(60, S.RETURNING), sample(120, S.CHARGING), until_s=9_000) == []


def test_pauses_and_faults_are_counted_and_their_time_is_not_mowing() -> None:
    session = only(
        *work(0, 300),
        sample(300, S.PAUSED),
        *work(360, 600),
        sample(600, S.FAULT),
        sample(610, S.FAULT, fault_code=1004),
        *work(700, 900),
        sample(1100, S.RETURNING),
    )
    assert (session.pauses, session.paused_s) == (1, 60)
    assert (session.faults, session.fault_s) == ((1004,), 100)
    assert session.mowing_s == 300 + 240 + 190 + 60  # a reading proves mowing for a minute


def test_zones_are_told_with_the_time_mowed_there_longest_first() -> None:
    session = only(*work(0, 100, zone_hash=BACK), *work(100, 400, zone_hash=FRONT), sample(400, S.RETURNING))
    assert session.zones == ((FRONT - 2**64, 300.0), (BACK, 100.0))


@pytest.mark.parametrize(
    ("before_the_end", "end", "reason"),
    [
        ({"progress_percent": 99}, {}, EndReason.DONE),
        ({"battery_percent": 22}, {}, EndReason.BATTERY),
        ({"battery_percent": 22, "rain": True}, {}, EndReason.RAIN),
        ({"battery_percent": 60}, {}, EndReason.OPERATOR),
        ({"battery_percent": 60}, {"rain": True}, EndReason.RAIN),
        ({"progress_percent": 99, "battery_percent": 10}, {}, EndReason.DONE),
        ({}, {"progress_percent": 99}, EndReason.OPERATOR),  # what it says once it has left is of another task
    ],
)
def test_the_reason_of_an_end(before_the_end: dict[str, object], end: dict[str, object], reason: EndReason) -> None:
    session = only(*work(0, 300), *work(300, 360, **before_the_end), sample(360, S.RETURNING, **end))
    assert session.end_reason is reason


def test_a_fault_that_lasts_ends_the_session_where_it_began() -> None:
    faulty = [sample(at, S.FAULT, fault_code=7) for at in range(300, 1_500, 60)]
    session = only(*work(0, 300), *faulty)
    assert (at(session.ended_ms), session.end_reason, session.faults) == (300, EndReason.FAULT, (7,))
    assert session.fault_s == 0


def test_carried_home_right_after_a_fault_it_ended_by_the_fault() -> None:
    session = only(*work(0, 300), sample(300, S.FAULT, fault_code=7), sample(400, S.IDLE))
    assert session.end_reason is EndReason.FAULT


@pytest.mark.parametrize(("rain", "reason"), [(True, EndReason.RAIN), (None, EndReason.OPERATOR)])
def test_a_pause_without_end_ends_the_session_where_it_began(rain: bool | None, reason: EndReason) -> None:
    session = only(*work(0, 300), sample(300, S.PAUSED, rain=rain), until_s=2_101)
    assert (at(session.ended_ms), session.end_reason) == (300, reason)


def test_silence_ends_a_session_with_the_last_that_was_heard() -> None:
    assert sessions(*work(0, 300), until_s=890) == []
    session = only(*work(0, 300), until_s=891)
    assert (at(session.ended_ms), session.end_reason) == (290, EndReason.LOST)


def test_a_mower_that_claims_to_mow_without_proof_is_lost_from_then_on() -> None:
    frozen = [sample(at, S.UNKNOWN, north=150) for at in range(300, 1_000, 10)]
    session = only(*work(0, 300), *frozen)
    assert (at(session.ended_ms), session.end_reason) == (300, EndReason.LOST)


def test_a_task_gone_on_with_after_charging_is_one_task_of_two_sessions() -> None:
    first, second = sessions(
        *work(0, 300, battery_percent=20, progress_percent=40),
        sample(300, S.RETURNING),
        sample(3_000, S.CHARGING),
        *work(4_000, 4_300, progress_percent=41),
        sample(4_300, S.RETURNING),
    )
    assert not first.continues
    assert second.continues
    assert second.task_ms == first.started_ms


@pytest.mark.parametrize("progress", [3, 99])
def test_a_new_task_is_not_the_old_one(progress: int) -> None:
    before = 100 if progress == 99 else 40  # one that was done, and one that starts over
    _, second = sessions(
        *work(0, 300, progress_percent=before), sample(300, S.RETURNING), *work(900, 1_000, progress_percent=progress),
        sample(1_000, S.RETURNING),
    )  # fmt: skip
    assert not second.continues


def test_trembling_on_the_spot_is_no_way() -> None:
    trembling = [sample(second, north=0.02 * (second % 3)) for second in range(0, 300)]
    assert only(*trembling, sample(300, S.IDLE)).distance_m == 0


def test_a_jump_is_no_way() -> None:
    session = only(sample(0, north=0), sample(10, north=5), sample(20, north=400), sample(30, north=405),
                   sample(40, S.IDLE))  # fmt: skip
    assert session.distance_m == pytest.approx(10, abs=0.01)


def test_a_limit_out_of_range_is_refused_with_what_was_expected() -> None:
    with pytest.raises(ValueError, match="silence_s is 5: expected 60 to 3600"):
        SessionLimits(silence_s=5)
