"""The sample neighbour, its host and all around: seeded as the demo is, and with what is nobody else's business."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import select

from core.accounts import Role, Viewer
from core.accounts.tables import Person
from core.billing import FactKind, LotRef, Mowed, Subscriptions, Untold, UsageLedger
from core.billing.telling import told_of
from core.clock import MovableClock, SystemClock
from core.db.reads import mower_roster
from core.db.reads.billing_homes import homes_to_join
from core.db.reads.crossings import Crossing
from core.fleet.model import Confidence, MowerSnapshot, MowerState, PositionType, Reading, Source
from core.geo import Point
from core.household.gates import reminders
from core.ids import new_id
from core.neighbourhood.tables import Household, Lot
from core.neighbourhood.town import Home
from core.notices import MOST_AN_HOUR, Channel, Notice, VisitTold, events_for, put_notices, visit_notices
from core.notices.tables import NoticePhone
from core.scheduling.tables import VisitRow
from core.texts import N_
from dashboard.bootstrap import Parts
from dashboard.demo_billing import sample_homes, seed_billing
from dashboard.demo_seed import HOST_EMAIL, NEIGHBOUR_EMAIL, seed_demo
from dashboard.demo_visits import seed_visits
from tests.towns import small_town

BEGIN = datetime(2026, 6, 1, 15, tzinfo=UTC)
OTHERS_MINUTES, OWN_MINUTES = (37, 18), (53, 34)
"""Visits and work at the others begin 37 minutes past the hour and end 18 past, those of the sample neighbour 53 and
34 past: by them each is found in what the others are told."""
TOWN = small_town()
CLUSTER = TOWN.clusters[0]
HOST, OWN, LEAVING = (TOWN.homes[home] for home in (CLUSTER.host, CLUSTER.neighbours[0], CLUSTER.neighbours[-1]))


class MovedClock(SystemClock):
    """The machine's clock, set to the day of the tests."""

    def __init__(self) -> None:
        self._ahead = BEGIN - super().now()

    def now(self) -> datetime:
        return super().now() + self._ahead


def place_on(home: Home, part: str = "back") -> Point:
    """The middle of a home's lawn."""
    lawn = next(lawn.polygon for lawn in home.lawns if lawn.part == part)
    spot = TOWN.lonlat(lawn.representative_point())
    return Point(spot.x, spot.y)


def reading(at: datetime, place: Point) -> Reading:
    return Reading(
        device_name=CLUSTER.device_name, device_time=at, received_at=at, mode=MowerState.MOWING, battery_percent=63,
        position=place, heading_deg=45.0, position_type=PositionType.RTK_FIXED, progress_percent=63, minutes_left=25,
        blade_on=True,
    )  # fmt: skip


def snapshot(number: int, at: datetime, place: Point, version: int) -> MowerSnapshot:
    return MowerSnapshot(
        number=number, device_name=CLUSTER.device_name, version=version, state=MowerState.MOWING, since=at,
        confidence=Confidence.PROVEN, source=Source.PUSH, evidence_at=at, device_time=at, received_at=at,
        reading=reading(at, place), online=True,
    )  # fmt: skip


@dataclass
class Eyes:
    """A household that looks, and what of the others it must not be told."""

    home: Home
    email: str
    phone: str
    minutes: tuple[int, int]
    """Past the hour, at which something happens at the others' and nothing here."""
    lot: UUID = field(default_factory=new_id)
    person: UUID = field(default_factory=new_id)
    others: dict[str, Any] = field(default_factory=dict)


class Cast:
    """Who lives where: the sample neighbour, and the host of its cluster, whose dock the mower stands in."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.eyes = {
            "neighbour": Eyes(OWN, NEIGHBOUR_EMAIL, "+15075550123", OTHERS_MINUTES),
            "host": Eyes(HOST, HOST_EMAIL, "+15075550124", OWN_MINUTES),
        }
        self.numbers: dict[str, int] = {}
        self.rounds: dict[str, list[float]] = {OWN.address: [], HOST.address: []}
        """When work at a home began and ended, in seconds since 1970."""

    async def begin(self) -> None:
        """Seed everything, and give the others what is nobody else's business."""
        parts = self.parts
        await seed_demo(parts.database, TOWN, parts.clock)
        await seed_billing(parts.database, parts.clock, await sample_homes(parts.database) | {LEAVING.address})
        await seed_visits(parts.database, parts.clock, parts.scheduling)
        await parts.fleet.roster.load()
        self.numbers = {row.device_name: row.number for row in await mower_roster(parts.database)}
        async with parts.database.session() as session:
            lots = (await session.exec(select(Lot))).all()
            people = {one.email: one.id for one in (await session.exec(select(Person))).all()}
            for who in self.eyes.values():
                who.person = people[who.email]
                who.lot = next(lot.id for lot in lots if lot.address == who.home.address)
                session.add(NoticePhone(person_id=who.person, number=who.phone, verified_at=BEGIN, codes_since=BEGIN))
            for number, home in enumerate((await session.exec(select(Household))).all()):
                home.email, home.phone = f"secret{number}@others.example", f"+1507666{number:04}"
                session.add(home)
            for row in (await session.exec(select(VisitRow))).all():
                own = row.lot_id == self.eyes["neighbour"].lot
                row.begins_at = row.begins_at.replace(minute=OWN_MINUTES[0] if own else OTHERS_MINUTES[0])
                row.ends_at = row.begins_at + timedelta(minutes=41)
                session.add(row)
        await self.ways()
        await self.work()
        bills = await self.bills()
        for who in self.eyes.values():
            who.others = await self.secrets(who) | bills[who.home.address]

    async def secrets(self, who: Eyes) -> dict[str, Any]:
        """What is nobody else's business, as one household must not read it."""
        async with self.parts.database.session() as session:
            lots = (await session.exec(select(Lot))).all()
            households = (await session.exec(select(Household))).all()
            visits = (await session.exec(select(VisitRow))).all()
            people = (await session.exec(select(Person))).all()
        own = next(lot for lot in lots if lot.id == who.lot)
        mine = next(one for one in households if one.id == own.household_id)
        others = [one for one in households if one is not mine]
        neighbours = [one.email for one in self.eyes.values() if one is not who]
        named = [one for one in people if one.email in neighbours]
        instants = {at.timestamp() for row in visits for at in (row.begins_at, row.ends_at) if row.lot_id != who.lot}
        instants |= {at for address, at_them in self.rounds.items() if address != own.address for at in at_them}
        ours = {at.timestamp() for row in visits for at in (row.begins_at, row.ends_at) if row.lot_id == who.lot}
        theirs = next(lot.id for lot in lots if lot.address == (OWN if who.home is HOST else HOST).address)
        return {
            "words": [
                *(lot.address for lot in lots if lot is not own), *({one.name for one in others} - {mine.name}),
                *(one.email for one in others), *(one.phone for one in others), *neighbours,
                *(one.name for one in named), *(one.name.split()[0] for one in named),
            ],
            "instants": sorted(instants - ours - set(self.rounds[own.address])),
            "minutes": list(who.minutes),
            "own_visits": [str(row.id) for row in visits if row.lot_id == who.lot],
            "visits": [str(row.id) for row in visits if row.lot_id == theirs][:1],
            "lots": [str(theirs)],
        }  # fmt: skip

    async def bills(self) -> dict[str, dict[str, Any]]:
        """By address: the household and its host have a bill with minutes beyond those included, mowed in rounds that
        began at the host's; the host's power is credited."""
        parts, number = self.parts, self.numbers[CLUSTER.device_name]
        joined = BEGIN - timedelta(days=75)
        then = MovableClock(joined)
        ledger = UsageLedger(parts.database, then)
        desk = Subscriptions(
            database=parts.database, clock=then, audit=parts.people.audit, plans=parts.billing.plans, ledger=ledger
        )
        homes = [one for one in await homes_to_join(parts.database) if one.address in {OWN.address, HOST.address}]
        plan = next(one for one in await parts.billing.plans.offered() if one.code == "large")
        subscriptions = {}
        for home in homes:
            subscriptions[home.address] = found = await desk.pre_join(
                household_id=home.household_id, lot_id=home.lot_id, cluster_id=home.cluster_id, address=home.address,
                host=home.host, lawn_m2=home.lawn_m2, plan_version_id=plan.version_id, payer_name=home.household,
                payer_email=f"{home.lot_id.hex[:8]}@others.example", person_id=None, by="tests",
            )  # fmt: skip
            await desk.tell(found, FactKind.CARD_SAVED, key=f"{found}/card", by="tests")
        lots = {home.address: LotRef(home.lot_id, home.household_id) for home in homes}
        for days in (40, 35, 30, 25, 20, 16):
            began = BEGIN - timedelta(days=days, minutes=143)  # 12:37
            minute, ms = round(began.timestamp() / 60), round(began.timestamp() * 1_000)
            rounds = [Mowed(minute, 41, ms, lots[HOST.address], 1), Mowed(minute + 76, 101, ms, lots[OWN.address], 1)]
            await ledger.settle(number, minute, minute + 180, rounds)
            for home, first, last in ((HOST, 0, 41), (OWN, 76, 177)):
                self.rounds[home.address] += [(began + timedelta(minutes=n)).timestamp() for n in (first, last)]
        await parts.billing.closing.run()
        invoices = {address: await parts.billing.reads.invoices(one) for address, one in subscriptions.items()}
        found = {}
        for one, other in ((OWN, HOST), (HOST, OWN)):
            found[one.address] = {
                "own_invoices": [str(row.id) for row in invoices[one.address]],
                "invoices": [str(row.id) for row in invoices[other.address]],
                "subscriptions": [str(subscriptions[home.address]) for home in (one, other)],
            }
        return found

    async def ways(self) -> None:
        """Both households are told everything, over every channel, as often as it happens."""
        preferences = self.parts.care.telling.preferences
        for who in self.eyes.values():
            for event in events_for(Role.HOMEOWNER, at_home=True):
                for channel in (Channel.MAIL, Channel.SMS):
                    await preferences.choose(who.person, event.key, channel, True)
            viewer = Viewer(person_id=who.person, email=who.email, name="", role=Role.HOMEOWNER)
            await preferences.set_limit(who.person, MOST_AN_HOUR, by=viewer)

    async def work(self) -> None:
        """This morning the mower worked at the host's, then here, and now it is at the host's again."""
        fleet, number = self.parts.fleet, self.numbers[CLUSTER.device_name]
        spells = ((HOST, BEGIN - timedelta(hours=3, minutes=23), 41), (OWN, BEGIN - timedelta(hours=2, minutes=7), 41))
        for home, begins, minutes in spells:
            # of its beginning nothing is found: the crawler asks by it, and is answered with what it asked
            self.rounds[home.address].append((begins + timedelta(minutes=minutes)).timestamp())
            for second in range(0, minutes * 60, 30):
                at, middle = begins + timedelta(seconds=second), place_on(home)
                spot = Point(middle.longitude + second % 120 * 1e-8, middle.latitude)
                fleet.telemetry.append(number, reading(at, spot), MowerState.MOWING, Confidence.PROVEN)
        await fleet.telemetry.flush()
        await fleet.session_keeper.turn(hold_s=0)
        self.lead(HOST)

    def lead(self, home: Home) -> None:
        live = self.parts.fleet.live
        known = live.get(CLUSTER.device_name)
        number = self.numbers[CLUSTER.device_name]
        live.put(snapshot(number, self.parts.clock.now(), place_on(home), known.version + 1))

    def notices(self, who: Eyes, address: str) -> list[Notice]:
        """One of every kind that a household is told; about another's home, if told so, in reason and body."""
        begins, mark = BEGIN + timedelta(days=1, hours=3), new_id()
        reason = N_("rain") if address == who.home.address else f"the mower is at {address}"
        facts: dict[VisitTold, dict[str, Any]] = {
            VisitTold.COMING: {"begins": begins, "ends": begins + timedelta(minutes=50), "minutes": 48},
            VisitTold.STARTED: {"minutes": 48},
            VisitTold.DONE: {"minutes": 48, "percent": 97},
            VisitTold.SKIPPED: {"begins": begins, "reason": reason},
            VisitTold.MOVED: {"begins": begins, "instead": begins + timedelta(days=1), "reason": reason},
        }
        told = [
            one
            for kind, given in facts.items()
            for one in visit_notices(kind, visit_id=mark, people=[who.person], address=address, **given)
        ]
        bill = Untold(mark, "bill", {"currency": "USD", "number": 3, "due": 3449}, address, None, (who.person,), BEGIN)
        trial = {"currency": "USD", "days": 7, "price": 2999, "card": True}
        told += reminders(Crossing(who.lot, begins), ["Gate"], [(who.person, "", address)])
        return [*told, *told_of(bill), *told_of(Untold(new_id(), "trial_reminder", trial, address, None, (who.person,),
                                                       BEGIN))]  # fmt: skip

    async def room(self) -> str:
        """A neighbour leaves, and nobody is known to live there any more; then others, until those in line have a place
        and one is left."""
        clusters = self.parts.clusters
        (cluster,) = [one for one in await clusters.list() if one.host.address == HOST.address]
        admin = next(one for one in await self.parts.people.people() if one.role is Role.ADMIN)
        by = Viewer(person_id=admin.id, email=admin.email, name=admin.name, role=admin.role)
        for leaving in sorted(
            (one for one in cluster.neighbours if one.address != OWN.address),
            key=lambda one: one.address != LEAVING.address,
        ):
            if (await clusters.leave(cluster.id, leaving.home_id, by)).places_left:
                break
        async with self.parts.database.session() as session:
            lot = (await session.exec(select(Lot).where(Lot.address == LEAVING.address))).one()
            household = await session.get_one(Household, lot.household_id)
            household.email = household.phone = ""
            session.add(household)
        return LEAVING.address

    async def free(self, home_id: int) -> None:
        """Others leave the host's cluster until a place is held for a home that waits."""
        clusters = self.parts.clusters
        line = await clusters.place_in_line(home_id)
        assert line is not None
        admin = next(one for one in await self.parts.people.people() if one.role is Role.ADMIN)
        by = Viewer(person_id=admin.id, email=admin.email, name=admin.name, role=admin.role)
        for member in (await clusters.get(line.cluster_id)).neighbours:
            waiting = await clusters.place_in_line(home_id)
            if member.address == OWN.address or (waiting is not None and waiting.offered_until is not None):
                continue
            await clusters.leave(line.cluster_id, member.home_id, by)

    async def code(self) -> str:
        """The sample neighbour's code for those it brings."""
        (home,) = [one for one in await homes_to_join(self.parts.database) if one.address == OWN.address]
        return await self.parts.billing.referrals.code_of(home.household_id)

    async def near(self) -> dict[str, Any]:
        """A home that the host's mower reaches, served, waiting and paid for nowhere, and the mail the office has."""
        parts = self.parts
        for home in TOWN.reachable_from(HOST):
            (found,) = await parts.neighbours.search_addresses(home.address, 1)
            assert found.id is not None
            async with parts.database.session() as session:
                lot = (await session.exec(select(Lot).where(Lot.address == home.address))).one()
                household = await session.get_one(Household, lot.household_id)
            taken = await parts.clusters.list(home_id=found.id) or await parts.billing.desk.is_live(lot.id)
            if not taken and await parts.clusters.place_in_line(found.id) is None:
                return {"home": found.id, "email": household.email, "address": home.address}
        raise LookupError("every home near the host is served, or waits")

    async def tell(self, who: Eyes, address: str) -> None:
        parts = self.parts
        async with parts.database.session() as session:
            await put_notices(session, self.notices(who, address), parts.clock)
        await parts.care.telling.turn()
