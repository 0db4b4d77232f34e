"""The whole product with something on every page: the town of the privacy tests, where also things went wrong.

``python -m tests.dashboard.everywhere.server PORT FOLDER``. ``/test/samples`` tells an address for every page.
"""

import asyncio
import sys
from uuid import UUID

from nicegui import app as pages
from sqlmodel import col, select

from core.accounts import SelfService, Viewer
from core.accounts.tables import Person
from core.billing.tables import InvoiceRow
from core.drills import DrillFloor, Fault, Target
from core.errors import NeedsHuman
from core.fleet.alarms.tables import AlarmRow
from core.fleet.model import DeviceMap, FleetEvent, FleetEventKind, MapZone, MowerState
from core.household.problems import ProblemKind
from core.neighbourhood.tables import AddressPoint
from core.reports import Cadence, ReportWanted
from core.scheduling.tables import VisitRow
from core.shares import ShareKind
from dashboard.demo_seed import DEMO_PEOPLE, NEIGHBOUR_EMAIL
from tests.dashboard.privacy import server as town
from tests.dashboard.privacy.cast import CLUSTER, HOST, LEAVING, OWN, TOWN, Cast, place_on

PEOPLE = {
    "admin": "admin@mowthos.example",
    "dispatcher": "dispatcher@mowthos.example",
    "technician": "technician@mowthos.example",
    "neighbour": NEIGHBOUR_EMAIL,
    "host": "host@mowthos.example",
}
PASSWORDS = {one.email: one.password for one in DEMO_PEOPLE}


OLD_TOWN = {"type": "Polygon", "coordinates": [[[-92.9, 44.2], [-92.8, 44.2], [-92.8, 44.3], [-92.9, 44.2]]]}
"""An area in which nobody works, and where nothing is."""


class NoTwin:
    """No simulated vendor stands behind this town, so nothing can be broken in it."""

    async def set_to_work(self, device_name: str) -> None:
        raise NeedsHuman(f"{device_name} has no twin")

    async def inject(self, fault: Fault, target: Target, *, for_s: float) -> None:
        raise NeedsHuman(f"{fault} needs a twin")

    async def mend(self, fault: Fault, target: Target) -> None:
        raise NeedsHuman(f"{fault} needs a twin")

    async def heal(self) -> None:
        """Nothing is broken."""


async def furnish(cast: Cast) -> DrillFloor:
    """An alarm, a problem to decide, a held bill, a logged service."""
    parts, own = cast.parts, cast.eyes["neighbour"]
    await parts.care.alarms.keeper.start()
    viewers = await viewers_of(cast)
    await alarms(cast)
    await parts.households.problems.report(
        lot_id=own.lot, kind=ProblemKind.MISSED, words="A strip by the fence.", by=viewers["neighbour"]
    )
    await parts.care.maintenance.add_usual_plan(CLUSTER.device_name, by=viewers["technician"])
    await parts.care.maintenance.log_service(CLUSTER.device_name, "New blades", by=viewers["technician"])
    await lawn_map(cast)
    await parts.areas.add("Old town", OLD_TOWN, by=viewers["admin"])
    held = await held_bill(cast)
    told = await samples(cast, held)

    @pages.get("/test/samples")
    async def given() -> dict[str, str]:
        return told

    return DrillFloor(
        clock=parts.clock, fleet=parts.fleet, alarms=parts.care.alarms, audit=parts.people.audit, injector=NoTwin()
    )


async def viewers_of(cast: Cast) -> dict[str, Viewer]:
    """Each of the sample people, as the pages see them."""
    found = {}
    for who, email in PEOPLE.items():
        token, viewer = await cast.parts.people.sign_in(email, PASSWORDS[email], "furnishing")
        assert token
        found[who] = viewer
    return found


async def alarms(cast: Cast) -> None:
    """Two mowers in trouble."""
    for number, kind in ((1, FleetEventKind.FAULT_RAISED), (2, FleetEventKind.LIFTED)):
        name = TOWN.clusters[number].device_name
        event = FleetEvent(
            kind=kind, device_name=name, at=cast.parts.clock.now(), before=MowerState.MOWING, after=MowerState.FAULT,
            fault_code=7,
        )  # fmt: skip
        cast.parts.fleet.pipeline.happened.emit(event)
    for _turn in range(100):
        async with cast.parts.database.session() as session:
            if (await session.exec(select(AlarmRow.id))).first() is not None:
                return
        await asyncio.sleep(0.1)
    raise LookupError("no alarm was raised")


async def lawn_map(cast: Cast) -> None:
    """The shown mower's own map: an area on each lawn of its host, and a zone it keeps off."""
    lawns = [TOWN.lonlat(lawn.polygon) for lawn in HOST.lawns]
    areas = tuple(MapZone(n, f"Lawn {n}", tuple(lawn.exterior.coords)) for n, lawn in enumerate(lawns, 1))
    bed = lawns[0].representative_point().buffer(1e-5, quad_segs=1)
    no_go = (MapZone(9, "Bed", tuple(bed.exterior.coords)),)
    told = DeviceMap(
        device_name=CLUSTER.device_name, synced_at=cast.parts.clock.now(), areas=areas, no_go=no_go,
        dock=place_on(HOST),
    )  # fmt: skip
    await cast.parts.fleet.maps.put(told)


async def held_bill(cast: Cast) -> str:
    """A bill of the host's that looks too large, and waits for a person."""
    theirs = UUID(cast.eyes["neighbour"].others["invoices"][-1])
    async with cast.parts.database.session() as session:
        bill = (await session.exec(select(InvoiceRow).where(InvoiceRow.id == theirs))).one()
        bill.state, bill.holds = "held", [{"hold": "outlier", "words": "three times the bill before"}]
        session.add(bill)
        await session.commit()
        return str(bill.id)


async def samples(cast: Cast, held: str) -> dict[str, str]:
    """What stands for each name in an address, one each."""
    parts, own = cast.parts, cast.eyes["neighbour"]
    clusters = await parts.clusters.list()
    shown = next(one for one in clusters if one.host.address == HOST.address)
    draft = next((one for one in clusters if one.state.value in ("draft", "submitted")), shown)
    async with parts.database.session() as session:
        visit = (
            await session.exec(
                select(VisitRow.id).where(col(VisitRow.lot_id) == own.lot).order_by(col(VisitRow.begins_at))
            )
        ).first()
        person = (await session.exec(select(Person.id).where(Person.email == NEIGHBOUR_EMAIL))).one()
        free = (await session.exec(select(AddressPoint.id).where(AddressPoint.address == LEAVING.address))).first()
    mail = await SelfService(parts.database, parts.clock, parts.people).sign_up(
        email="wanda@elm.example", name="Wanda Lind"
    )
    assert mail is not None
    admin = (await parts.people.sign_in(PEOPLE["admin"], PASSWORDS[PEOPLE["admin"]], "sharing")).viewer
    subject_id, subject = await parts.shares.subject(ShareKind.MOWER, CLUSTER.device_name)
    link = await parts.shares.desk.make(ShareKind.MOWER, subject_id, subject, hours=8, by=admin)
    daily = ReportWanted(export="sessions", form="csv", cadence=Cadence.DAILY, hour=7)
    report = await parts.exports.reports.subscribe(daily, by=admin)
    return {
        "person_id": str(person),
        "share": link.secret,
        "cluster_id": str(shown.id),
        "draft_id": str(draft.id),
        "lot_id": str(own.lot),
        "name": CLUSTER.device_name,
        "subscription_id": own.others["subscriptions"][0],
        "invoice_id": own.others["own_invoices"][-1],
        "held_id": held,
        "visit_id": str(visit),
        "secret": mail.secret,
        "token": parts.care.telling.unsubscribing.token(person, "visit.coming"),
        "report_token": parts.exports.links.token(report.id),
        "address": OWN.address,
        "home_id": str(free),
    }


if __name__ == "__main__":
    asyncio.run(town.main(int(sys.argv[1]), sys.argv[2], furnish))
