"""What has come to hang on a registered home since: why an import of homes cannot simply be taken back."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import batched
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from core.neighbourhood.clusters.tables import ClusterMember, ClusterRow
from core.neighbourhood.lawns.tables import LawnDraft, LawnVersion
from core.neighbourhood.tables import HouseholdPerson, Lot, LotMower
from core.texts import N_, Text

CHUNK = 400


async def uses_of(connection: AsyncConnection, lots: Mapping[UUID, UUID | None]) -> dict[UUID, list[str]]:
    """By lot, in words; lots without uses are left out. ``lots``: lot to household."""
    uses: dict[UUID, list[str]] = defaultdict(list)
    for some in batched(lots, CHUNK, strict=False):
        await _by_lot(connection, some, uses)
    lot_of = {household: lot for lot, household in lots.items() if household is not None}
    for households in batched(lot_of, CHUNK, strict=False):
        people = select(col(HouseholdPerson.household_id)).where(col(HouseholdPerson.household_id).in_(households))
        for (household,) in (await connection.execute(people.distinct())).all():
            uses[lot_of[household]].append(N_("a person who may sign in belongs to its household"))
    return dict(uses)


async def _by_lot(connection: AsyncConnection, lots: Collection[UUID], uses: dict[UUID, list[str]]) -> None:
    async def rows(query: Any) -> Iterable[Any]:
        return (await connection.execute(query)).all()

    served = select(col(LotMower.lot_id)).where(col(LotMower.lot_id).in_(lots)).distinct()
    for (lot,) in await rows(served):
        uses[lot].append(N_("a mower serves it"))
    drawn = select(col(LawnVersion.lot_id)).where(
        col(LawnVersion.lot_id).in_(lots), col(LawnVersion.person_id).is_not(None)
    )
    for (lot,) in await rows(drawn.distinct()):
        uses[lot].append(N_("its lawns have been drawn since"))
    drafts = select(col(LawnDraft.lot_id)).where(col(LawnDraft.lot_id).in_(lots)).distinct()
    for (lot,) in await rows(drafts):
        uses[lot].append(N_("someone has a draft of its lawns"))
    by_home = select(col(Lot.id), col(ClusterRow.number)).where(
        col(Lot.id).in_(lots), col(ClusterMember.home_id) == col(Lot.home_id), col(ClusterRow.state) != "retired"
    )
    for lot, number in await rows(by_home.where(col(ClusterRow.id) == col(ClusterMember.cluster_id))):
        uses[lot].append(Text("it is in cluster {code}", code=f"C-{number:04d}"))
