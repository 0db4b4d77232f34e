"""Answers of a geocoder, kept: the same question is not asked twice within a month."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

import structlog
from sqlalchemy import delete, func
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from core.clock import Clock
from core.db import Database
from core.neighbourhood.address_search import canonical
from core.neighbourhood.registration.ports import GeocodedPlace, Geocoder
from core.neighbourhood.registration.tables import GeocodeEntry

log = structlog.get_logger(__name__)

KEEP = timedelta(days=30)
MOST_ENTRIES = 5_000


class CachedGeocoder:
    """A geocoder that remembers. A failure is never remembered; "no such place" is, for a day."""

    KEEP_NOTHING_FOUND = timedelta(days=1)

    def __init__(
        self, geocoder: Geocoder, *, database: Database, clock: Clock, most_entries: int = MOST_ENTRIES
    ) -> None:
        self._geocoder = geocoder
        self._database = database
        self._clock = clock
        self._most = most_entries

    @property
    def name(self) -> str:
        return self._geocoder.name

    @property
    def attribution(self) -> str:
        return self._geocoder.attribution

    async def find(self, text: str, *, limit: int = 5) -> Sequence[GeocodedPlace]:
        key = f"{limit}|{canonical(text)}"[:240]
        async with self._database.session() as session:
            entry = await session.get(GeocodeEntry, (self.name, key))
        now = self._clock.now()
        if entry is not None:
            keep = KEEP if entry.places else self.KEEP_NOTHING_FOUND
            if entry.fetched_at > now - keep:
                return tuple(GeocodedPlace(**place) for place in entry.places)
        places = tuple(await self._geocoder.find(text, limit=limit))
        await self._keep(key, places)
        return places

    async def _keep(self, key: str, places: Sequence[GeocodedPlace]) -> None:
        entry = GeocodeEntry(
            provider=self.name, query=key, places=[asdict(place) for place in places], fetched_at=self._clock.now()
        )
        try:
            async with self._database.session() as session:
                await session.merge(entry)
                held = (await session.exec(select(func.count()).select_from(GeocodeEntry))).one()
                if held >= self._most:
                    newest = select(col(GeocodeEntry.fetched_at)).order_by(col(GeocodeEntry.fetched_at).desc())
                    since = (await session.exec(newest.offset(self._most // 2).limit(1))).first()
                    if since is not None:
                        await session.exec(delete(GeocodeEntry).where(col(GeocodeEntry.fetched_at) <= since))
        except IntegrityError:  # the same question at the same moment: it is kept already
            log.info("geocode.kept_twice", provider=self.name)
