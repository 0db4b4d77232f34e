"""What each mower last said of its task's settings: kept over restarts, newest in memory (D6)."""

from dataclasses import replace

from sqlmodel import col, select

from core.db import Database
from core.errors import NotFound
from core.events import Event
from core.fleet.model import MowerSnapshot
from core.fleet.start_plan import SETTING_RANGES, ReportedSettings
from core.fleet.tables import Mower, MowerSettings
from core.texts import Text


class SettingsBook:
    """The reported settings of the fleet."""

    def __init__(self, database: Database) -> None:
        self.changed: Event[ReportedSettings] = Event("settings_reported")
        self._database = database
        self._latest: dict[str, ReportedSettings] = {}

    async def load(self) -> None:
        """Read what every mower said last."""
        query = select(Mower.device_name, MowerSettings).join(Mower, col(Mower.id) == col(MowerSettings.mower_id))
        async with self._database.session() as session:
            for device_name, row in (await session.exec(query)).all():
                self._latest[device_name] = _reported(device_name, row)

    def latest(self, device_name: str, snapshot: MowerSnapshot | None = None) -> ReportedSettings | None:
        """The newest word; a later report's blade height takes the place of that in the settings."""
        known = self._latest.get(device_name)
        reading = None if snapshot is None else snapshot.reading
        if known is None or reading is None or reading.blade_height_mm is None:
            return known
        later = reading.received_at > known.reported_at
        return replace(known, blade_height_mm=reading.blade_height_mm) if later else known

    async def put(self, reported: ReportedSettings) -> None:
        """Keep it; ``NotFound`` when the mower is unknown."""
        async with self._database.session() as session:
            mower = (await session.exec(select(Mower.id).where(Mower.device_name == reported.device_name))).first()
            if mower is None:
                raise NotFound(Text("no mower named {device_name!r}", device_name=reported.device_name))
            row = await session.get(MowerSettings, mower) or MowerSettings(
                mower_id=mower, reported_at=reported.reported_at
            )
            row.reported_at = reported.reported_at
            row.areas = None if reported.areas is None else [str(area) for area in reported.areas]
            for name in SETTING_RANGES:
                setattr(row, name, getattr(reported, name))
            session.add(row)
        self._latest[reported.device_name] = reported
        self.changed.emit(reported)


def _reported(device_name: str, row: MowerSettings) -> ReportedSettings:
    return ReportedSettings(
        device_name=device_name,
        reported_at=row.reported_at,
        areas=None if row.areas is None else tuple(int(area) for area in row.areas),
        **{name: getattr(row, name) for name in SETTING_RANGES},
    )
