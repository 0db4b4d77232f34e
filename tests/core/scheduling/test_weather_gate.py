"""The weather gate: limits with ranges, go, wait and skip with their numbers, and that unknown is never dry."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.scheduling.weather import conditions, decide, soil_water
from core.scheduling.weather_data import Hour, Place, PlaceWeather, between, place_near
from core.scheduling.weather_limits import DEFAULT_LIMITS, RANGES, WeatherLimits, limits_of
from core.scheduling.weather_model import UNTOLD, Asked, Basis, CheckKind, Decision, MowerRain, Verdict

NOW = datetime(2026, 6, 1, 12, 20, tzinfo=UTC)
NOON = NOW.replace(minute=0)
ELM = Place(44.02, -92.48)
TWO_HOURS = timedelta(hours=2)


def weather(
    rain: dict[int, float | None] | None = None, *, percent: float = 5, temperature: float = 15, wind: float = 3,
    read: datetime = NOW - timedelta(minutes=5), ahead: int = 60,
) -> PlaceWeather:  # fmt: skip
    """Dry hours around noon but for ``rain``: by the hour's end, counted from noon."""
    fallen = rain or {}
    hours = tuple(
        Hour(NOON + timedelta(hours=number), fallen.get(number, 0.0), percent, temperature, wind)
        for number in range(-90, ahead)
    )
    return PlaceWeather(ELM, read, "elm weather", hours)


def asked(**more: datetime | timedelta) -> Asked:
    return replace(Asked(NOW, NOW, NOW + timedelta(hours=8), TWO_HOURS), **more)  # type: ignore[arg-type]


def judged(told: PlaceWeather | None, *, mower: MowerRain = UNTOLD, **more: float) -> Decision:
    return decide(told, WeatherLimits(**more), asked(), mower)


def sensor(raining: bool, minutes: float = 1) -> MowerRain:
    return MowerRain(raining, NOW - timedelta(minutes=minutes))


def against(decision: Decision) -> list[CheckKind]:
    return [check.kind for check in decision.against]


def test_a_dry_mild_day_is_a_go_with_every_number_behind_it() -> None:
    decision = judged(weather(), mower=sensor(False))
    assert (decision.verdict, decision.basis, decision.until) == (Verdict.GO, Basis.WEATHER, None)
    assert [check.kind for check in decision.checks] == list(CheckKind)
    assert [check.value for check in decision.checks] == [5, 0, 0, 0, 5, 0, 3, 15]
    assert all(check.holds for check in decision.checks) and decision.words == "Dry enough: every limit holds."


@pytest.mark.parametrize(
    ("told", "more", "why"),
    [
        (weather({1: 0.5}), {}, [CheckKind.RAIN_NOW]),
        (weather({2: 1.5}), {}, [CheckKind.FORECAST]),
        (weather(percent=71), {}, [CheckKind.PROBABILITY]),
        (weather({-10: 20.0}), {}, [CheckKind.SOIL]),
        (weather(wind=15), {}, [CheckKind.WIND]),
        (weather(temperature=1), {}, [CheckKind.FROST]),
        (weather({1: 0.5}), {"rain_now_mm": 0.5, "soil_mm": 1}, []),
    ],
)
def test_each_limit_by_itself_says_no_at_its_own_number(
    told: PlaceWeather, more: dict[str, float], why: list[CheckKind]
) -> None:
    decision = judged(told, **more)
    assert against(decision) == why
    assert (decision.verdict is Verdict.GO) is not bool(why)


def test_a_wait_ends_with_the_first_hour_in_which_the_whole_visit_is_dry() -> None:
    decision = judged(weather({1: 0.8, 4: 1.2}))
    assert decision.verdict is Verdict.WAIT
    assert decision.until == NOON + timedelta(hours=1)  # 13:00 to 15:00 are dry
    later = judged(weather({1: 0.8, 3: 1.2}))
    assert later.until == NOON + timedelta(hours=3)
    assert later.words == "It rains when it would start. Too much rain is forecast while it would mow."


def test_rain_until_the_latest_start_is_a_skip() -> None:
    decision = judged(weather({hour: 2.0 for hour in range(1, 12)}))
    assert (decision.verdict, decision.until) == (Verdict.SKIP, None)


def test_a_start_that_is_still_to_come_is_judged_by_its_own_hours() -> None:
    wanted = asked(begins=NOW + timedelta(hours=5))
    wet_then = decide(weather({6: 3.0}), DEFAULT_LIMITS, wanted)
    assert wet_then.verdict is Verdict.WAIT and wet_then.until == NOON + timedelta(hours=6)
    assert decide(weather({2: 0.4}), DEFAULT_LIMITS, wanted).verdict is Verdict.GO


def test_wet_ground_dries_by_the_hours_and_the_wait_says_when() -> None:
    decision = judged(weather({-2: 6.0}), soil_mm=5)
    assert decision.verdict is Verdict.WAIT and against(decision) == [CheckKind.SOIL]
    assert decision.until is not None
    water = soil_water(weather({-2: 6.0}).hours, decision.until, 40)
    before = soil_water(weather({-2: 6.0}).hours, decision.until - timedelta(hours=1), 40)
    assert water is not None and before is not None and water <= 5 < before


def test_ground_keeps_its_share_a_day_and_frozen_ground_keeps_all() -> None:
    day = soil_water(weather({-24: 10.0}).hours, NOON, 40)
    assert day == pytest.approx(4.0)
    assert soil_water(weather({-24: 10.0}, temperature=-1).hours, NOON, 40) == pytest.approx(10.0)
    assert soil_water(weather({-73: 10.0}).hours, NOON, 40) == 0


# --- what is not known ---


def test_stale_weather_is_never_dry_and_the_mowers_own_sensor_decides() -> None:
    old = weather(read=NOW - timedelta(minutes=181))
    dry = judged(old, mower=sensor(False))
    assert (dry.verdict, dry.basis) == (Verdict.GO, Basis.MOWER)
    assert dry.words.startswith("The weather is not known, so the mower's own rain sensor decides.")
    wet = judged(old, mower=sensor(True))
    assert (wet.verdict, wet.until) == (Verdict.WAIT, NOW + timedelta(minutes=30))
    nobody = judged(old)
    assert (nobody.verdict, nobody.basis) == (Verdict.WAIT, Basis.NOTHING)
    assert judged(old, mower=sensor(False, minutes=16)).basis is Basis.NOTHING


def test_no_weather_at_all_starts_nothing() -> None:
    decision = judged(None)
    assert (decision.verdict, decision.basis, decision.read_at) == (Verdict.WAIT, Basis.NOTHING, None)
    assert {check.holds for check in decision.checks} == {None}


@pytest.mark.parametrize("hour", [1, 2, -20])
def test_one_hour_that_is_missing_makes_the_weather_unknown(hour: int) -> None:
    assert judged(weather({hour: None})).basis is Basis.NOTHING
    holed = weather()
    whole = replace(holed, hours=tuple(one for one in holed.hours if one.ends != NOON + timedelta(hours=hour)))
    assert judged(whole).basis is Basis.NOTHING


def test_what_cannot_be_told_until_the_latest_start_is_skipped() -> None:
    soon = asked(latest=NOW + timedelta(minutes=20))
    assert decide(None, DEFAULT_LIMITS, soon).verdict is Verdict.SKIP


def test_the_mowers_sensor_only_adds_a_no_and_tells_of_now_alone() -> None:
    wet = judged(weather(), mower=sensor(True))
    assert wet.verdict is Verdict.WAIT and against(wet) == [CheckKind.MOWER_RAIN]
    assert wet.until == NOON + timedelta(hours=1)
    assert judged(weather({1: 2.0}), mower=sensor(False)).verdict is Verdict.WAIT
    coming = decide(None, DEFAULT_LIMITS, asked(begins=NOW + timedelta(hours=3)), sensor(False))
    assert (coming.verdict, coming.until) == (Verdict.WAIT, NOW + timedelta(hours=3))


def test_where_the_forecast_ends_before_the_latest_start_nothing_is_skipped_yet() -> None:
    decision = judged(weather({hour: 2.0 for hour in range(1, 6)}, ahead=5))
    assert decision.verdict is Verdict.WAIT and decision.until == NOW + timedelta(minutes=30)


@given(
    st.dictionaries(st.integers(-80, 14), st.one_of(st.none(), st.floats(0, 5)), max_size=12),
    st.sampled_from([None, True, False]),
    st.integers(0, 400),
)
def test_whatever_is_told_a_go_has_known_dry_hours_or_a_fresh_dry_sensor_behind_it(
    rain: dict[int, float | None], raining: bool | None, age: int
) -> None:
    told = weather(rain, read=NOW - timedelta(minutes=age))
    mower = MowerRain(raining, None if raining is None else NOW)
    decision = decide(told, DEFAULT_LIMITS, asked(), mower)
    if decision.verdict is Verdict.GO:
        hours = between(told.hours, NOW, NOW + TWO_HOURS) or []
        known = age <= 180 and all(hour.rain_mm is not None and hour.rain_mm <= 1 for hour in hours)
        assert raining is not True and (known or raining is False)
        if decision.basis is Basis.WEATHER:
            assert all(check.holds is not False for check in decision.checks)
    if decision.verdict is Verdict.WAIT:
        assert decision.until is not None and NOW < decision.until <= asked().latest
        if decision.basis is Basis.WEATHER and decision.until.minute == 0:
            later = conditions(told.hours, DEFAULT_LIMITS, decision.until, TWO_HOURS)
            assert all(check.holds for check in later)


# --- limits and places ---


@pytest.mark.parametrize("name", list(RANGES))
def test_each_limit_has_a_range_that_is_said(name: str) -> None:
    least, most, unit = RANGES[name]
    for value in (least - 1, most + 1, float("nan"), True, "dry"):
        with pytest.raises(Invalid, match=f"{name} .* expected {least:g} to {most:g} {unit}"):
            limits_of({name: value})
    assert getattr(limits_of({name: most}), name) == most


def test_limits_of_older_and_newer_programs_are_still_read() -> None:
    assert limits_of({"soil_mm": 7, "owls": 3}) == WeatherLimits(soil_mm=7)
    assert limits_of(DEFAULT_LIMITS.told()) == DEFAULT_LIMITS


def test_homes_of_one_street_share_a_place_and_towns_do_not() -> None:
    assert place_near(-92.4801, 44.0201) == place_near(-92.4815, 44.0190) == ELM
    assert place_near(-92.64, 44.06) != ELM and ELM.key == "44.02,-92.48"
