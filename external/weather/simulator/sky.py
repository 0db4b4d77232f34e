"""What the weather is at any place and hour: seeded years, real years, and rain that somebody plays over them."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from math import ceil, cos, exp, pi
from pathlib import Path
from random import Random
from typing import NamedTuple, Protocol

DAY = timedelta(days=1)


class Values(NamedTuple):
    """Of the hour that ends at a moment: mm, percent, °C and m/s."""

    rain_mm: float
    rain_percent: float
    temperature_c: float
    wind_m_s: float


class Sky(Protocol):
    def hour(self, longitude: float, latitude: float, ends: datetime) -> Values: ...


@dataclass(frozen=True, slots=True)
class DayWeather:
    """A day as weather stations keep it."""

    rain_mm: float
    warmest_c: float
    coldest_c: float
    wind_m_s: float


@dataclass(frozen=True, slots=True)
class Rain:
    """Rain that somebody plays: ``mm_per_h`` from ``begins`` to ``ends``, at every place."""

    begins: datetime
    ends: datetime
    mm_per_h: float


@dataclass
class Played:
    """A sky with rain over it that can be set and cleared. Played rain replaces that of its hours."""

    beneath: Sky
    rain: list[Rain] = field(default_factory=list)

    def hour(self, longitude: float, latitude: float, ends: datetime) -> Values:
        values = self.beneath.hour(longitude, latitude, ends)
        begins = ends - timedelta(hours=1)
        over = [one for one in self.rain if one.begins < ends and one.ends > begins]
        if not over:
            return values
        fallen = 0.0
        for one in over:
            share = (min(one.ends, ends) - max(one.begins, begins)) / timedelta(hours=1)
            fallen += one.mm_per_h * share
        return values._replace(rain_mm=round(fallen, 2), rain_percent=_percent(fallen))


@dataclass(frozen=True)
class SeededSky:
    """The same weather for the same seed: fronts of some hours on about every third day, cooler at night and in
    winter. It is one sky for a region: places a degree apart differ."""

    seed: int = 1

    def hour(self, longitude: float, latitude: float, ends: datetime) -> Values:
        moment = ends - timedelta(minutes=30)
        return _of_day(self._day(longitude, latitude, moment.date()), moment, self._random("hours", moment.date()))

    def _day(self, longitude: float, latitude: float, day: date) -> DayWeather:
        random = self._random(f"{round(longitude)},{round(latitude)}", day)
        season = cos(2 * pi * (day.timetuple().tm_yday - 200) / 365) * (1 if latitude >= 0 else -1)
        coldest = 4 + 10 * season + random.gauss(0, 3)
        wet = random.random() < 0.34
        return DayWeather(
            rain_mm=round(random.expovariate(1 / 7), 1) if wet else 0.0,
            warmest_c=coldest + 6 + random.random() * 8,
            coldest_c=coldest,
            wind_m_s=2 + random.expovariate(1 / 2.5),
        )

    def _random(self, what: str, day: date) -> Random:
        return Random(f"{self.seed} {what} {day.isoformat()}")


@dataclass(frozen=True)
class FairSky:
    """The weather of demonstrations: mild and dry around ``since``, with a shower half a day before and rain a day
    after, whatever the season."""

    since: datetime

    def hour(self, longitude: float, latitude: float, ends: datetime) -> Values:
        day = DayWeather(rain_mm=0.0, warmest_c=22.0, coldest_c=11.0, wind_m_s=3.0)
        values = _of_day(day, ends - timedelta(minutes=30), Random(0))
        away_h = (ends - self.since) / timedelta(hours=1)
        rain = 1.2 if -14 < away_h <= -12 else 2.4 if 26 < away_h <= 31 else 0.0
        return values._replace(rain_mm=rain, rain_percent=_percent(rain))


@dataclass(frozen=True)
class RealYears:
    """Days that were, by date, spread over their hours. A year outside those known is played as the one that has its
    place when they are repeated; a 29th of February that is missing is the day before."""

    days: dict[date, DayWeather]

    @classmethod
    def from_csv(cls, path: Path) -> "RealYears":
        """A file with the columns date (2012/01/31), precipitation, temp_max, temp_min and wind, as the Seattle
        weather of vega-datasets has them."""
        with path.open(newline="", encoding="utf-8") as rows:
            return cls(dict(_day(row) for row in csv.DictReader(rows)))

    def hour(self, longitude: float, latitude: float, ends: datetime) -> Values:
        moment = ends - timedelta(minutes=30)
        return _of_day(self.day(moment.date()), moment, Random(moment.date().isoformat()))

    def day(self, day: date) -> DayWeather:
        years = sorted({known.year for known in self.days})
        year = years[(day.year - years[0]) % len(years)]
        try:
            same = day.replace(year=year)
        except ValueError:
            same = date(year, 2, 28)
        return self.days[same]


def _day(row: dict[str, str]) -> tuple[date, DayWeather]:
    year, month, day = (int(part) for part in row["date"].replace("-", "/").split("/"))
    weather = DayWeather(
        float(row["precipitation"]), float(row["temp_max"]), float(row["temp_min"]), float(row["wind"])
    )
    return date(year, month, day), weather


def _of_day(day: DayWeather, moment: datetime, random: Random) -> Values:
    """An hour of a day: its rain falls in one stretch, about 1.5 mm an hour, strongest in the middle."""
    rain = 0.0
    if day.rain_mm > 0:
        hours = min(14, max(1, ceil(day.rain_mm / 1.5)))
        first = random.randrange(0, 25 - hours)
        weights = [exp(-((2 * number / hours - 1) ** 2)) for number in range(hours)]
        number = moment.hour - first
        rain = day.rain_mm * weights[number] / sum(weights) if 0 <= number < hours else 0.0
    swing = (1 - cos(2 * pi * (moment.hour + moment.minute / 60 - 4) / 24)) / 2
    temperature = day.coldest_c + (day.warmest_c - day.coldest_c) * swing
    wind = day.wind_m_s * (0.7 + 0.6 * swing)
    return Values(round(rain, 2), _percent(rain), round(temperature, 1), round(wind, 1))


def _percent(rain_mm: float) -> float:
    """How sure a forecast is of rain that will fall."""
    return 3.0 if rain_mm <= 0 else min(98.0, round(70 + 12 * rain_mm))


def hours_of(first: date, days: int) -> Iterable[datetime]:
    """Every full hour of some days, from midnight UTC."""
    begins = datetime(first.year, first.month, first.day, tzinfo=UTC)
    return (begins + timedelta(hours=number) for number in range(24 * days))
