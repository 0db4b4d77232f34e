"""Views to plain JSON for the database, and back."""

from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from core.neighbourhood.clusters.model import ClusterView, Finding, Level, MemberView, Part, Rule
from core.neighbourhood.clusters.tables import ClusterMember
from core.texts import kept, recalled

TEXT_FIELDS = ("address", "city", "longitude", "latitude", "distance_m", "length_m", "consent", "approved")


def finding_json(finding: Finding) -> dict[str, Any]:
    return asdict(finding) | {"words": kept(finding.words)}


def finding_of(stored: dict[str, Any]) -> Finding:
    named = {"rule": Rule(stored["rule"]), "level": Level(stored["level"]), "words": recalled(stored["words"])}
    return Finding(**(stored | named))


def member_json(member: MemberView) -> dict[str, Any]:
    ids = {name: _text(getattr(member, name)) for name in ("lot_id", "household_id")}
    return asdict(member) | ids


def member_of(stored: dict[str, Any]) -> MemberView:
    ids = {name: _id(stored[name]) for name in ("lot_id", "household_id")}
    return MemberView(**(stored | ids | {"part": Part(stored["part"])}))


def member_row(cluster: ClusterView, member: MemberView) -> ClusterMember:
    return ClusterMember(
        cluster_id=cluster.id,
        home_id=member.home_id,
        part=member.part,
        lot_id=member.lot_id,
        household_id=member.household_id,
        live=cluster.live,
        **{name: getattr(member, name) for name in TEXT_FIELDS},
    )


def member_of_row(row: ClusterMember) -> MemberView:
    return MemberView(
        home_id=row.home_id,
        lot_id=row.lot_id,
        household_id=row.household_id,
        part=Part(row.part),
        **{name: getattr(row, name) for name in TEXT_FIELDS},
    )


def with_approval(members: tuple[MemberView, ...], approved: set[int] | None) -> tuple[MemberView, ...]:
    """The members, those of ``approved`` marked so; ``None`` marks all."""
    return tuple(replace(member, approved=approved is None or member.home_id in approved) for member in members)


def told(cluster: ClusterView) -> dict[str, Any]:
    """What the audit keeps of a cluster before and after."""
    return {
        "code": cluster.code,
        "name": cluster.name,
        "state": cluster.state.value,
        "version": cluster.version,
        "host": cluster.host.home_id,
        "neighbours": [member.home_id for member in cluster.neighbours],
        "stale": str(cluster.stale_reason),
    }


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _id(value: str | None) -> UUID | None:
    return None if value is None else UUID(value)
