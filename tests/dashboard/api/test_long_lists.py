"""Lists that grow without bound are read page by page: every row once along the links, and no query without its end."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import event
from sqlmodel import select

from core.accounts import Role
from core.accounts.tables import Person
from core.billing.tables import WebhookRow
from core.clock import MovableClock, to_epoch_ms
from core.control.tables import ControlIncident
from core.db import Database
from core.db.base import Record
from core.db.pages import Page
from core.fleet.alarms import AlarmKind
from core.fleet.alarms.tables import AlarmRow
from core.fleet.faults import Severity
from core.fleet.sessions.tables import MowingSessionRow
from core.fleet.tables import Command, Mower
from core.hooks.tables import HookDelivery, HookEndpoint, HookEvent
from core.ids import new_id
from core.neighbourhood import create_household, register_lot
from core.notices.tables import NoticeDelivery, NoticeOutbox
from core.reports.tables import ReportRun, ReportSubscription
from core.scheduling.tables import VisitRow
from dashboard.api import PREFIX
from tests.dashboard.api.conftest import Api, build

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
ROWS = 7
MOMENTS = [NOON - timedelta(hours=1 + number // 2) for number in range(ROWS)]
"""Two by two at the same moment, which only the id tells apart."""
HOOK, LOT_ADDRESS = new_id(), "12 ELM ST"

LISTS: dict[str, str] = {
    "/audit?action=person.create": "audit_entry",
    "/notices": "notice_outbox",
    "/notices/given-up": "notice_delivery",
    "/alarms?over=true": "alarm",
    "/mowers/Luba-ELM/incidents": "control_incident",
    "/mowers/Luba-ELM/sessions": "mowing_session",
    f"/webhooks/{HOOK}/deliveries": "hook_delivery",
    "/reports/sent": "report_run",
    "/billing/provider/events": "billing_webhook",
    "/visits?from=2026-05-01T00:00:00Z&to=2026-07-01T00:00:00Z": "visit",
}
"""Each address and the table that it reads."""
WITHOUT_ROWS = {"/billing/invoices": "billing_invoice", f"/clusters/{new_id()}/weather/decisions": "weather_decision"}


@pytest.fixture
async def api(database: Database, clock: MovableClock) -> AsyncIterator[Api]:
    """The API of Elm Street on both databases, with a week of everything."""
    parts = await build(database, clock)
    await furnish(database, clock)
    transport = httpx.ASGITransport(parts.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://test{PREFIX}") as client:
        yield Api(**vars(parts), client=client)
    await parts.lawns.stop()
    await parts.fleet.accounts.stop()


async def furnish(database: Database, clock: MovableClock) -> None:
    household = await create_household(database, clock, name="Elm")
    lot = await register_lot(
        database, household_id=household, address=LOT_ADDRESS, city="BYRON", longitude=-92.64, latitude=44.03
    )
    async with database.session() as session:
        admin = (await session.exec(select(Person.id).where(Person.role == Role.ADMIN))).one()
        mower = (await session.exec(select(Mower.id).where(Mower.device_name == "Luba-ELM"))).one()
        report = ReportSubscription(
            person_id=admin, export="mowers", form="csv", cadence="daily", hour=7, planned_until=NOON, created_at=NOON
        )
        hook = HookEndpoint(
            id=HOOK, url="https://hooks.example", events=[], sealed_secret="x", created_at=NOON, created_by="ada"
        )
        session.add_all([report, hook])
        await session.flush()
        for number, moment in enumerate(MOMENTS):
            notice = NoticeOutbox(
                key=f"n{number}", channel="in_app", person_id=admin, kind="alarm.raised", weight="info", title="Hello",
                created_at=moment, due_at=moment,
            )  # fmt: skip
            happened = HookEvent(type="webhook.test", at=moment, body="{}")
            session.add_all([notice, happened])
            await session.flush()
            session.add_all(rows_of(number, moment, admin, mower, lot.id, report, notice, happened))


def rows_of(
    number: int, moment: datetime, admin: Any, mower: Any, lot: Any, report: Any, notice: Any, happened: Any
) -> list[Record]:
    day = moment.date() - timedelta(days=number)
    return [
        NoticeDelivery(
            notice_id=notice.id, person_id=admin, channel="mail", state="dead", created_at=moment, due_at=moment
        ),
        AlarmRow(
            rule_key=f"r{number}", kind=next(iter(AlarmKind)), severity=next(iter(Severity)), subject_kind="mower",
            subject="Luba-ELM", since=moment, raised_at=moment, cleared_at=moment,
        ),
        ControlIncident(
            mower_id=mower, device_name="Luba-ELM", kind="lifted", began_at=moment, state="mowing", ended_at=moment
        ),
        MowingSessionRow(
            number=1, started_ms=to_epoch_ms(moment) - number, ended_ms=to_epoch_ms(moment), end_reason="done",
            mowing_s=60, paused_s=0, fault_s=0, pauses=0, faults=[], distance_m=1, battery_used=1, zones=[], task_ms=0,
        ),
        HookDelivery(endpoint_id=HOOK, event_id=happened.id, due_at=moment, created_at=moment),
        ReportRun(
            subscription_id=report.id, person_id=admin, first_day=day, end_day=day + timedelta(days=1), zone="UTC",
            since=moment, until=moment, due_at=moment, created_at=moment, state="sent",
        ),
        WebhookRow(
            event_id=f"evt_{number}", type="invoice.paid", object_kind="invoice", object_id="in_1", created=moment,
            body="{}", received_at=moment, state="done",
        ),
        VisitRow(
            lot_id=lot, due_on=day, plan_version=1, state="planned", begins_at=moment,
            ends_at=moment + timedelta(hours=1), made_at=NOON, changed_at=NOON,
        ),
        Command(
            mower_id=mower, kind="start", status="done", asked_by="ada", source="web", requested_at=moment
        ),
    ]  # fmt: skip


@contextmanager
def reads(database: Database, table: str) -> Iterator[list[tuple[str, Any]]]:
    """The queries of rows of a table meanwhile, with what was put into them; counts of rows do not read them."""
    found: list[tuple[str, Any]] = []

    def heard(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if re.search(rf"SELECT (?!count).*\bFROM {table}\b", statement, re.DOTALL):
            found.append((statement, parameters))

    event.listen(database.engine.sync_engine, "before_cursor_execute", heard)
    try:
        yield found
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", heard)


def limited(queries: list[tuple[str, Any]], size: int) -> bool:
    """Whether each ends after ``size`` rows."""
    ends = [
        size in (parameters.values() if isinstance(parameters, dict) else parameters) for _query, parameters in queries
    ]
    return bool(queries) and all(ends) and all("LIMIT" in query for query, _parameters in queries)


async def walk(api: Api, path: str, size: int, header: dict[str, str]) -> list[Any]:
    """Everything along the links."""
    found: list[Any] = []
    address = f"{PREFIX}{path}{'&' if '?' in path else '?'}page_size={size}"
    while address:
        page = await api.client.get(f"http://test{address}", headers=header)
        assert page.status_code == 200, page.text
        items = page.json()["sessions"] if path.endswith("/sessions") else page.json()
        assert len(items) <= size
        found += items
        address = page.links["next"]["url"] if "next" in page.links else ""
    return found


async def test_every_row_comes_once_and_no_query_reads_more_than_its_page(api: Api) -> None:
    header = await api.as_(Role.ADMIN)
    for path, table in LISTS.items():
        whole = (await api.client.get(path, headers=header)).json()
        whole = whole["sessions"] if path.endswith("/sessions") else whole
        assert len(whole) >= 6, path
        with reads(api.database, table) as queries:
            found = await walk(api, path, 3, header)
        assert limited(queries, 4), (path, queries)
        assert len(queries) == (len(whole) + 2) // 3, (path, queries)
        keys = [str(sorted(one.items(), key=str)) for one in found]
        assert sorted(keys) == sorted(str(sorted(one.items(), key=str)) for one in whole), path
        assert len(set(keys)) == len(keys), path


async def test_a_mowers_commands_go_on_past_the_latest_twenty(api: Api) -> None:
    desk = api.fleet.commands
    with reads(api.database, "command") as queries:
        first = await desk.recent("Luba-ELM", page=Page(4))
        keys = (first[3].requested_at, first[3].id)
        rest = await desk.recent("Luba-ELM", page=Page(4, keys))
    assert limited(queries, 5) and (len(first), len(rest)) == (5, 3)
    assert [one.id for one in [*first[:4], *rest]] == [one.id for one in await desk.recent("Luba-ELM")]


async def test_lists_that_are_empty_here_end_their_queries_as_well(api: Api) -> None:
    header = await api.as_(Role.ADMIN)
    for path, table in WITHOUT_ROWS.items():
        with reads(api.database, table) as queries:
            answer = await api.client.get(f"{path}?page_size=3", headers=header)
        assert (answer.status_code, answer.json()) == (200, []), path
        assert limited(queries, 4), (path, queries)


@pytest.mark.parametrize(
    "cursor",
    [
        "k.",
        "k.nonsense",
        "k.W10=",
        "k.WyJ4IiwgInkiXQ==",
        "k.WzEsIDJd",
        "WzEsICJhYmMiXQ==",
        "k.WyIyMDI2LTA2LTAxIiwgMV0=",
    ],
)
async def test_a_cursor_of_another_list_or_of_nobody_is_refused(api: Api, cursor: str) -> None:
    header = await api.as_(Role.ADMIN)
    for path in ("/notices", "/audit"):
        answer = await api.client.get(path, params={"page_size": "3", "cursor": cursor}, headers=header)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), path
    if cursor.startswith("k."):
        answer = await api.client.get("/mowers", params={"cursor": cursor}, headers=header)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
