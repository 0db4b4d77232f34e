"""Answers ``/v1/forecast`` in the shape and with the refusals that Open-Meteo documents; ``/control`` plays weather."""

import asyncio
import json
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import Any, Literal, Self

from aiohttp import web

from core.clock import Clock, SystemClock, require_aware, to_epoch_ms
from external.weather.client import PATH
from external.weather.simulator.sky import FairSky, Played, Rain, SeededSky, Sky, Values, hours_of

type Kind = Literal["status", "slow", "truncated", "missing_hours", "wrong_units", "hang_up"]

KINDS: tuple[Kind, ...] = ("status", "slow", "truncated", "missing_hours", "wrong_units", "hang_up")
COLUMNS: dict[str, tuple[str, int]] = {
    "precipitation": ("mm", Values._fields.index("rain_mm")),
    "precipitation_probability": ("%", Values._fields.index("rain_percent")),
    "temperature_2m": ("°C", Values._fields.index("temperature_c")),
    "wind_speed_10m": ("km/h", Values._fields.index("wind_m_s")),
}
WINDS = {"kmh": ("km/h", 3.6), "ms": ("m/s", 1.0), "mph": ("mp/h", 2.236_936), "kn": ("kn", 1.943_844)}
MOST_PLACES = 1_000


@dataclass(slots=True)
class Fault:
    """How the next ``count`` requests go wrong (``None``: all from now on). ``hours`` are those left out, from now."""

    kind: Kind
    status: int = 500
    delay_s: float = 0.0
    retry_after: str | None = None
    hours: int = 3
    count: int | None = None


@dataclass(frozen=True, slots=True)
class WeatherTwinOptions:
    """How a simulated weather service is started. Without a seed it is fair now; ``port`` 0: any free one."""

    seed: int | None = None
    host: str = "127.0.0.1"
    port: int = 0


class Refused(Exception):
    """A question that Open-Meteo answers with 400 and this reason."""


class WeatherTwin:
    """The server; ``async with WeatherTwin() as twin`` serves at ``twin.url`` on a free port."""

    def __init__(
        self, sky: Sky | None = None, *, clock: Clock | None = None, options: WeatherTwinOptions | None = None
    ) -> None:
        self._options = options or WeatherTwinOptions()
        self._clock = clock or SystemClock()
        seed = self._options.seed
        self.sky = Played(sky or (FairSky(self._clock.now()) if seed is None else SeededSky(seed)))
        self.faults: list[Fault] = []
        self.asked: list[dict[str, str]] = []
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get(PATH, self._forecast)
        app.router.add_post("/control/rain", self._play)
        app.router.add_post("/control/clear", self._clear)
        app.router.add_post("/control/fault", self._fault)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._options.host, self._options.port).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def rain(self, begins: datetime, ends: datetime, mm_per_h: float) -> None:
        """Let it rain everywhere."""
        self.sky.rain.append(Rain(require_aware(begins), require_aware(ends), mm_per_h))

    async def _forecast(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(dict(request.query))
        fault = self._take_fault()
        if fault is not None and fault.delay_s:
            await asyncio.sleep(fault.delay_s)
        if fault is not None and fault.kind == "status":
            headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
            reason = "Minutely API request limit exceeded. Please try again in one minute."
            return web.json_response({"error": True, "reason": reason}, status=fault.status, headers=headers)
        try:
            answer = self._answer(dict(request.query), fault)
        except Refused as error:
            return web.json_response({"error": True, "reason": str(error)}, status=400)
        if fault is not None and fault.kind in {"truncated", "hang_up"}:
            return await _cut(request, answer, fault.kind)
        return web.json_response(answer)

    def _answer(self, query: dict[str, str], fault: Fault | None) -> Any:
        latitudes, longitudes = _numbers(query, "latitude", 90), _numbers(query, "longitude", 180)
        if len(latitudes) != len(longitudes):
            raise Refused("Parameter 'latitude' and 'longitude' must have the same number of elements")
        variables = [name for name in query.get("hourly", "").split(",") if name]
        for name in variables:
            if name not in COLUMNS:
                raise Refused(f"Cannot initialize Variable from invalid String value {name} for key hourly")
        past, ahead = _days(query, "past_days", 0, 92), _days(query, "forecast_days", 7, 16)
        unit = query.get("wind_speed_unit", "kmh")
        if unit not in WINDS:
            raise Refused(f"Cannot initialize WindspeedUnit from invalid String value {unit} for key wind_speed_unit")
        today = self._clock.now().date()
        times = list(hours_of(today - timedelta(days=past), past + ahead))
        places = zip(longitudes, latitudes, strict=True)
        answers = [self._place(place, times, variables, query, fault) for place in places]
        for number, answer in enumerate(answers[1:], start=1):
            answer["location_id"] = number
        return answers if len(answers) > 1 else answers[0]

    def _place(
        self,
        place: tuple[float, float],
        times: list[datetime],
        variables: list[str],
        query: dict[str, str],
        fault: Fault | None,
    ) -> dict[str, Any]:
        values = [self.sky.hour(*place, ends) for ends in times]
        word, factor = WINDS[query.get("wind_speed_unit", "kmh")]
        unix = query.get("timeformat") == "unixtime"
        missing = self._missing(times, fault)
        units = {"time": "unixtime" if unix else "iso8601"}
        hourly: dict[str, list[Any]] = {
            "time": [to_epoch_ms(ends) // 1000 if unix else ends.strftime("%Y-%m-%dT%H:%M") for ends in times]
        }
        for name in variables:
            unit, column = COLUMNS[name]
            wind = name == "wind_speed_10m"
            units[name] = word if wind else unit
            hourly[name] = [
                None if row in missing else round(one[column] * factor, 2) if wind else one[column]
                for row, one in enumerate(values)
            ]
        if fault is not None and fault.kind == "wrong_units":
            units["precipitation"] = "inch"
        return {
            "latitude": round(place[1], 4), "longitude": round(place[0], 4), "generationtime_ms": 0.1,
            "utc_offset_seconds": 0, "timezone": "GMT", "timezone_abbreviation": "GMT", "elevation": 310.0,
            "hourly_units": units, "hourly": hourly,
        }  # fmt: skip

    def _missing(self, times: list[datetime], fault: Fault | None) -> set[int]:
        if fault is None or fault.kind != "missing_hours":
            return set()
        now = self._clock.now()
        return {row for row, ends in enumerate(times) if now < ends <= now + timedelta(hours=fault.hours)}

    def _take_fault(self) -> Fault | None:
        if not self.faults:
            return None
        fault = self.faults[0]
        if fault.count is not None:
            fault.count -= 1
            if fault.count <= 0:
                self.faults.pop(0)
        return fault

    async def _play(self, request: web.Request) -> web.Response:
        """``{"from": ISO time, "to": ISO time, "mm_per_h": number}``: rain everywhere, from then to then."""
        try:
            told = await request.json()
            begins, ends = (require_aware(datetime.fromisoformat(told[name])) for name in ("from", "to"))
            rain = float(told["mm_per_h"])
        except (ValueError, KeyError, TypeError) as error:
            return web.json_response({"error": True, "reason": f"expected from, to and mm_per_h: {error}"}, status=400)
        if begins >= ends or not 0 <= rain <= 100:
            return web.json_response({"error": True, "reason": "expected from < to, 0 to 100 mm/h"}, status=400)
        self.rain(begins, ends, rain)
        return web.json_response({"rain": len(self.sky.rain)})

    async def _clear(self, _request: web.Request) -> web.Response:
        self.sky.rain.clear()
        self.faults.clear()
        return web.json_response({"rain": 0, "faults": 0})

    async def _fault(self, request: web.Request) -> web.Response:
        """The fields of `Fault`."""
        try:
            fault = Fault(**await request.json())
        except (ValueError, TypeError) as error:
            return web.json_response({"error": True, "reason": str(error)}, status=400)
        if fault.kind not in KINDS:
            return web.json_response({"error": True, "reason": f"kind: expected one of {', '.join(KINDS)}"}, status=400)
        self.faults.append(fault)
        return web.json_response({"faults": len(self.faults)})


async def run_twin(options: WeatherTwinOptions) -> None:
    """Serve until cancelled; the address is one JSON line on standard output."""
    async with WeatherTwin(options=options) as twin:
        sys.stdout.write(json.dumps({"api_url": twin.url, "control_url": f"{twin.url}/control"}) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


async def _cut(request: web.Request, answer: Any, kind: str) -> web.StreamResponse:
    """Half of the answer, as whole (``truncated``) or with the line cut in the middle (``hang_up``)."""
    body = json.dumps(answer).encode()
    if kind == "truncated":
        return web.Response(body=body[: len(body) // 2], content_type="application/json")
    response = web.StreamResponse(headers={"Content-Length": str(len(body))})
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    assert request.transport is not None
    request.transport.close()
    return response


def _numbers(query: dict[str, str], name: str, bound: float) -> list[float]:
    text = query.get(name)
    if not text:
        raise Refused(f"Value of type 'String' required for key '{name}'.")
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        raise Refused(f"Invalid number in '{name}'") from None
    for value in values:
        if not isfinite(value) or abs(value) > bound:
            raise Refused(f"{name.title()} must be in range of -{bound:g} to {bound:g}°. Given: {value}.")
    if len(values) > MOST_PLACES:
        raise Refused(f"At most {MOST_PLACES} locations")
    return values


def _days(query: dict[str, str], name: str, default: int, most: int) -> int:
    text = query.get(name, str(default))
    if not text.isdecimal() or int(text) > most:
        words = name.replace("_", " ").capitalize()
        raise Refused(f"{words} is invalid. Allowed range 0 to {most}. Given {text}.")
    return int(text)
