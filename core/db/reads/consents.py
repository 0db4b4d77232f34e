"""What a person agreed to, from their own log and from the clusters whose mowers may cross their lots."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from core.accounts import ConsentKind, ConsentView
from core.accounts.tables import Consent
from core.db import Database
from core.neighbourhood.clusters.tables import ClusterRow, CrossingConsent
from core.neighbourhood.tables import HouseholdPerson, Lot


async def consents_of(database: Database, person_id: UUID) -> Sequence[ConsentView]:
    """The newest first."""
    own = select(Consent).where(Consent.person_id == person_id)
    crossings = (
        select(CrossingConsent, ClusterRow.number)
        .join(ClusterRow, col(ClusterRow.id) == col(CrossingConsent.cluster_id))
        .join(Lot, col(Lot.home_id) == col(CrossingConsent.home_id))
        .join(HouseholdPerson, col(HouseholdPerson.household_id) == col(Lot.household_id))
        .where(col(HouseholdPerson.person_id) == person_id)
    )
    async with database.session() as session:
        given = [
            ConsentView(ConsentKind(row.kind), row.version, row.given_at, row.source, row.withdrawn_at,
                        row.withdrawn_by)
            for row in (await session.exec(own)).all()
        ]  # fmt: skip
        given += [
            ConsentView(ConsentKind.CROSSING, f"C-{number:04}", row.recorded_at, row.recorded_by, row.withdrawn_at,
                        row.withdrawn_by)
            for row, number in (await session.exec(crossings)).all()
        ]  # fmt: skip
    return sorted(given, key=lambda one: one.given_at, reverse=True)
