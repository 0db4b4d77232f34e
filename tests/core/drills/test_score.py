"""A score is what was seen, against what was stated: in time, late, missed, or not to be measured."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from core.drills import (
    SCRIPTS,
    SLACK_S,
    About,
    DrillRecord,
    DrillScore,
    Expectation,
    Observation,
    Party,
    ScoreLine,
    Sign,
    Target,
    Verdict,
    score,
    script_named,
)
from core.errors import NotFound
from tests.core.fleet.cast import LUBA, NOON

STUCK = script_named("stuck-mower")
BLOCKED = script_named("account-blocked")
ELM = "elm.street@mowthos.example"
TARGET = Target(LUBA, ELM)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def saw(sign: Sign, second: float, subject: str = LUBA, detail: str = "", by: str = "") -> Observation:
    return Observation(sign=sign, subject=subject, at=at(second), detail=detail, by=by)


FAULT = saw(Sign.INJECTED, 10, "fault")
ALARM = saw(Sign.ALARM, 310, detail="unproven")


def drill(*seen: Observation, ended: float | None = 520, script: str = "stuck-mower") -> DrillRecord:
    return DrillRecord(
        script=script_named(script), target=TARGET, began_at=NOON, begun_by="dana",
        ended_at=None if ended is None else at(ended), observations=seen,
    )  # fmt: skip


def line(result: DrillScore, key: str) -> ScoreLine:
    return next(one for one in result.lines if one.expected.key == key)


def test_a_perfect_answer_has_all_points() -> None:
    result = score(
        drill(
            FAULT, saw(Sign.FADED, 69), saw(Sign.ASKED, 191), ALARM,
            saw(Sign.ACKNOWLEDGED, 340, by="Dana"), saw(Sign.OWNED, 341, by="Dana"),
            saw(Sign.COMMANDED, 380, detail="halt", by="Dana"),
        ),
        at(600),
    )  # fmt: skip
    assert result.points() == (100, 100) and result.settled
    assert result.points(Party.SYSTEM) == (60, 60)
    assert [one.seconds for one in result.lines] == [59, 181, 300, 30, 31, 70]
    stopped = line(result, "stopped")
    assert stopped.seen is not None and stopped.seen.by == "Dana"
    assert stopped.reason == "after 70.0 s; stated are 180 s"


@pytest.mark.parametrize(("second", "verdict", "points"), [
    (10 + 60 + SLACK_S, Verdict.IN_TIME, 20),
    (10 + 60 + SLACK_S + 1, Verdict.LATE, 0),
])  # fmt: skip
def test_a_promise_of_the_product_is_kept_or_not(second: float, verdict: Verdict, points: int) -> None:
    faded = line(score(drill(FAULT, saw(Sign.FADED, second)), at(600)), "faded")
    assert (faded.verdict, faded.points, faded.of) == (verdict, points, 20)


def test_people_who_act_late_get_half() -> None:
    late = line(score(drill(FAULT, ALARM, saw(Sign.ACKNOWLEDGED, 310 + 200)), at(600)), "acknowledged")
    assert (late.verdict, late.points, late.of) == (Verdict.LATE, 5, 10)
    assert "half the points" in late.reason


def test_nothing_seen_is_waited_for_and_then_missed() -> None:
    early = line(score(drill(FAULT, ended=None), at(40)), "faded")
    due = line(score(drill(FAULT, ended=None), at(80)), "faded")
    assert (early.verdict, early.points, early.of) == (Verdict.WAITING, 0, 20)
    assert (due.verdict, due.points, due.of, due.reason) == (Verdict.MISSED, 0, 20, "not within 60 s")


def test_what_nobody_could_answer_counts_neither_way() -> None:
    result = score(drill(FAULT, saw(Sign.FADED, 60)), at(600))
    assert line(result, "alarm").verdict is Verdict.MISSED
    assert [line(result, key).verdict for key in ("acknowledged", "owned", "stopped")] == [Verdict.VOID] * 3
    assert result.points(Party.PEOPLE) == (0, 0)


def test_a_drill_broken_off_early_blames_nobody_for_what_was_not_due() -> None:
    result = score(drill(FAULT, saw(Sign.FADED, 60), ended=100), at(600))
    assert result.points() == (20, 20)
    assert {one.verdict for one in result.lines[1:]} == {Verdict.VOID}
    before = score(drill(ended=5), at(600))
    assert before.points() == (0, 0)
    assert before.lines[0].reason == "the drill ended before its fault"


def test_who_stops_the_mower_before_the_alarm_gets_the_points_and_the_alarm_need_not_come() -> None:
    result = score(drill(FAULT, saw(Sign.FADED, 65), saw(Sign.COMMANDED, 90, detail="pause", by="Dana")), at(600))
    assert line(result, "alarm").verdict is Verdict.VOID
    assert line(result, "alarm").reason == "Dana acted before it was due"
    assert line(result, "stopped").points == 20
    assert result.points() == (40, 40)


def test_only_what_is_about_the_drilled_one_after_its_fault_and_of_the_right_kind_counts() -> None:
    strangers = (
        saw(Sign.FADED, 5), saw(Sign.FADED, 20, "Yuka-7F3A0001"), saw(Sign.ALARM, 50, detail="battery_low"),
        saw(Sign.COMMANDED, 320, detail="start"),
    )  # fmt: skip
    result = score(drill(FAULT, ALARM, *strangers), at(600))
    assert line(result, "faded").verdict is Verdict.MISSED
    assert line(result, "alarm").seconds == 300
    assert line(result, "stopped").verdict is Verdict.MISSED


def test_what_follows_the_end_of_a_fault_is_counted_from_there() -> None:
    seen = (
        FAULT, saw(Sign.LINK_UP, 5, ELM), saw(Sign.BANNER, 14, ELM, "blocked"),
        saw(Sign.ALARM, 15, ELM, "account_blocked"), saw(Sign.MENDED, 310, "fault"), saw(Sign.LINK_UP, 400, ELM),
    )  # fmt: skip
    result = score(drill(*seen, script="account-blocked", ended=510), at(600))
    assert [line(result, key).seconds for key in ("banner", "alarm", "linked")] == [4, 5, 90]
    assert line(result, "acknowledged").verdict is Verdict.MISSED


def test_of_one_that_is_over_its_end_counts_as_now() -> None:
    record = drill(FAULT, ended=40)
    assert score(record, at(41)) == score(record, at(9_999))


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=lambda script: script.name)
def test_every_script_measures_product_and_people_and_ends_after_its_last_promise(script: object) -> None:
    assert {one.party for one in script.expectations} == set(Party)  # type: ignore[attr-defined]
    begins = {key: s for i in script.injections for key, s in ((i.key, i.at_s), (i.end_key, i.ends_s))}  # type: ignore[attr-defined]
    for one in script.expectations:  # type: ignore[attr-defined]
        begins[one.key] = begins[one.after] + one.within_s
    assert max(begins.values()) + SLACK_S <= script.lasts_s  # type: ignore[attr-defined]


def test_a_wrong_script_fails_at_construction() -> None:
    lost = Expectation(
        key="lost", what="", party=Party.SYSTEM, sign=Sign.FADED, about=About.MOWER, after="no-such", within_s=1,
        points=1,
    )  # fmt: skip
    with pytest.raises(ValueError, match="no-such"):
        replace(STUCK, expectations=(lost,))
    with pytest.raises(ValueError, match="above 0"):
        replace(STUCK, expectations=(replace(lost, after="fault", within_s=0),))
    with pytest.raises(ValueError, match="its faults until"):
        replace(STUCK, lasts_s=20)


def test_an_unknown_drill_is_told_which_there_are() -> None:
    with pytest.raises(NotFound, match="stuck-mower"):
        script_named("meteor")
