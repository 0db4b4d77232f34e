"""The town of the tests of every page, in which the vendor's own texts are scripts, too.

``python -m tests.dashboard.xss.server PORT FOLDER``; ``/test/ids`` tells what is there to be written on.
"""

import asyncio
import sys
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from nicegui import app as pages
from sqlmodel import select

from core.accounts import Role
from core.accounts.tables import Person
from core.drills import DrillFloor
from core.fleet.alarms.tables import AlarmRow
from core.fleet.model import DeviceDescription, FleetEvent, FleetEventKind, MowerState
from core.fleet.tables import Mower, VendorAccount
from core.lawnmaps.tables import DevicePlanList
from core.neighbourhood.clusters.tables import ClusterRow
from core.neighbourhood.tables import AddressPoint, Household, Lot
from core.plans import DevicePlan
from core.plans.model import plan_content
from core.scheduling.tables import VisitRow
from tests.dashboard.everywhere.server import furnish as furnish_town
from tests.dashboard.privacy import server as town
from tests.dashboard.privacy.cast import CLUSTER, HOST, Cast
from tests.dashboard.xss.payloads import payload

DEVICE = "D1 <img src=x onerror=window.__xss=1>{{6007*6011}}"
VENDOR = {
    "device name": DEVICE,
    "model": payload(901, 64),
    "firmware": payload(902, 40),
    "account": payload(903, 200),
    "account detail": payload(904, 400),
    "zone name": payload(905, 60),
    "no-go name": payload(906, 60),
    "plan name": payload(907, 40),
    "household name": payload(908, 120),
    "address": payload(909, 80),
    "cluster name": payload(910, 120),
}
"""What the vendor's cloud, the devices and imported files tell in words."""


async def furnish(cast: Cast) -> DrillFloor:
    floor, parts = await furnish_town(cast), cast.parts
    now = parts.clock.now()
    async with parts.database.session() as session:
        detail = VENDOR["account detail"]
        session.add(
            VendorAccount(
                account=VENDOR["account"], state="reauth_needed", state_since=now, linked_at=now, detail=detail
            )
        )
    device = DeviceDescription(
        device_name=DEVICE, iot_id="iot-1", product_key="key-1", model=VENDOR["model"], firmware=VENDOR["firmware"]
    )
    await parts.fleet.roster.found(VENDOR["account"], [device])
    known = parts.fleet.maps.latest(CLUSTER.device_name)
    assert known is not None
    areas = (replace(known.areas[0], name=VENDOR["zone name"]), *known.areas[1:])
    no_go = tuple(replace(one, name=VENDOR["no-go name"]) for one in known.no_go)
    await parts.fleet.maps.put(replace(known, areas=areas, no_go=no_go))
    plan = DevicePlan(
        plan_id="p1", name=VENDOR["plan name"], enabled=True, zone_hashes=(known.areas[0].hash,), start_time="09:00",
        weekdays=(1, 3),
    )  # fmt: skip
    async with parts.database.session() as session:
        mower = (await session.exec(select(Mower).where(Mower.device_name == CLUSTER.device_name))).one()
        session.add(DevicePlanList(mower_id=mower.id, read_at=now, plans=[plan_content(plan)]))
    event = FleetEvent(
        kind=FleetEventKind.FAULT_RAISED, device_name=DEVICE, at=now, before=MowerState.MOWING, after=MowerState.FAULT,
        fault_code=7,
    )  # fmt: skip
    parts.fleet.pipeline.happened.emit(event)

    free = (await cast.near())["home"]
    await imported(cast)
    await parts.people.create_person(
        email="leaver@elm.example", role=Role.HOMEOWNER, password="correct horse battery", name="Leaver"
    )

    @pages.get("/test/ids")
    async def ids() -> dict[str, Any]:
        return await found(cast) | {"free_home": free}

    return floor


async def imported(cast: Cast) -> None:
    """As if a file had brought these, or somebody who came past our checks."""
    parts, own = cast.parts, cast.eyes["neighbour"]
    shown = next(one for one in await parts.clusters.list() if one.host.address == HOST.address)
    async with parts.database.session() as session:
        lot = await session.get_one(Lot, own.lot)
        household = await session.get_one(Household, lot.household_id)
        household.name = VENDOR["household name"]
        cluster = await session.get_one(ClusterRow, shown.id)
        cluster.name = VENDOR["cluster name"]
        member = await session.get_one(AddressPoint, shown.neighbours[-1].home_id)
        other = (await session.exec(select(Lot).where(Lot.address == member.address))).first()
        member.address = VENDOR["address"]
        visit = (await session.exec(select(VisitRow).where(VisitRow.lot_id == lot.id))).first()
        assert visit is not None
        before = parts.clock.now() - timedelta(days=1)
        past = VisitRow(
            lot_id=lot.id, due_on=before.date(), extra=True, plan_version=visit.plan_version, state="done",
            begins_at=before, ends_at=before + timedelta(minutes=40), started_at=before,
            ended_at=before + timedelta(minutes=40), mowed_minutes=40, made_at=before, changed_at=before,
        )  # fmt: skip
        session.add_all([household, cluster, member, past])
        if other is not None:
            other.address = VENDOR["address"]
            session.add(other)


async def found(cast: Cast) -> dict[str, Any]:
    parts = cast.parts
    clusters = await parts.clusters.list()
    shown = next(one for one in clusters if one.host.address == HOST.address)
    async with parts.database.session() as session:
        lot = await session.get_one(Lot, cast.eyes["neighbour"].lot)
        visits = (await session.exec(select(VisitRow).where(VisitRow.lot_id == lot.id))).all()
        alarm = (await session.exec(select(AlarmRow.id))).first()
        leaver = await session.exec(select(Person.id).where(Person.email == "leaver@elm.example"))
        gone = leaver.first()
    areas = parts.fleet.maps.latest(CLUSTER.device_name).areas  # type: ignore[union-attr]
    coming = [one for one in visits if one.begins_at > parts.clock.now() and one.state == "planned"]
    return {
        "lot": str(lot.id), "cluster": str(shown.id),
        "host_home": shown.host.home_id, "member_home": shown.neighbours[-1].home_id,
        "member2_home": shown.neighbours[1].home_id, "version": shown.version, "mower": CLUSTER.device_name,
        "zone": areas[0].hash, "ring": [list(spot) for spot in areas[0].line[:4]], "alarm": str(alarm),
        "coming": str(coming[1].id), "past": str(next(one.id for one in visits if one.state == "done")),
        "leaver": str(gone), "device": quote(DEVICE, safe=""),
    }  # fmt: skip


if __name__ == "__main__":
    asyncio.run(town.main(int(sys.argv[1]), sys.argv[2], furnish))
