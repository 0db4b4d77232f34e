"""Somebody of each role of the office who works in one area, round the first cluster of the town; and something of
every kind that an address names, here and elsewhere."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel, col, select

from core.accounts import PERMISSIONS, Role, Viewer
from core.areas import BOUNDED_ROLES
from core.control.tables import BulkItem, BulkOrder, ControlIncident
from core.db.reads import mower_roster
from core.fleet.alarms.tables import AlarmRow
from core.fleet.maintenance.tables import ServiceItem
from core.fleet.tables import Command, Mower
from core.household.tables import KeepOffRow, LawnProblem
from core.ids import new_id
from core.lawnmaps.tables import TemporaryNoGo
from core.neighbourhood.clusters.tables import ClusterMember, ClusterRow, ClusterWaiting
from core.neighbourhood.tables import AddressPoint, Lot, LotMower
from core.scheduling.run_tables import VisitProblemRow
from core.scheduling.tables import ServicePause, VisitRow
from tests.dashboard.privacy.cast import CLUSTER, TOWN, Cast

PASSWORD = "correct horse battery"
DREW = "drew@mowthos.example"
"""A dispatcher who works everywhere, to be assigned."""
BOUNDED = {role: f"{role}-of-elm@mowthos.example" for role in BOUNDED_ROLES}
OTHER = TOWN.clusters[1].device_name


@dataclass
class Side:
    """What lies in the area, or outside."""

    mowers: list[Mower]
    lots: list[Lot]
    clusters: list[ClusterRow]
    visits: list[VisitRow]

    @property
    def words(self) -> list[str]:
        """Names and ids by which any of it is found in an answer."""
        return [
            *(one.device_name for one in self.mowers), *(str(one.id) for one in self.lots),
            *(one.address for one in self.lots), *(str(one.id) for one in self.clusters),
            *(f"C-{one.number:04}" for one in self.clusters), *(str(one.id) for one in self.visits),
        ]  # fmt: skip


async def furnish(cast: Cast) -> dict[str, Any]:
    """What ``/test/elsewhere`` tells."""
    here, there = await sides(cast)
    admin = next(one for one in await cast.parts.people.people() if one.role is Role.ADMIN)
    by = Viewer(person_id=admin.id, email=admin.email, name=admin.name, role=admin.role)
    shapes = [{"type": "Feature", "geometry": one.boundary, "properties": {}} for one in here.lots if one.boundary]
    area = await cast.parts.areas.add("Elm", {"type": "FeatureCollection", "features": shapes}, by=by)
    for role, email in BOUNDED.items():
        person = await cast.parts.people.create_person(email=email, role=role, password=PASSWORD)
        await cast.parts.areas.assign(person.id, [area.id], by=by)
        if role is Role.SERVICE:
            program = Viewer(person_id=person.id, email=email, name=person.name, role=role)
            key = await cast.parts.programs.keys.make(name="Elm", scopes=PERMISSIONS[role], by=program)
    await cast.parts.people.create_person(email=DREW, name="Drew Elm", role=Role.DISPATCHER, password=PASSWORD)
    (home,) = [one.home for one in await mower_roster(cast.parts.database) if one.device_name == CLUSTER.device_name]
    assert home is not None
    return {
        "home": [home.longitude, home.latitude],
        "here": await things(cast, here, CLUSTER.device_name),
        "there": await things(cast, there, OTHER),
        "words": there.words,
        "mowers": [one.device_name for one in here.mowers],
        "area": str(area.id),
        "waiting": await waiting(cast, here),
        "key": key.secret,
    }


async def sides(cast: Cast) -> tuple[Side, Side]:
    """By the cluster's own homes, not by any rule of areas."""
    homes = {TOWN.homes[home].address for home in (CLUSTER.host, *CLUSTER.neighbours)}
    async with cast.parts.database.session() as session:
        lots = (await session.exec(select(Lot))).all()
        mowers = (await session.exec(select(Mower))).all()
        served = (await session.exec(select(LotMower))).all()
        clusters = (await session.exec(select(ClusterRow))).all()
        hosts = (await session.exec(select(ClusterMember).where(ClusterMember.part == "host"))).all()
        visits = (await session.exec(select(VisitRow))).all()
    of_host = {one.cluster_id: one.address for one in hosts}
    own_mower = next(one for one in mowers if one.device_name == CLUSTER.device_name)
    mine = {one.id for one in lots if one.address in homes}
    mine |= {one.lot_id for one in served if one.mower_id == own_mower.id}

    def side(inside: bool) -> Side:
        return Side(
            [one for one in mowers if (one is own_mower) is inside],
            [one for one in lots if (one.id in mine) is inside],
            [one for one in clusters if (of_host.get(one.id) in homes) is inside],
            [one for one in visits if (one.lot_id in mine) is inside],
        )

    return side(True), side(False)


async def waiting(cast: Cast, here: Side) -> list[str]:
    """Homes that wait for a place in a cluster of the area: they are told with it, wherever they stand."""
    ids = [one.id for one in here.clusters]
    query = select(AddressPoint.address).join(ClusterWaiting, col(ClusterWaiting.home_id) == col(AddressPoint.id))
    async with cast.parts.database.session() as session:
        return list((await session.exec(query.where(col(ClusterWaiting.cluster_id).in_(ids)))).all())


async def things(cast: Cast, side: Side, device_name: str) -> dict[str, Any]:
    """One of each, by the parameters of addresses."""
    now = cast.parts.clock.now()
    mower = next(one for one in side.mowers if one.device_name == device_name)
    visit, who = side.visits[0], "tests"
    bulk = BulkOrder(kind="pause", asked_by=who, source="web", asked_at=now, ended_at=now)
    item = BulkItem(bulk_id=bulk.id, position=0, device_name=device_name, command_id=new_id(), state="asked")
    rows: dict[str, SQLModel] = {
        "command_id": Command(
            id=item.command_id, mower_id=mower.id, kind="pause", status="failed", asked_by=who, source="web",
            requested_at=now, finished_at=now, bulk_id=bulk.id,
        ),
        "bulk_id": bulk,
        "incident_id": ControlIncident(mower_id=mower.id, device_name=device_name, kind="lifted", began_at=now),
        "item_id": ServiceItem(mower_id=mower.id, name="Wheels", measure="days", every=90, base_at=now),
        "no_go_id": TemporaryNoGo(
            mower_id=mower.id, name="Bed", ring=[[0.0, 0.0], [0.001, 0.0], [0.001, 0.001]], starts_at=now,
            ends_at=now + timedelta(days=1), drawn_by=who, drawn_at=now,
        ),
        "pause_id": ServicePause(
            lot_id=visit.lot_id, kind="vacation", from_on=date(2027, 1, 1), restarts_on=date(2027, 1, 8), made_by=who,
            made_at=now,
        ),
        "exception_id": VisitProblemRow(visit_id=visit.id, kind="late", attempt=9, opened_at=now),
        "keep_off_id": KeepOffRow(
            lot_id=visit.lot_id, asked_by=who, asked_at=now, ends_at=now + timedelta(minutes=30), ended_at=now
        ),
        "problem_id": LawnProblem(
            lot_id=visit.lot_id, kind="missed", reported_by=who, reported_at=now, state="open"
        ),
        "alarm_id": AlarmRow(
            rule_key="lifted", kind="lifted", severity="warning", subject_kind="mower", subject=device_name, since=now,
            raised_at=now - timedelta(minutes=1), cleared_at=now,
        ),
    }  # fmt: skip
    async with cast.parts.database.session() as session:
        session.add_all(rows.values())
        await session.flush()
        session.add(item)
    await cast.parts.lawns.no_go.load()
    ids: dict[str, UUID] = {name: row.id for name, row in rows.items()}  # type: ignore[attr-defined]
    return {name: str(one) for name, one in ids.items()} | {
        "name": device_name, "mower": device_name, "cluster_id": str(side.clusters[0].id), "lot_id": str(visit.lot_id),
        "visit_id": str(visit.id),
    }  # fmt: skip
