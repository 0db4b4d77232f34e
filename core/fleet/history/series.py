"""Series of one mower over any span, thinned on the server so that a chart of a season is as light as one of an hour.

Up to ``RAW_DAYS`` the stored readings themselves are read; a longer span is drawn from minutes summed up
(`core.fleet.history.minutes`), with the lowest and highest value of each. What is more than a screen can show is
thinned by MinMaxLTTB (tsdownsample; Van Der Donckt et al. 2023): it keeps the extremes that a mean would hide.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select

from core.clock import to_epoch_ms
from core.db import Database
from core.errors import Invalid
from core.fleet.history.thinning import Band, Times, bands_of, interleaved, thinned, worth_drawing
from core.fleet.history.told import LOOKED_BACK, told_at
from core.fleet.history.way import Way, way
from core.fleet.live import STATE_CODES
from core.fleet.sessions import MowingSession
from core.fleet.sessions.store import sessions_between
from core.fleet.sessions.tables import TelemetryMinute
from core.fleet.tables import Telemetry
from core.geo import Floats
from core.texts import Text

RAW_DAYS = 2
POINTS = 1_600
"""Points a line: two for each of the pixels of a wide chart."""
BUCKETS = 12_000
"""Rows read of a long span: more than a chart is wide, few enough to read in a fraction of a second."""
MINUTE_MS = 60_000
MOST_DAYS = 400

_raw = Telemetry.__table__  # type: ignore[attr-defined]
_minutes = TelemetryMinute.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the charts: where it stands in a raw row (``extra`` for the JSON) and in a minute."""

    key: str
    unit: str
    raw: str
    minute: tuple[str, ...]
    scale: float = 1.0


FIELDS = (
    Field("battery", "%", "battery_percent", ("battery_low", "battery_high")),
    Field("progress", "%", "progress_percent", ("progress",)),
    Field("speed", "m/s", "speed_cm_s", ("speed_cm_s",), 0.01),
    Field("satellites", "", "extra", ("satellites_low", "satellites_high")),
    Field("signal", "dBm", "extra", ("signal_low", "signal_high")),
)
_EXTRA = {"satellites": "satellites", "signal": "signal_dbm"}


@dataclass(frozen=True, slots=True)
class Line:
    """A thinned series: milliseconds since 1970, values in the field's unit."""

    field: Field
    time_ms: Times
    value: Floats
    counted: int  # values it was thinned from


@dataclass(frozen=True, slots=True)
class Series:
    """Everything a chart of a span shows, and the track on its map."""

    lines: tuple[Line, ...]
    bands: tuple[Band, ...]
    track_ms: Times
    track_longitude: Floats
    track_latitude: Floats
    track_state: NDArray[np.int64]
    way: Way
    readings: int
    by_minute: bool
    gap_ms: int  # points further apart than this are not joined


class HistoryDesk:
    """Reads of one mower's past."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def series(
        self, number: int, since: datetime, until: datetime, *, points: int = POINTS, raw: bool | None = None
    ) -> Series:
        """The series of [since, until). ``Invalid`` when the span is empty or longer than ``MOST_DAYS`` days."""
        if not timedelta() < until - since <= timedelta(days=MOST_DAYS):
            raise Invalid(Text("a span of more than nothing and at most {days} days is needed", days=MOST_DAYS))
        if raw is None:
            raw = until - since <= timedelta(days=RAW_DAYS)
        since_ms, until_ms = to_epoch_ms(since), to_epoch_ms(until)
        read = self._raw if raw else self._by_minute
        rows = await read(number, since_ms, until_ms)
        return _series(rows, points=points, raw=raw)

    async def span(self, number: int) -> tuple[int, int] | None:
        """Device times of the first and the last stored reading, milliseconds since 1970."""
        query = select(func.min(_raw.c.device_time_ms), func.max(_raw.c.device_time_ms)).where(_raw.c.mower == number)
        async with self._database.connection() as connection:
            first, last = (await connection.execute(query)).one()
        return None if first is None else (first, last)

    async def told_at(self, number: int, *, rows: int = LOOKED_BACK) -> dict[str, datetime]:
        """When each single reading was last told (`core.fleet.history.told`)."""
        return await told_at(self._database, number, rows=rows)

    async def _raw(self, number: int, since_ms: int, until_ms: int) -> "_Rows":
        time = _raw.c.device_time_ms
        names = ("battery_percent", "progress_percent", "speed_cm_s")
        placed = [_raw.c[name] for name in ("state", "longitude_e7", "latitude_e7", "position_type")]
        where = (_raw.c.mower == number, time >= since_ms, time < until_ms)
        every = select(time, *placed, *[_raw.c[name] for name in names]).where(*where)
        seldom = select(time, _raw.c.extra).where(*where, _raw.c.extra.is_not(None)).order_by(time)
        async with self._database.connection() as connection:
            rows = (await connection.execute(every.order_by(time, _raw.c.sequence))).all()
            said = (await connection.execute(seldom)).all()
        columns: list[Any] = list(zip(*rows, strict=True)) or [()] * 8
        told_ms = _ints([at for at, _ in said])
        values: dict[str, tuple[Times, Floats]] = {}
        for field in FIELDS:
            if field.raw == "extra":
                values[field.key] = (told_ms, _floats([extra.get(_EXTRA[field.key]) for _, extra in said]))
            else:
                values[field.key] = (_ints(columns[0]), _floats(columns[5 + names.index(field.raw)]))
        quality = np.nan_to_num(_floats(columns[4]), nan=-1).astype(np.int64)
        places = (_floats(columns[2]), _floats(columns[3]))
        return _Rows(_ints(columns[0]), _ints(columns[1]), *places, quality, values, len(rows))

    async def _by_minute(self, number: int, since_ms: int, until_ms: int) -> "_Rows":
        """Minutes, several to a row where the span has more of them than are worth reading."""
        low, high = since_ms // MINUTE_MS, -(-until_ms // MINUTE_MS)
        together = max(1, (high - low) // BUCKETS)
        at = _minutes.c.minute // together
        names = [(name, field.minute.index(name)) for field in FIELDS for name in field.minute]
        sums = [
            (func.min if place == 0 and name.endswith("_low") else func.max)(_minutes.c[name]) for name, place in names
        ]
        query = (
            select(
                at * together, func.count(), func.min(_minutes.c.state), func.avg(_minutes.c.longitude_e7),
                func.avg(_minutes.c.latitude_e7), *sums,
            )
            .where(_minutes.c.mower == number, _minutes.c.minute >= low, _minutes.c.minute < high)
            .group_by(at)
            .order_by(at)
        )  # fmt: skip
        async with self._database.connection() as connection:
            rows = (await connection.execute(query)).all()
            sessions = await sessions_between(connection, number, since_ms, until_ms)
        columns = [_floats(column) for column in zip(*rows, strict=True)] or [np.empty(0)] * (5 + len(names))
        time = columns[0].astype(np.int64) * MINUTE_MS
        values: dict[str, tuple[Times, Floats]] = {}
        for field in FIELDS:
            first = 5 + [name for name, _ in names].index(field.minute[0])
            values[field.key] = interleaved(time, columns[first : first + len(field.minute)])
        heard = int(columns[1].sum())
        return _Rows(
            time_ms=time,
            state=columns[2].astype(np.int64),
            longitude_e7=columns[3],
            latitude_e7=columns[4],
            quality=np.zeros(len(time), np.int64),
            values=values,
            readings=heard,
            gap_ms=max(600_000, 3 * together * MINUTE_MS),
            way=_way_of_sessions(sessions, since_ms, until_ms, heard),
        )


@dataclass(frozen=True, slots=True)
class _Rows:
    time_ms: Times
    state: NDArray[np.int64]
    longitude_e7: Floats
    latitude_e7: Floats
    quality: NDArray[np.int64]
    values: dict[str, tuple[Times, Floats]]
    readings: int
    gap_ms: int = 180_000
    way: Way | None = None  # told already, where positions are too far apart to add up


def _series(rows: _Rows, *, points: int, raw: bool) -> Series:
    lines = []
    for field in FIELDS:
        time, value = rows.values[field.key]
        kept_ms, kept = thinned(time, value * field.scale, points)
        lines.append(Line(field, kept_ms, kept, int(np.isfinite(value).sum())))
    placed = np.isfinite(rows.longitude_e7)
    time, state, quality = rows.time_ms[placed], rows.state[placed], rows.quality[placed]
    longitude, latitude = rows.longitude_e7[placed] / 1e7, rows.latitude_e7[placed] / 1e7
    drawn = worth_drawing(time, longitude, latitude, state)
    return Series(
        lines=tuple(lines),
        bands=bands_of(rows.time_ms, rows.state, rows.gap_ms),
        track_ms=time[drawn],
        track_longitude=longitude[drawn],
        track_latitude=latitude[drawn],
        track_state=state[drawn],
        way=rows.way or way(time, longitude, latitude, quality),
        readings=rows.readings,
        by_minute=not raw,
        gap_ms=rows.gap_ms,
    )


def _way_of_sessions(sessions: Sequence[MowingSession], since_ms: int, until_ms: int, minutes: int) -> Way:
    """Totals of a long span: the sessions know the way at full grain; a session at the edge counts by its share."""
    metres = moving = 0.0
    for one in sessions:
        inside = min(one.ended_ms, until_ms) - max(one.started_ms, since_ms)
        share = inside / max(1, one.ended_ms - one.started_ms)
        metres += one.distance_m * share
        moving += one.mowing_s * share
    heard = minutes * 60.0
    return Way(metres, moving, max(0.0, heard - moving), max(0.0, (until_ms - since_ms) / 1000 - heard))


def _ints(values: Sequence[Any]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)


def _floats(values: Sequence[Any]) -> Floats:
    return np.array(values, dtype=np.float64)  # None becomes NaN


STATE_NAMES = tuple(STATE_CODES)
"""State by code."""
