"""Weather over a real socket: what it tells, how it fails, and that no failure and no hole ever reads as dry."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from core.clock import MovableClock
from core.errors import NeedsHuman, Unavailable
from core.scheduling.weather import decide, soil_water
from core.scheduling.weather_data import Hour, Place, between, place_near
from core.scheduling.weather_limits import WeatherLimits
from core.scheduling.weather_model import Asked, Basis, Verdict
from external.weather import OpenMeteo
from external.weather.mapping import Malformed, weather_of
from external.weather.simulator import FairSky, Fault, RealYears, SeededSky, WeatherTwin, WeatherTwinOptions
from external.weather.simulator.sky import DayWeather, hours_of

ANSWERS = Path(__file__).parent / "answers"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ROCHESTER, BYRON = Place(44.02, -92.48), Place(44.06, -92.64)


def answer(name: str) -> Any:
    return json.loads((ANSWERS / f"{name}.json").read_text())


@pytest.fixture
async def twin(clock: MovableClock) -> AsyncIterator[WeatherTwin]:
    async with WeatherTwin(clock=clock) as running:
        yield running


def client(twin: WeatherTwin, clock: MovableClock, **more: Any) -> OpenMeteo:
    given = {"clock": clock, "base_url": twin.url, "first_wait_s": 0.01, "timeout_s": 5.0} | more
    return OpenMeteo(**given)


# --- the mapping ---


def test_one_place_is_an_object_and_what_is_null_or_absurd_is_not_known() -> None:
    (weather,) = weather_of(answer("one_place"), [ROCHESTER], read_at=NOW, source="open-meteo")
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert weather.hours[0] == Hour(noon, 0.0, 2.0, 14.2, 2.41)
    assert weather.hours[0].begins == noon - timedelta(hours=1)
    assert [hour.rain_mm for hour in weather.hours] == [0.0, 0.4, None, None, 0.0]
    assert (weather.hours[3].rain_percent, weather.hours[4].wind_m_s) == (None, None)


def test_several_places_are_a_list_in_the_order_asked() -> None:
    first, second = weather_of(answer("two_places"), [ROCHESTER, BYRON], read_at=NOW, source="x")
    assert (first.place, second.place) == (ROCHESTER, BYRON)
    assert (first.hours[0].rain_mm, second.hours[0].rain_mm) == (0.0, 1.1)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda one: one.pop("hourly"), "no hourly values"),
        (lambda one: one["hourly"]["precipitation"].pop(), "not of one length"),
        (lambda one: one["hourly"].pop("wind_speed_10m"), "missing"),
        (lambda one: one["hourly_units"].update(precipitation="inch"), "precipitation in 'inch', expected mm"),
        (lambda one: one["hourly_units"].update(wind_speed_10m="km/h"), "expected m/s"),
        (lambda one: one["hourly"]["time"].__setitem__(0, "2026-06-01T12:00"), "seconds since 1970"),
        (lambda one: one.update(latitude=12.0), "latitude 12.0 for 44.02"),
    ],
)
def test_an_answer_of_another_shape_unit_or_place_is_refused(change: Any, words: str) -> None:
    document = answer("one_place")
    change(document)
    with pytest.raises(Malformed, match=words):
        weather_of(document, [ROCHESTER], read_at=NOW, source="x")


def test_an_answer_to_another_number_of_places_is_refused() -> None:
    with pytest.raises(Malformed, match="2 answers to 1 places"):
        weather_of(answer("two_places"), [ROCHESTER], read_at=NOW, source="x")


# --- over the socket ---


async def test_two_places_are_asked_at_once_with_days_behind_and_ahead(twin: WeatherTwin, clock: MovableClock) -> None:
    found = await client(twin, clock).weather([ROCHESTER, BYRON])
    assert [one.place for one in found] == [ROCHESTER, BYRON]
    (asked,) = twin.asked
    assert (asked["latitude"], asked["longitude"]) == ("44.02,44.06", "-92.48,-92.64")
    assert found[0].read_at == clock.now() and found[0].source == "open-meteo"
    assert between(found[0].hours, NOW - timedelta(days=4), NOW + timedelta(days=3)) is not None
    assert soil_water(found[0].hours, NOW, 40) is not None


async def test_many_places_are_asked_in_batches(twin: WeatherTwin, clock: MovableClock) -> None:
    places = [place_near(-92.0 - 0.02 * number, 44.0) for number in range(120)]
    found = await client(twin, clock).weather(places)
    assert [one.place for one in found] == places and len(twin.asked) == 3


async def test_played_rain_is_in_the_hours_that_it_falls_in(twin: WeatherTwin, clock: MovableClock) -> None:
    begins = NOW + timedelta(hours=2, minutes=30)
    twin.rain(begins, begins + timedelta(hours=1), 4.0)
    (weather,) = await client(twin, clock).weather([ROCHESTER])
    wet = [hour for hour in weather.hours if NOW < hour.ends <= NOW + timedelta(hours=6) and hour.rain_mm]
    assert [(hour.begins.hour, hour.rain_mm) for hour in wet] == [(14, 2.0), (15, 2.0)]


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", status=500, count=2),
        Fault("status", status=429, retry_after="0", count=2),
        Fault("truncated", count=2),
        Fault("wrong_units", count=1),
        Fault("hang_up", count=2),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
async def test_a_passing_failure_is_tried_again_and_nobody_notices(
    twin: WeatherTwin, clock: MovableClock, fault: Fault
) -> None:
    twin.faults.append(fault)
    assert len(await client(twin, clock).weather([ROCHESTER])) == 1
    assert len(twin.asked) >= 2


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", status=503),
        Fault("status", status=429),
        Fault("truncated"),
        Fault("wrong_units"),
        Fault("hang_up"),
        Fault("slow", delay_s=1.0),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
async def test_a_lasting_failure_is_unavailable(twin: WeatherTwin, clock: MovableClock, fault: Fault) -> None:
    twin.faults.append(fault)
    with pytest.raises(Unavailable, match="does not answer"):
        await client(twin, clock, timeout_s=0.3).weather([ROCHESTER])
    assert len(twin.asked) == 3


async def test_a_server_that_is_not_there_is_unavailable(clock: MovableClock) -> None:
    with pytest.raises(Unavailable):
        await OpenMeteo(clock=clock, base_url="http://127.0.0.1:9", first_wait_s=0.01).weather([ROCHESTER])


async def test_a_refusal_needs_a_person_and_is_not_tried_again(twin: WeatherTwin, clock: MovableClock) -> None:
    twin.faults.append(Fault("status", status=403))
    with pytest.raises(NeedsHuman, match="MOWTHOS_WEATHER_URL"):
        await client(twin, clock).weather([ROCHESTER])
    assert len(twin.asked) == 1


async def test_missing_hours_come_as_unknown_and_the_gate_starts_nothing_on_them(
    twin: WeatherTwin, clock: MovableClock
) -> None:
    twin.faults.append(Fault("missing_hours", hours=2))
    (weather,) = await client(twin, clock).weather([ROCHESTER])
    ahead = [hour for hour in weather.hours if NOW < hour.ends <= NOW + timedelta(hours=3)]
    assert [hour.rain_mm is None for hour in ahead] == [True, True, False]
    asked = Asked(NOW, NOW, NOW + timedelta(hours=6), timedelta(hours=2))
    decision = decide(weather, WeatherLimits(), asked)
    assert (decision.verdict, decision.basis) == (Verdict.WAIT, Basis.NOTHING)


# --- the twin speaks as the original documents ---


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("latitude=44", "longitude"),
        ("latitude=44,45&longitude=-92", "same number of elements"),
        ("latitude=91&longitude=0", "range of -90 to 90"),
        ("latitude=x&longitude=0", "Invalid number"),
        ("latitude=44&longitude=-92&hourly=owls", "owls"),
        ("latitude=44&longitude=-92&forecast_days=17", "Allowed range 0 to 16"),
        ("latitude=44&longitude=-92&wind_speed_unit=furlongs", "furlongs"),
    ],
)
async def test_a_wrong_question_is_refused_with_the_reason(twin: WeatherTwin, query: str, reason: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{twin.url}/v1/forecast?{query}") as response:
        told = await response.json()
    assert response.status == 400 and told["error"] is True and reason in told["reason"]


async def test_one_place_is_answered_in_iso_times_and_km_h_unless_asked_otherwise(twin: WeatherTwin) -> None:
    query = "latitude=44.02&longitude=-92.48&hourly=wind_speed_10m&past_days=0&forecast_days=1"
    async with aiohttp.ClientSession() as session, session.get(f"{twin.url}/v1/forecast?{query}") as response:
        told = await response.json()
    assert told["hourly"]["time"][0] == "2026-06-01T00:00" and len(told["hourly"]["time"]) == 24
    assert told["hourly_units"] == {"time": "iso8601", "wind_speed_10m": "km/h"}
    assert "location_id" not in told


async def test_rain_and_faults_are_played_over_the_control_address(twin: WeatherTwin, clock: MovableClock) -> None:
    rain = {"from": NOW.isoformat(), "to": (NOW + timedelta(hours=1)).isoformat(), "mm_per_h": 3}
    async with aiohttp.ClientSession(base_url=twin.url) as session:
        assert (await session.post("/control/rain", json=rain)).status == 200
        assert (await session.post("/control/rain", json={"from": "soon"})).status == 400
        assert (await session.post("/control/fault", json={"kind": "owls"})).status == 400
        (weather,) = await client(twin, clock).weather([ROCHESTER])
        assert sum(hour.rain_mm or 0 for hour in weather.hours if hour.begins == NOW) == 3
        assert (await session.post("/control/fault", json={"kind": "status", "status": 500})).status == 200
        with pytest.raises(Unavailable):
            await client(twin, clock).weather([ROCHESTER])
        assert (await session.post("/control/clear")).status == 200
        assert len(await client(twin, clock).weather([ROCHESTER])) == 1


async def test_the_same_seed_is_the_same_weather(clock: MovableClock) -> None:
    async with (
        WeatherTwin(clock=clock, options=WeatherTwinOptions(seed=7)) as one,
        WeatherTwin(clock=clock, options=WeatherTwinOptions(seed=7)) as two,
        WeatherTwin(clock=clock, options=WeatherTwinOptions(seed=8)) as other,
    ):
        first, second, third = [(await client(twin, clock).weather([ROCHESTER]))[0].hours for twin in (one, two, other)]
    assert first == second != third


def test_a_seeded_year_has_a_season_dry_weeks_and_rain() -> None:
    hours = [SeededSky(3).hour(-92.48, 44.02, ends) for ends in hours_of(date(2026, 1, 1), 365)]
    wet_days = sum(any(hour.rain_mm for hour in hours[day * 24 : day * 24 + 24]) for day in range(365))
    assert 80 <= wet_days <= 170
    assert max(hour.temperature_c for hour in hours) > 15
    assert min(hour.temperature_c for hour in hours) < 0


def test_a_demonstration_begins_dry_in_any_season() -> None:
    for month in (1, 7, 11):
        since = datetime(2026, month, 15, 9, 20, tzinfo=UTC)
        hours = [FairSky(since).hour(0, 0, since + timedelta(hours=number)) for number in range(-72, 72)]
        assert not any(hour.rain_mm for hour in hours[62:96]) and sum(hour.rain_mm for hour in hours) > 10


def test_real_days_keep_their_total_their_extremes_and_their_date() -> None:
    days = {
        date(2015, 2, 28): DayWeather(12.4, 11.0, 3.0, 4.2),
        date(2014, 1, 1): DayWeather(0.0, 6.0, -1.0, 2.0),
        date(2015, 1, 1): DayWeather(0.3, 6.0, -1.0, 2.0),
    }
    years = RealYears(days)
    hours = [years.hour(0, 0, ends + timedelta(hours=1)) for ends in hours_of(date(2015, 2, 28), 1)]
    assert sum(hour.rain_mm for hour in hours) == pytest.approx(12.4, abs=0.1)
    assert min(hour.temperature_c for hour in hours) >= 3.0 and max(hour.temperature_c for hour in hours) <= 11.0
    assert years.day(date(2026, 1, 1)) == days[date(2014, 1, 1)]
    assert years.day(date(2027, 1, 1)) == days[date(2015, 1, 1)]


def test_the_seattle_years_are_read_whole() -> None:
    from vega_datasets import local_data

    years = RealYears.from_csv(Path(local_data.seattle_weather.filepath))
    assert len(years.days) == 1_461 and years.day(date(2012, 1, 2)).rain_mm == 10.9
