"""An Open-Meteo answer as hours of places: the one spot that knows its fields. Pure.

Fields and units as documented at https://open-meteo.com/en/docs: rain and its probability are those of the preceding
hour, temperature and wind are instantaneous; asked for with ``timeformat=unixtime`` and ``wind_speed_unit=ms``.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import isfinite
from typing import Any

from core.clock import from_epoch_ms
from core.scheduling.weather_data import Hour, Place, PlaceWeather

VARIABLES = ("precipitation", "precipitation_probability", "temperature_2m", "wind_speed_10m")
UNITS = {
    "time": "unixtime",
    "precipitation": "mm",
    "precipitation_probability": "%",
    "temperature_2m": "°C",
    "wind_speed_10m": "m/s",
}
RANGES = {
    "precipitation": (0, 500),
    "precipitation_probability": (0, 100),
    "temperature_2m": (-90, 70),
    "wind_speed_10m": (0, 150),
}
"""What lies outside is a fault of the source, and so not known."""
MOST_AWAY_DEG = 1.0
"""The answer names the cell of the model; farther away it is another place's."""


class Malformed(Exception):
    """The answer is not what the provider documents."""


def weather_of(document: Any, places: Sequence[Place], *, read_at: datetime, source: str) -> tuple[PlaceWeather, ...]:
    """The weather of each place, in the order asked. `Malformed` says which field is wrong.

    One place is answered by an object, several by a list. A value that is null, no number or absurd is not known.
    """
    answers = document if isinstance(document, list) else [document]
    if len(answers) != len(places):
        raise Malformed(f"{len(answers)} answers to {len(places)} places")
    return tuple(
        PlaceWeather(place, read_at, source, _hours(answer, place))
        for answer, place in zip(answers, places, strict=True)
    )


def _hours(answer: Any, place: Place) -> tuple[Hour, ...]:
    if not isinstance(answer, Mapping):
        raise Malformed("an answer that is no object")
    for name, wanted in (("latitude", place.latitude), ("longitude", place.longitude)):
        found: Any = answer.get(name)
        if not _is_number(found) or abs(found - wanted) > MOST_AWAY_DEG:
            raise Malformed(f"{name} {found!r} for {wanted}")
    units, hourly = answer.get("hourly_units"), answer.get("hourly")
    if not isinstance(units, Mapping) or not isinstance(hourly, Mapping):
        raise Malformed("no hourly values with units")
    for name, unit in UNITS.items():
        if units.get(name) != unit:
            raise Malformed(f"{name} in {units.get(name)!r}, expected {unit}")
    columns = {name: hourly.get(name) for name in ("time", *VARIABLES)}
    lengths = {len(column) if isinstance(column, list) else -1 for column in columns.values()}
    if len(lengths) != 1 or lengths <= {0, -1}:
        raise Malformed("hourly values that are missing or not of one length")
    return _joined(columns)


def _joined(columns: Mapping[str, Any]) -> tuple[Hour, ...]:
    hours: dict[datetime, Hour] = {}
    for row, time in enumerate(columns["time"]):
        if not isinstance(time, int) or isinstance(time, bool) or time % 3600:
            raise Malformed(f"time {time!r}, expected whole hours in seconds since 1970")
        ends = from_epoch_ms(time * 1000)
        rain, percent, temperature, wind = (_value(name, columns[name][row]) for name in VARIABLES)
        hours[ends] = Hour(ends, rain, percent, temperature, wind)
    return tuple(hours[ends] for ends in sorted(hours))


def _value(name: str, value: Any) -> float | None:
    least, most = RANGES[name]
    return float(value) if _is_number(value) and least <= value <= most else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
