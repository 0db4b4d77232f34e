"""The simulated weather service as a child process: it begins fair, is played by its control address, and ends."""

from datetime import timedelta

import aiohttp

from core.clock import SystemClock
from core.scheduling.weather_data import Place
from dashboard.twins import start_weather
from external.weather import OpenMeteo

ROCHESTER = Place(44.02, -92.48)


async def test_a_child_tells_fair_weather_until_rain_is_played() -> None:
    child, clock = await start_weather(), SystemClock()
    provider, now = OpenMeteo(clock=clock, base_url=child.api_url), clock.now()
    soon = now + timedelta(hours=3)
    (fair,) = await provider.weather([ROCHESTER])
    assert not any(hour.rain_mm for hour in fair.hours if now < hour.ends <= soon)
    rain = {"from": now.isoformat(), "to": soon.isoformat(), "mm_per_h": 2}
    async with aiohttp.ClientSession() as session, session.post(f"{child.control_url}/rain", json=rain) as answer:
        assert answer.status == 200
    (wet,) = await provider.weather([ROCHESTER])
    assert sum(hour.rain_mm or 0 for hour in wet.hours if now < hour.ends <= soon + timedelta(hours=1)) > 5
    await child.stop()
    assert child.process.returncode == 0
