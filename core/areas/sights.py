"""What each person sees now: their areas from the database, and where everything is at home."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from core.accounts import Role
from core.areas.desk import BOUNDED_ROLES
from core.areas.tables import AreaPerson, AreaRow
from core.clock import Clock
from core.db import Database
from core.sight import ALL, Ground, Places, Sight, sight_of

KEPT_S = 10.0
"""For how long it is taken for true where things are at home. Areas and their people are asked for every time."""

type ReadPlaces = Callable[[], Awaitable[Places]]


class Sights:
    """The port by which accounts learn what a person sees: two numbers are asked of the database, no more, while
    nothing changed."""

    def __init__(self, database: Database, clock: Clock, read_places: ReadPlaces, *, kept_s: float = KEPT_S) -> None:
        self._database, self._clock, self._read_places, self._kept_s = database, clock, read_places, kept_s
        self._kept: dict[str, Sight] = {}
        self._places: Places | None = None
        self._until = 0.0

    async def __call__(self, person_id: UUID, role: Role) -> Sight:
        """``ALL`` for who is in no area, and for roles that no area bounds."""
        if role not in BOUNDED_ROLES:
            return ALL
        query = (
            select(AreaRow.id, AreaRow.version, AreaRow.changed_at, AreaPerson.since)
            .join(AreaPerson, col(AreaPerson.area_id) == col(AreaRow.id))
            .where(col(AreaPerson.person_id) == person_id)
            .order_by(col(AreaRow.id))
        )
        async with self._database.session() as session:
            rows = (await session.exec(query)).all()
        if not rows:
            return ALL
        key = ",".join(f"{area_id}.{version}" for area_id, version, _changed, _since in rows)
        since = max(max(changed, given) for _id, _version, changed, given in rows)
        return replace(await self._sight(key, frozenset(area_id for area_id, *_rest in rows)), since=since)

    async def _sight(self, key: str, area_ids: frozenset[UUID]) -> Sight:
        """Shared by everybody of the same areas."""
        places = await self._now()
        if (kept := self._kept.get(key)) is not None:
            return kept
        sight = sight_of(area_ids, key, Ground(await self._shapes(area_ids)), places)
        if places is self._places:
            self._kept[key] = sight
        return sight

    async def _now(self) -> Places:
        """Where things are at home, read again after a while; what was made of the former is forgotten with it."""
        if self._places is None or self._clock.monotonic() >= self._until:
            places = await self._read_places()
            self._places, self._kept, self._until = places, {}, self._clock.monotonic() + self._kept_s
        return self._places

    async def _shapes(self, area_ids: frozenset[UUID]) -> tuple[Mapping[str, Any], ...]:
        async with self._database.session() as session:
            return tuple((await session.exec(select(AreaRow.shape).where(col(AreaRow.id).in_(area_ids)))).all())
