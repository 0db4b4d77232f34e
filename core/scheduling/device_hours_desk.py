"""Bans and quiet hours that mowers hold themselves: written where they can, read back, shown as asked and reported.

1. `held_daily` says what each mower is to hold; it is stored as wanted.
2. Where the mower last said otherwise, or nothing for a day, it is written; then it is read back: that alone counts.
3. What a mower does not take, or a link cannot reach, is told beside it and tried again by the next turn.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from core.clock import Clock
from core.db import Database
from core.errors import MowthosError
from core.fleet.model import DailyHours
from core.ports import DeviceHours
from core.scheduling.bans import Place
from core.scheduling.device_hours import held_daily
from core.scheduling.model import VisitSite
from core.scheduling.ports import SiteReader
from core.scheduling.run_tables import MowerQuietRow

READ_AGAIN = timedelta(days=1)
TRY_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldHours:
    """What a mower is to hold beside what it said; ``reported_at`` ``None``: it never said."""

    mower_id: UUID
    device_name: str
    requested: DailyHours | None
    requested_at: datetime | None = None
    reported: DailyHours | None = None
    reported_at: datetime | None = None
    problem: str = ""

    @property
    def agrees(self) -> bool | None:
        return None if self.reported_at is None else self.requested == self.reported


class DeviceHoursDesk:
    """``hours_of`` finds the link of a mower; ``None`` = it is not linked here. ``mower_id_of`` raises ``NotFound`` for
    one that is not in the fleet."""

    def __init__(
        self, *, database: Database, clock: Clock, sites: SiteReader, hours_of: Callable[[str], DeviceHours | None],
        mower_id_of: Callable[[str], UUID],
    ) -> None:  # fmt: skip
        self._database, self._clock, self._sites = database, clock, sites
        self._hours_of, self._mower_id_of = hours_of, mower_id_of

    async def write_all(self) -> int:
        """The job: how many mowers were asked."""
        mowers: dict[UUID, list[VisitSite]] = defaultdict(list)
        for site in (await self._sites()).values():
            if site.mower_id is not None:
                mowers[site.mower_id].append(site)
        asked = 0
        for mower_id, sites in mowers.items():
            asked += await self._write(mower_id, sites)
        return asked

    async def of(self, device_name: str) -> HeldHours:
        """As it is stored; nothing wanted and nothing told of a mower that serves no planned lot. ``NotFound`` for one
        that is not in the fleet."""
        return await self._of(self._mower_id_of(device_name), device_name)

    async def _of(self, mower_id: UUID, device_name: str) -> HeldHours:
        async with self._database.session() as session:
            row = await session.get(MowerQuietRow, mower_id)
        if row is None:
            return HeldHours(mower_id=mower_id, device_name=device_name, requested=None)
        return HeldHours(
            mower_id=mower_id, device_name=device_name, requested=_hours(row.wanted_begins, row.wanted_ends),
            requested_at=row.wanted_at, reported=_hours(row.reported_begins, row.reported_ends),
            reported_at=row.reported_at, problem=row.problem,
        )  # fmt: skip

    async def _write(self, mower_id: UUID, sites: Sequence[VisitSite]) -> int:
        now, name = self._clock.now(), sites[0].device_name
        wanted = held_daily(_places(sites), now.astimezone(sites[0].zone).date())
        before = await self._of(mower_id, name)
        link = self._hours_of(name)
        if link is None or not _due(before, wanted, now):
            return 0
        after = replace(before, requested=wanted, requested_at=now, problem="")
        try:
            if before.reported_at is None or before.reported != wanted:
                await link.write(name, wanted)
            after = replace(after, reported=await link.read(name), reported_at=self._clock.now())
        except MowthosError as error:
            after = replace(after, problem=str(error.message)[:500])
        await self._keep(after)
        return 1

    async def _keep(self, held: HeldHours) -> None:
        async with self._database.session() as session:
            await session.merge(
                MowerQuietRow(
                    mower_id=held.mower_id, wanted_at=held.requested_at or self._clock.now(),
                    wanted_begins=None if held.requested is None else held.requested.begins,
                    wanted_ends=None if held.requested is None else held.requested.ends,
                    reported_begins=None if held.reported is None else held.reported.begins,
                    reported_ends=None if held.reported is None else held.reported.ends,
                    reported_at=held.reported_at, problem=held.problem,
                )
            )  # fmt: skip


def _due(held: HeldHours, wanted: DailyHours | None, now: datetime) -> bool:
    """What failed or did not agree is tried again after an hour, what agrees is read again after a day."""
    if held.requested_at is None or held.requested != wanted:
        return True
    span = READ_AGAIN if held.agrees and not held.problem else TRY_AGAIN
    return now - held.requested_at >= span


def _places(sites: Sequence[VisitSite]) -> list[Place]:
    return [site.place for site in sites]


def _hours(begins: int | None, ends: int | None) -> DailyHours | None:
    return None if begins is None or ends is None else DailyHours(begins, ends)
