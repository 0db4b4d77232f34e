"""Nora lives alone at 12 Elm Street, beside Tom: she has done a little of everything that is kept."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from core.accounts import ConsentKind, People, PersonView, Role, Viewer, give_consent
from core.billing.tables import FactRow, InvoiceRow, JournalRow, Payer, PlanVersion, SubscriptionRow, WebhookRow
from core.billing.usage_tables import UsageEntry
from core.clock import MovableClock
from core.db import Database
from core.db.tables import metadata
from core.household.tables import LawnProblem, LotNote, ProblemPhoto, VisitRating
from core.ids import new_id
from core.neighbourhood.clusters.tables import ClusterEvent, ClusterMember, ClusterRow, CrossingConsent
from core.neighbourhood.tables import AddressPoint, DataImport, Household, HouseholdPerson, Lot
from core.notices.tables import NoticeChoice, NoticePhone
from core.privacy import Privacy
from core.scheduling.tables import VisitRow

EMAIL, NAME, PHONE, FAMILY = "nora@elm.example", "Nora Nørgaard", "+15075550199", "The Nørgaards"
GATE, COMPLAINT, PRAISE = "gate code 4711", "the hedge was cut in two", "neat edges"
SECRETS = (EMAIL, NAME, PHONE, FAMILY, GATE, COMPLAINT, PRAISE, "N\\u00f8rgaard")
PASSWORD = "correct horse battery"


@dataclass
class House:
    """Everything around Nora."""

    database: Database
    clock: MovableClock
    people: People
    privacy: Privacy
    admin: Viewer
    nora: PersonView
    tom: PersonView
    household: UUID
    lot: UUID
    cluster: UUID
    left: list[tuple[UUID, int]]

    async def erase(self, **changes: Any) -> None:
        given = {"typed": EMAIL, "reason": f"asked by mail, {NAME}"} | changes
        await self.privacy.erase(self.nora.id, by=self.admin, **given)

    async def run(self, statement: str, **values: Any) -> Any:
        async with self.database.connection() as connection:
            return await connection.execute(text(statement), values)

    async def dump(self) -> dict[str, str]:
        """Every table as text, as somebody with the file would read it."""
        told = {}
        async with self.database.connection() as connection:
            for table in metadata.sorted_tables:
                rows = (await connection.execute(text(f'SELECT * FROM "{table.name}"'))).all()
                told[table.name] = "\n".join(map(str, rows))
        return told


async def furnish(database: Database, clock: MovableClock, people: People) -> House:
    at = clock.now()
    await people.create_person(email="ada@elm.example", role=Role.ADMIN, password=PASSWORD, name="Ada Admin")
    nora = await people.create_person(email=EMAIL, role=Role.HOMEOWNER, password=PASSWORD, name=NAME)
    tom = await people.create_person(email="tom@elm.example", role=Role.HOMEOWNER, password=PASSWORD, name="Tom Elm")
    admin = (await people.sign_in("ada@elm.example", PASSWORD)).viewer
    await people.sign_in(EMAIL, PASSWORD)
    household, neighbours, lot, cluster = new_id(), new_id(), new_id(), new_id()
    plan, payer, subscription, visit, problem = new_id(), new_id(), new_id(), new_id(), new_id()
    left: list[tuple[UUID, int]] = []

    async def leave(cluster_id: UUID, home_id: int, _by: Viewer) -> None:
        left.append((cluster_id, home_id))

    book = new_id()
    layers: list[list[Any]] = [
        [
            DataImport(
                id=book, kind="addresses", name="book", source="tests", imported_at=at, content_hash="x", rows=1,
                accepted=1, refused=0,
            ),
        ],
        [
            AddressPoint(
                id=12, address="12 ELM ST", city="BYRON", state="MN", longitude=-92.6, latitude=44.0, import_id=book
            ),
            Household(id=household, name=FAMILY, email=EMAIL, phone=PHONE, created_at=at),
            Household(id=neighbours, name="The Elms", created_at=at),
            ClusterRow(
                id=cluster, number=1, name="Elm", state="active", version=1, author="ada@elm.example", created_at=at,
                changed_at=at, comment=f"{NAME} wants mornings",
            ),
            PlanVersion(
                id=plan, code="standard", version=1, name="Standard", interval="month", currency="USD",
                price_minor=2999, included_minutes=240, overage_minor=10, area_cap_m2=900, priority=0,
                host_discount_percent=0, power_minor_per_kwh=20, offered=True, made_at=at, made_by="ada@elm.example",
            ),
            Payer(id=payer, person_id=nora.id, name=NAME, email=EMAIL, provider_id="cus_1", created_at=at),
        ],
        [
            HouseholdPerson(household_id=household, person_id=nora.id),
            HouseholdPerson(household_id=neighbours, person_id=tom.id),
            Lot(
                id=lot, household_id=household, address="12 ELM ST", city="BYRON", longitude=-92.6, latitude=44.0,
                source="drawn", home_id=12,
            ),
            ClusterMember(
                cluster_id=cluster, home_id=12, part="neighbour", lot_id=lot, household_id=household,
                address="12 ELM ST", city="BYRON", longitude=-92.6, latitude=44.0, live=True,
            ),
            ClusterEvent(
                cluster_id=cluster, at=at, person_id=nora.id, actor=EMAIL, action="join", version=1,
                state_after="active", comment=f"12 ELM ST: {NAME}",
            ),
            CrossingConsent(
                cluster_id=cluster, home_id=12, address="12 ELM ST", given_by=NAME, recorded_by="Ada Admin",
                recorded_at=at,
            ),
            SubscriptionRow(
                id=subscription, household_id=household, lot_id=lot, payer_id=payer, address="12 ELM ST", host=False,
                status="canceled", plan_version_id=plan, facts=1, created_at=at,
            ),
            WebhookRow(
                event_id="evt_1", type="customer.updated", object_kind="customer", object_id="cus_1", created=at,
                body=f'{{"email": "{EMAIL}", "name": "Nora N\\u00f8rgaard", "id": "cus_1"}}', received_at=at,
                state="done",
            ),
            NoticePhone(person_id=nora.id, number=PHONE, verified_at=at, codes_since=at),
            NoticeChoice(person_id=nora.id, event="visit.done", channel="sms", chosen=True, changed_at=at),
        ],
        [
            FactRow(
                subscription_id=subscription, seq=1, at=at, kind="joined", data={"host": False}, key="f1", actor=EMAIL,
                recorded_at=at,
            ),
            InvoiceRow(
                subscription_id=subscription, number=1, made_at=at, state="paid", reason="cycle", currency="USD",
                total_minor=2999, credit_minor=0, due_minor=2999, lines=[], known_by=at, paid_at=at,
            ),
            JournalRow(
                booking="b1", line=1, at=at, account="receivable", minor=2999, currency="USD",
                subscription_id=subscription, words="invoice 1",
            ),
            JournalRow(
                booking="b1", line=2, at=at, account="revenue", minor=-2999, currency="USD",
                subscription_id=subscription, words="invoice 1",
            ),
            UsageEntry(
                mower=1, session_ms=1, start_minute=100, minutes=48, sign=1, lot_id=lot, household_id=household,
                by=EMAIL, recorded_at=at,
            ),
            VisitRow(
                id=visit, lot_id=lot, due_on=at.date(), plan_version=1, state="done", begins_at=at,
                ends_at=at + timedelta(hours=1), made_at=at, changed_at=at, changed_by=EMAIL,
            ),
            LotNote(lot_id=lot, gate=GATE, changed_by=EMAIL, changed_at=at),
        ],
        [
            VisitRating(visit_id=visit, person_id=nora.id, lot_id=lot, stars=5, words=PRAISE, rated_at=at),
            LawnProblem(
                id=problem, lot_id=lot, visit_id=visit, person_id=nora.id, kind="damage", words=COMPLAINT,
                reported_by=EMAIL, reported_at=at, state="closed", longitude=-92.6, latitude=44.0,
            ),
        ],
        [ProblemPhoto(problem_id=problem, content=b"\xff\xd8a picture", width=4, height=3)],
    ]  # fmt: skip
    for rows in layers:
        async with database.session() as session:
            session.add_all(rows)
    async with database.session() as session:
        give_consent(session, nora.id, ConsentKind.TERMS, at=at, source="web", version="2026-05")
    await people.audit.record(
        actor=EMAIL, person_id=nora.id, action="household.contact", object_type="household", object_id=str(household),
        before={"name": "", "phone": PHONE}, after={"name": FAMILY, "tel": f"now {PHONE}"}, reason=f"as {NAME} said",
    )  # fmt: skip
    privacy = Privacy(database, clock, people, leave)
    return House(database, clock, people, privacy, admin, nora, tom, household, lot, cluster, left)
