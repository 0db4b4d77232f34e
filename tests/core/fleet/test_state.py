"""The state rules, one sentence each."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.fleet.limits import StateLimits
from core.fleet.model import Confidence, FleetEventKind, MowerState, PositionType, Source
from core.fleet.sanity import Refusal, Repair
from core.fleet.state import restored
from core.geo import Point
from tests.core.fleet.cast import NOON, Stage, docked, metres_north, mowing, report

S = MowerState


def test_a_mower_that_moves_is_proven_to_be_mowing() -> None:
    luba = Stage.luba()
    luba.hears(docked(0), mowing(10, north=0.0), mowing(11, north=0.4))
    assert (luba.state, luba.snapshot.confidence) == (S.MOWING, Confidence.PROVEN)
    assert luba.snapshot.evidence_at == NOON + timedelta(seconds=11)


def test_a_claim_without_proof_is_reported_and_ends_at_60_s() -> None:
    luba = Stage.luba()
    luba.hears(docked(0), mowing(10))
    assert (luba.state, luba.snapshot.confidence) == (S.MOWING, Confidence.REPORTED)
    assert luba.at(69.9).state is S.MOWING
    ended = luba.at(70)
    assert (ended.state, ended.last_known, ended.confidence) == (S.UNKNOWN, S.MOWING, Confidence.STALE)


def test_a_frozen_frame_with_new_time_stamps_stops_being_mowing_60_s_after_the_last_movement() -> None:
    luba = Stage.luba()
    luba.hears(mowing(0, north=0), mowing(1, north=0.4), mowing(2, north=0.8))
    for second in range(3, 200):
        luba.hears(mowing(second, north=0.8))
        assert (luba.state is S.MOWING) == (second < 62)
    assert luba.snapshot.last_known is S.MOWING


def test_a_stuck_mower_whose_blade_stays_on_and_whose_position_trembles_is_not_mowing_for_long() -> None:
    luba = Stage.luba()
    luba.hears(mowing(0, north=0, blade_on=False), mowing(1, north=0.5))
    for second in range(2, 300):
        trembling = 0.5 + 0.02 * ((second * 7919) % 5 - 2) + second * 1e-6
        luba.hears(mowing(second, north=trembling, satellites=20 + second % 4))
    assert luba.state is S.UNKNOWN
    assert luba.snapshot.last_known is S.MOWING


def test_a_replayed_series_with_new_time_stamps_proves_nothing_the_second_time() -> None:
    luba = Stage.luba()
    series = [(0.4 * step, 80 - step // 50) for step in range(120)]
    for second, (north, battery) in enumerate(series):
        luba.hears(mowing(second, north=north, battery_percent=battery))
    assert luba.state is S.MOWING
    shown = []
    for second in range(120, 600):
        north, battery = series[second % 120]
        luba.hears(mowing(second, north=north, battery_percent=battery))
        shown.append(luba.state)
    assert shown.count(S.MOWING) <= 60
    assert set(shown[60:]) == {S.UNKNOWN}


def test_a_replay_that_includes_its_changes_of_mode_makes_no_new_claim() -> None:
    luba = Stage.luba()
    series = [docked(0)] + [mowing(second, north=0.5 * second) for second in range(1, 40)]
    luba.hears(*series)
    for turn in range(1, 20):
        for reading in series:
            again = report(
                turn * 40 + (reading.device_time - NOON).total_seconds(),
                mode=reading.mode,
                position=reading.position,
                battery_percent=reading.battery_percent,
                charging=reading.charging,
                blade_on=reading.blade_on,
            )
            luba.hears(again)
            if turn > 2:
                assert luba.state is not S.MOWING


def test_progress_proves_mowing_where_the_position_is_poor() -> None:
    luba = Stage.luba()
    for second in range(0, 200, 10):
        luba.hears(
            mowing(second, progress_percent=10 + second // 40, position_type=PositionType.DEAD_RECKONING, speed_m_s=0.1)
        )
        if second >= 40:
            assert luba.state is S.MOWING
    assert luba.snapshot.confidence is Confidence.PROVEN


def test_progress_that_jitters_by_a_point_is_no_work() -> None:
    luba = Stage.luba()
    for second in range(0, 300, 5):
        luba.hears(mowing(second, progress_percent=40 + (second // 5) % 2, satellites=second))
    assert luba.state is S.UNKNOWN


def test_wheel_turns_under_dead_reckoning_are_no_movement() -> None:
    luba = Stage.luba()
    for second in range(120):
        luba.hears(mowing(second, north=0.4 * second, position_type=PositionType.DEAD_RECKONING))
    assert luba.state is S.UNKNOWN


def test_a_blade_that_starts_is_proof_once_and_a_flapping_one_is_not() -> None:
    luba = Stage.luba()
    luba.hears(mowing(0, blade_on=False), mowing(30, blade_on=True))
    assert luba.at(89).confidence is Confidence.PROVEN
    for second in range(90, 400, 5):
        luba.hears(mowing(second, blade_on=bool(second % 2), satellites=second))
    assert luba.state is S.UNKNOWN


def test_a_mode_that_flaps_cannot_claim_for_ever() -> None:
    luba = Stage.luba()
    shown = []
    for second in range(600):
        mode = S.MOWING if second % 2 else S.PAUSED
        luba.hears(report(second, mode=mode, north=0.0, satellites=second))
        shown.append(luba.state)
    assert S.MOWING not in shown[62:]


def test_a_resumed_task_is_mowing_at_once() -> None:
    luba = Stage.luba()
    luba.hears(mowing(0, north=0), mowing(1, north=0.5))
    luba.hears(report(5, mode=S.PAUSED, north=0.5), report(6, mode=S.PAUSED, north=0.5), mowing(7, north=0.5))
    assert (luba.state, luba.snapshot.confidence) == (S.MOWING, Confidence.REPORTED)


def test_returning_needs_movement_and_a_blade_is_no_proof_of_it() -> None:
    luba = Stage.luba()
    luba.hears(mowing(0, north=20), mowing(1, north=20.5))
    luba.hears(report(2, mode=S.RETURNING, north=20.4), report(30, mode=S.RETURNING, north=10))
    assert luba.at(89).state is S.RETURNING
    ended = luba.at(90)
    assert (ended.state, ended.last_known) == (S.UNKNOWN, S.RETURNING)


def test_a_buffered_report_proves_what_was_and_not_what_is() -> None:
    luba = Stage.luba()
    luba.hears(mowing(0, north=0), mowing(1, north=0.5))
    luba.hears(mowing(50, north=20, lag_s=59))
    assert luba.state is S.MOWING
    assert luba.at(110).state is S.UNKNOWN


def test_docked_and_charging_are_proven_by_the_charge_current_and_go_stale_after_15_minutes() -> None:
    luba = Stage.luba()
    luba.hears(docked(0))
    assert luba.snapshot.confidence is Confidence.PROVEN
    assert luba.at(899).confidence is Confidence.PROVEN
    stale = luba.at(900)
    assert (stale.state, stale.confidence) == (S.DOCKED, Confidence.STALE)


@pytest.mark.parametrize("mode", [S.IDLE, S.PAUSED, S.UPDATING])
def test_what_only_the_device_says_is_reported_and_goes_stale(mode: MowerState) -> None:
    luba = Stage.luba()
    luba.hears(report(0, mode=mode))
    assert (luba.state, luba.snapshot.confidence) == (mode, Confidence.REPORTED)
    assert (luba.at(900).state, luba.snapshot.confidence) == (mode, Confidence.STALE)


def test_ageing_without_effect_returns_the_same_snapshot() -> None:
    luba = Stage.luba()
    luba.hears(docked(0))
    before = luba.snapshot
    assert luba.at(100) is before


def test_a_duplicate_is_refused_by_sequence_and_by_payload() -> None:
    luba = Stage.luba()
    luba.hears(docked(0))
    assert luba.hears(docked(0)).refusal is Refusal.DUPLICATE
    assert luba.hears(docked(0, sequence=7)).refusal is Refusal.DUPLICATE
    assert luba.hears(docked(0, sequence=7, battery_percent=99)).accepted


def test_a_late_reading_never_refreshes_age_or_state_but_is_kept_as_history() -> None:
    luba = Stage.luba()
    luba.hears(mowing(0, north=0), mowing(100, north=5))
    before = luba.snapshot
    late = luba.hears(docked(50, lag_s=60))
    assert (late.refusal, late.accepted, late.stored) == (Refusal.LATE, False, True)
    swapped = luba.hears(docked(99, lag_s=2))
    assert (swapped.refusal, swapped.stored) == (Refusal.OUT_OF_ORDER, True)
    assert luba.snapshot is before


def test_a_device_time_that_stands_still_never_refreshes_the_age_and_proves_nothing() -> None:
    luba = Stage.luba()
    luba.hears(mowing(0, north=0))
    for step in range(1, 50):
        standing = replace(mowing(0, north=0.5 * step, sequence=step), received_at=NOON + timedelta(seconds=step))
        assert luba.hears(standing).accepted
    assert luba.snapshot.received_at == NOON
    assert (luba.snapshot.confidence, luba.at(60).state) == (Confidence.REPORTED, S.UNKNOWN)


def test_a_reading_that_arrives_minutes_after_it_was_measured_is_late() -> None:
    luba = Stage.luba()
    assert luba.hears(docked(0, lag_s=301)).refusal is Refusal.LATE
    assert luba.snapshot.received_at is None


def test_a_device_time_in_the_future_is_refused_and_does_not_block_what_follows() -> None:
    luba = Stage.luba()
    refused = luba.hears(docked(100, lag_s=-61))
    assert (refused.refusal, refused.stored) == (Refusal.FUTURE, False)
    assert luba.hears(docked(41)).accepted


def test_a_position_near_zero_is_left_out_and_the_rest_believed() -> None:
    luba = Stage.luba()
    verdict = luba.hears(
        docked(0, battery_percent=77), report(1, position=Point(0.00003, -0.00002), battery_percent=76)
    )
    assert verdict.repairs == (Repair.NULL_ISLAND,)
    reading = luba.snapshot.reading
    assert reading is not None
    assert (reading.battery_percent, reading.position) == (76, metres_north(0))


def test_a_jump_of_5_km_is_left_out_until_the_new_place_has_repeated() -> None:
    luba = Stage.luba()
    luba.hears(mowing(0, north=0), mowing(1, north=0.5))
    assert luba.hears(mowing(2, north=6_000)).repairs == (Repair.JUMP,)
    assert luba.snapshot.reading is not None
    assert luba.snapshot.reading.position == metres_north(0.5)
    verdicts = [luba.hears(report(second, mode=S.IDLE, north=6_000)) for second in range(10, 100, 10)]
    assert [bool(verdict.repairs) for verdict in verdicts] == [True] * 6 + [False] * 3
    assert luba.snapshot.reading.position == metres_north(6_000)


def test_a_speed_no_mower_has_is_impossible() -> None:
    luba = Stage.luba()
    luba.hears(mowing(0, north=0))
    assert luba.hears(mowing(1, north=104)).repairs == (Repair.IMPOSSIBLE_SPEED,)
    assert luba.hears(mowing(100, north=104)).repairs == ()


def test_an_absurd_reading_proves_nothing() -> None:
    luba = Stage.luba()
    luba.hears(mowing(0, north=0), mowing(1, north=0.5, battery_percent=240))
    assert luba.snapshot.confidence is Confidence.REPORTED
    assert luba.snapshot.reading is not None
    assert luba.snapshot.reading.battery_percent == 80


@pytest.mark.parametrize("field", ["battery_percent", "progress_percent"])
@pytest.mark.parametrize("value", [-1, 101, 240])
def test_a_percentage_outside_0_to_100_is_left_out(field: str, value: int) -> None:
    luba = Stage.luba()
    verdict = luba.hears(report(0, mode=S.IDLE, **{field: value}))
    assert verdict.accepted
    assert [repair.value for repair in verdict.repairs] == [field.replace("percent", "range")]
    assert luba.snapshot.reading is not None
    assert getattr(luba.snapshot.reading, field) is None


def test_the_vendors_word_offline_holds_against_a_report_already_under_way() -> None:
    luba = Stage.luba()
    luba.hears(docked(0), report(10, source=Source.STATUS, online=False))
    assert (luba.state, luba.snapshot.last_known) == (S.OFFLINE, S.DOCKED)
    luba.hears(docked(9, lag_s=2))
    assert luba.state is S.OFFLINE
    verdict = luba.hears(docked(11))
    assert luba.state is S.DOCKED
    assert FleetEventKind.CAME_ONLINE in [event.kind for event in verdict.events]


def test_the_vendors_word_does_not_refresh_the_age() -> None:
    luba = Stage.luba()
    luba.hears(docked(0), report(300, source=Source.STATUS, online=True))
    assert luba.snapshot.received_at == NOON
    assert luba.at(900).confidence is Confidence.STALE


def test_a_device_whose_clock_is_behind_comes_back_online_by_reporting() -> None:
    luba = Stage.luba()
    luba.hears(docked(0), report(40, source=Source.STATUS, online=False), docked(35, lag_s=20))
    assert luba.state is S.DOCKED


def test_a_fault_is_cleared_by_recovery_evidence_only() -> None:
    luba = Stage.luba()
    raised = luba.hears(mowing(0, north=3), report(1, mode=S.FAULT, fault_code=1005, north=3))
    assert [event.kind for event in raised.events][-1] is FleetEventKind.FAULT_RAISED
    luba.hears(report(2, mode=S.IDLE, fault_code=0), mowing(3, north=3))
    assert (luba.state, luba.snapshot.fault_code) == (S.FAULT, 1005)
    cleared = luba.hears(mowing(4, north=3.5))
    assert luba.state is S.MOWING
    assert (luba.snapshot.fault_code, luba.snapshot.last_fault_code) == (None, 1005)
    assert FleetEventKind.FAULT_CLEARED in [event.kind for event in cleared.events]


@pytest.mark.parametrize("mode", [S.DOCKED, S.CHARGING])
def test_standing_at_the_dock_clears_a_fault(mode: MowerState) -> None:
    luba = Stage.luba()
    luba.hears(report(0, mode=S.FAULT, fault_code=7), report(1, mode=mode))
    assert (luba.state, luba.snapshot.in_fault, luba.snapshot.last_fault_code) == (mode, False, 7)


def test_a_fault_number_beside_proven_work_is_a_warning() -> None:
    luba = Stage.luba()
    luba.hears(mowing(0, north=0), mowing(1, north=0.5, fault_code=88))
    assert (luba.state, luba.snapshot.in_fault, luba.snapshot.last_fault_code) == (S.MOWING, False, 88)


def test_a_partial_report_keeps_what_was_known() -> None:
    luba = Stage.luba()
    luba.hears(docked(0, firmware="1.30.25"), report(1, source=Source.PROPERTY, battery_percent=98))
    reading = luba.snapshot.reading
    assert reading is not None
    assert (reading.battery_percent, reading.firmware, reading.mode) == (98, "1.30.25", S.DOCKED)


def test_each_stream_has_its_own_order() -> None:
    luba = Stage.luba()
    assert luba.hears(report(30, source=Source.PROPERTY, battery_percent=90)).accepted
    assert luba.hears(docked(10)).accepted


def test_a_restored_mower_is_never_fresh() -> None:
    working = restored(1, mowing(0, north=4), S.MOWING)
    assert (working.state, working.last_known, working.source) == (S.UNKNOWN, S.MOWING, Source.RESTORED)
    resting = restored(1, docked(0), S.DOCKED)
    assert (resting.state, resting.confidence, resting.received_at) == (S.DOCKED, Confidence.STALE, NOON)
    assert Stage(resting).hears(docked(-5)).refusal is Refusal.OUT_OF_ORDER
    luba = Stage(working)
    luba.hears(mowing(10, north=8))
    assert (luba.state, luba.snapshot.confidence) == (S.MOWING, Confidence.PROVEN)


@pytest.mark.parametrize(
    ("name", "value"), [("evidence_s", 61), ("jump_m", -1), ("stale_after_s", 5), ("lag_s", True), ("reorder_s", "x")]
)
def test_a_limit_outside_its_range_fails_at_construction(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"{name} is .*expected a number from"):
        StateLimits(**{name: value})  # type: ignore[arg-type]
