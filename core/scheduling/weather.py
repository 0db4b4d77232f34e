"""The weather gate: may a mower start, wait until when, or is the visit skipped. Pure.

The rule, in order:

1. The provider's hours decide where they are fresh and whole: every limit must hold for the hour of the start and the
   time of the work. If not, the first later hour in which all hold is the time to wait for; if there is none until the
   latest start, the visit is skipped.
2. The mower's own rain sensor, where it told within `WeatherLimits.mower_max_age_min`, may only add a no.
3. Weather that is stale or has holes is never dry. Then the mower's sensor alone decides: dry = go, wet = look again.
   It tells of now alone: a start that is yet to come waits for its time.
4. Where the sensor does not tell either, nothing starts: look again. What cannot be told until the latest start is
   skipped.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from core.scheduling.weather_data import HOUR, Hour, PlaceWeather, between
from core.scheduling.weather_limits import WeatherLimits
from core.scheduling.weather_model import UNTOLD, Asked, Basis, Check, CheckKind, Decision, MowerRain, Verdict

SOIL_DAYS = 3
"""So many days of rain make the water in the ground; what fell before is gone."""


def decide(weather: PlaceWeather | None, limits: WeatherLimits, asked: Asked, mower: MowerRain = UNTOLD) -> Decision:
    """The decision for a start that is wanted."""
    start = max(asked.at, asked.begins)
    age = _age(weather, limits, asked.at)
    sensor = _sensor(mower, limits, asked.at)
    hours = () if weather is None else weather.hours
    checks = (age, sensor, *conditions(hours, limits, start, asked.work))
    known = age.holds is True and all(check.holds is not None for check in checks if check is not sensor)
    basis = Basis.WEATHER if known else Basis.MOWER if sensor.holds is not None else Basis.NOTHING
    again = max(start, asked.at + timedelta(minutes=limits.look_again_min))
    until: datetime | None
    if basis is Basis.WEATHER:
        fine = all(check.holds is not False for check in checks)
        until = _later(hours, limits, asked, again if sensor.holds is False else start, again)
    else:
        fine = sensor.holds is True and start <= asked.at
        until = again
    if fine:
        until = start
    late = until is None or until > asked.latest
    verdict = Verdict.SKIP if late else Verdict.GO if fine else Verdict.WAIT
    return Decision(
        asked=asked, verdict=verdict, until=until if verdict is Verdict.WAIT else None, basis=basis,
        source="" if weather is None else weather.source, read_at=None if weather is None else weather.read_at,
        checks=checks, limits=limits,
    )  # fmt: skip


def conditions(
    hours: Sequence[Hour], limits: WeatherLimits, start: datetime, work: timedelta
) -> tuple[Check, Check, Check, Check, Check, Check]:
    """Every condition of the weather for a start then."""
    at_start = between(hours, start, start + timedelta(seconds=1))
    during = between(hours, start, start + work)
    return (
        _most(CheckKind.RAIN_NOW, _all(at_start, lambda hour: hour.rain_mm, sum), limits.rain_now_mm, "mm/h"),
        _most(CheckKind.FORECAST, _all(during, lambda hour: hour.rain_mm, sum), limits.forecast_mm, "mm"),
        _most(CheckKind.PROBABILITY, _all(during, lambda hour: hour.rain_percent, max), limits.forecast_percent, "%"),
        _most(CheckKind.SOIL, soil_water(hours, start, limits.soil_kept_percent), limits.soil_mm, "mm"),
        _most(CheckKind.WIND, _all(during, lambda hour: hour.wind_m_s, max), limits.wind_m_s, "m/s"),
        _least(CheckKind.FROST, _all(during, lambda hour: hour.temperature_c, min), limits.frost_c, "°C"),
    )


def soil_water(hours: Sequence[Hour], at: datetime, kept_percent: float) -> float | None:
    """Millimetres left in the ground of what fell in the last three days; ``None`` where an hour is not known.

    The antecedent precipitation index of Kohler and Linsley (1951), by the hour: what is there shrinks by one and the
    same share each day, and new rain is added. Ground that is frozen, or may be, loses nothing.
    """
    since = at - timedelta(days=SOIL_DAYS)
    past = between(hours, since, at)
    if past is None:
        return None
    hourly, left = (kept_percent / 100) ** (1 / 24), 0.0
    for hour in past:
        if hour.rain_mm is None:
            return None
        if hour.ends > at:  # the hour that is running counts for its part
            left += hour.rain_mm * ((at - hour.begins) / HOUR)
        else:
            thawed = hour.temperature_c is not None and hour.temperature_c > 0
            left = left * (hourly if thawed else 1.0) + hour.rain_mm
    return left


def _later(
    hours: Sequence[Hour], limits: WeatherLimits, asked: Asked, after: datetime, again: datetime
) -> datetime | None:
    """The first full hour after ``after`` in which a start is fine; ``again`` where the hours known end before that
    can be told; ``None`` where no hour until the latest start is fine."""
    for hour in hours:
        if after < hour.ends <= asked.latest:
            checks = conditions(hours, limits, hour.ends, asked.work)
            if all(check.holds for check in checks):
                return hour.ends
            if any(check.holds is None for check in checks):
                return again
    return again if hours[-1].ends < asked.latest else None


def _age(weather: PlaceWeather | None, limits: WeatherLimits, at: datetime) -> Check:
    minutes = None if weather is None else (at - weather.read_at).total_seconds() / 60
    return _most(CheckKind.AGE, minutes, limits.max_age_min, "min")


def _sensor(mower: MowerRain, limits: WeatherLimits, at: datetime) -> Check:
    """1 = it reports rain, 0 = none; not known where it said nothing lately."""
    fresh = mower.told_at is not None and at - mower.told_at <= timedelta(minutes=limits.mower_max_age_min)
    if mower.raining is None or not fresh:
        return Check(CheckKind.MOWER_RAIN, None, 0, "", None)
    return Check(CheckKind.MOWER_RAIN, float(mower.raining), 0, "", not mower.raining)


def _all(
    hours: Iterable[Hour] | None, value: Callable[[Hour], float | None], of: Callable[[list[float]], float]
) -> float | None:
    values = [] if hours is None else [value(hour) for hour in hours]
    known = [one for one in values if one is not None]
    return of(known) if known and len(known) == len(values) else None


def _most(kind: CheckKind, value: float | None, limit: float, unit: str) -> Check:
    return Check(kind, value, limit, unit, None if value is None else value <= limit)


def _least(kind: CheckKind, value: float | None, limit: float, unit: str) -> Check:
    return Check(kind, value, limit, unit, None if value is None else value >= limit)
