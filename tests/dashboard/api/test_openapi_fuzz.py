"""Schemathesis reads the OpenAPI document and sends what it allows and forbids, over a socket: no answer breaks it."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.accounts import SessionKind
from core.clock import MovableClock
from core.db import open_database
from core.db.migrate import migrate
from dashboard.api import PREFIX
from tests.dashboard.api.conftest import PASSWORD, build
from tests.proofs import cases

ENDS_THE_TOKEN = {("POST", "/auth/logout"), ("DELETE", "/auth/sessions")}
"""The token that the other calls are made with."""
WITHOUT_END = ("GET", "/live/events")
EXAMPLES = cases(sample=4, full=60)
"""Of each route; some 200 routes."""
PATIENCE_S = 60
"""For an answer: nothing here is about how fast, and schemathesis alone would give up after 10 s."""
CHECKED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)


async def serve(folder: Path, listener: socket.socket, tell: Any, stop: threading.Event) -> None:
    database = open_database(f"sqlite:///{folder / 'fuzz.sqlite3'}")
    await migrate(database)
    parts = await build(database, MovableClock(datetime(2026, 6, 1, 12, tzinfo=UTC)))
    token, _viewer = await parts.people.sign_in("admin@elm.example", PASSWORD, kind=SessionKind.TOKEN)
    server = uvicorn.Server(uvicorn.Config(parts.app, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    tell(token)
    while not stop.is_set():
        await asyncio.sleep(0.05)
    server.should_exit = True
    await parts.lawns.stop()
    await parts.fleet.accounts.stop()
    await serving
    await database.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of the API and an admin's token."""
    listener = socket.create_server(("127.0.0.1", 0))
    told: list[str] = []
    ready, stop = threading.Event(), threading.Event()

    def tell(token: str) -> None:
        told.append(token)
        ready.set()

    folder = tmp_path_factory.mktemp("fuzz")
    thread = threading.Thread(target=lambda: asyncio.run(serve(folder, listener, tell, stop)))
    thread.start()
    try:
        assert ready.wait(30), "the API did not start"
        yield f"http://127.0.0.1:{listener.getsockname()[1]}{PREFIX}", told[0]
    finally:
        stop.set()
        thread.join(30)


@pytest.fixture(scope="module")
def schema(running: tuple[str, str]) -> Any:
    """The document as schemathesis reads it, once for all routes."""
    return schemathesis.openapi.from_url(f"{running[0]}/openapi.json", timeout=PATIENCE_S)


@pytest.mark.prove(figure="60 requests a route")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/auth/login"),
        ("POST", "/auth/register"),
        ("GET", "/exports"),
        ("GET", "/exports/{name}.{form}"),
        ("GET", "/reports"),
        ("POST", "/reports"),
        ("GET", "/reports/sent"),
        ("DELETE", "/reports/{report_id}"),
        ("GET", "/webhooks/event-types"),
        ("GET", "/webhooks"),
        ("POST", "/webhooks"),
        ("PATCH", "/webhooks/{webhook_id}"),
        ("DELETE", "/webhooks/{webhook_id}"),
        ("POST", "/webhooks/{webhook_id}/rotate"),
        ("POST", "/webhooks/{webhook_id}/test"),
        ("GET", "/webhooks/{webhook_id}/deliveries"),
        ("POST", "/webhooks/deliveries/{delivery_id}/replay"),
        ("POST", "/addresses/claim"),
        ("POST", "/clusters/join-near"),
        ("POST", "/payments/came-by"),
        ("POST", "/auth/refresh"),
        ("GET", "/auth/me"),
        ("GET", "/auth/session"),
        ("GET", "/auth/sessions"),
        ("DELETE", "/auth/sessions/{session_id}"),
        ("GET", "/auth/jwks"),
        ("GET", "/api-keys"),
        ("POST", "/api-keys"),
        ("DELETE", "/api-keys/{key_id}"),
        ("GET", "/people"),
        ("POST", "/people"),
        ("PATCH", "/people/{person_id}"),
        ("GET", "/people/{person_id}/sessions"),
        ("DELETE", "/people/{person_id}/sessions"),
        ("GET", "/people/{person_id}/consents"),
        ("GET", "/people/{person_id}/export"),
        ("POST", "/people/{person_id}/erase"),
        ("GET", "/areas"),
        ("POST", "/areas"),
        ("GET", "/areas/{area_id}"),
        ("PATCH", "/areas/{area_id}"),
        ("DELETE", "/areas/{area_id}"),
        ("GET", "/people/{person_id}/areas"),
        ("PUT", "/people/{person_id}/areas"),
        ("GET", "/share-links"),
        ("POST", "/share-links"),
        ("DELETE", "/share-links/{link_id}"),
        ("DELETE", "/sessions/{session_id}"),
        ("PUT", "/account/language"),
        ("PUT", "/account/measures"),
        ("GET", "/audit"),
        ("POST", "/commands"),
        ("GET", "/mowers/{name}/battery"),
        ("GET", "/mowers/{name}/location"),
        ("GET", "/mowers/{name}/work-mode"),
        ("POST", "/mowers/{name}/service/usual"),
        ("GET", "/payments/homes"),
        ("GET", "/billing/plans"),
        ("POST", "/billing/plans"),
        ("DELETE", "/billing/plans/{code}"),
        ("GET", "/billing/households"),
        ("GET", "/billing/invoices"),
        ("GET", "/billing/invoices/{invoice_id}"),
        ("POST", "/billing/invoices/{invoice_id}/approve"),
        ("GET", "/billing/minutes"),
        ("POST", "/billing/minutes/{entry_id}/assign"),
        ("GET", "/billing/differences"),
        ("POST", "/billing/differences/{drift_id}/fix"),
        ("GET", "/billing/provider/events"),
        ("POST", "/billing/provider/events/{event_id}/replay"),
        ("GET", "/billing/provider/failed"),
        ("POST", "/billing/provider/failed/{row_id}/again"),
        ("GET", "/mowers"),
        ("GET", "/mowers/{name}/status"),
        ("GET", "/mowers/{name}/history"),
        ("GET", "/mowers/{name}/sessions"),
        ("GET", "/mowers/{name}/sessions/{started_ms}/coverage"),
        ("GET", "/mowers/{name}/commands"),
        ("POST", "/mowers/{name}/commands/{kind}"),
        ("GET", "/commands/{command_id}"),
        ("GET", "/mowers/{name}/lease"),
        ("POST", "/mowers/{name}/lease"),
        ("POST", "/mowers/{name}/lease/take-over"),
        ("DELETE", "/mowers/{name}/lease"),
        ("GET", "/mowers/{name}/guard"),
        ("GET", "/mowers/{name}/device-hours"),
        ("GET", "/mowers/{name}/start-options"),
        ("GET", "/mowers/{name}/settings"),
        ("GET", "/mowers/{name}/quiet-hours"),
        ("PUT", "/mowers/{name}/quiet-hours"),
        ("GET", "/mowers/{name}/stop-figures"),
        ("GET", "/fleet/stop-figures"),
        ("GET", "/mowers/{name}/geofence"),
        ("GET", "/mowers/{name}/incidents"),
        ("GET", "/incidents"),
        ("POST", "/incidents/{incident_id}/end"),
        ("POST", "/bulk-commands/preview"),
        ("POST", "/bulk-commands"),
        ("GET", "/bulk-commands/{bulk_id}"),
        ("POST", "/bulk-commands/{bulk_id}/abort"),
        ("GET", "/fleet/accounts"),
        ("POST", "/fleet/accounts"),
        ("GET", "/mowers/{name}/map"),
        ("GET", "/mowers/{name}/map/versions"),
        ("GET", "/mowers/{name}/map/versions/{version_id}"),
        ("GET", "/mowers/{name}/map/diff"),
        ("POST", "/mowers/{name}/map/sync"),
        ("GET", "/mowers/{name}/map/sync"),
        ("PUT", "/mowers/{name}/map/shown"),
        ("GET", "/mowers/{name}/zones"),
        ("PUT", "/mowers/{name}/zones/{zone_hash}/tie"),
        ("GET", "/mowers/{name}/zones/{zone_hash}/history"),
        ("GET", "/zones"),
        ("GET", "/mowers/{name}/no-go"),
        ("POST", "/mowers/{name}/no-go"),
        ("DELETE", "/no-go/{no_go_id}"),
        ("GET", "/mowers/{name}/plans"),
        ("POST", "/mowers/{name}/plans/read"),
        ("POST", "/mowers/{name}/plans"),
        ("PATCH", "/mowers/{name}/plans/{plan_id}"),
        ("POST", "/mowers/{name}/plans/{plan_id}/copy"),
        ("DELETE", "/mowers/{name}/plans/{plan_id}"),
        ("POST", "/mowers/{name}/plans/{plan_id}/run"),
        ("GET", "/operations/jobs"),
        ("GET", "/operations/jobs/{name}"),
        ("POST", "/operations/jobs/{name}/run"),
        ("GET", "/operations/figures"),
        ("GET", "/neighbors"),
        ("POST", "/neighbors/batch"),
        ("GET", "/payments/plans"),
        ("POST", "/payments/subscriptions/pre-join"),
        ("GET", "/payments/subscriptions/{subscription_id}"),
        ("POST", "/payments/update-plan"),
        ("POST", "/payments/cancel"),
        ("GET", "/payments/payment-methods"),
        ("POST", "/payments/checkout/session"),
        ("POST", "/payments/billing-portal"),
        ("POST", "/payments/webhook"),
        ("GET", "/addresses/neighbors"),
        ("GET", "/addresses/search"),
        ("POST", "/addresses/validate"),
        ("POST", "/addresses/register-host"),
        ("POST", "/addresses/register-neighbor"),
        ("POST", "/addresses/imports"),
        ("GET", "/addresses/imports"),
        ("GET", "/addresses/imports/{import_id}"),
        ("POST", "/addresses/imports/{import_id}/undo"),
        ("GET", "/lots"),
        ("POST", "/lots/import"),
        ("GET", "/lots/{lot_id}"),
        ("POST", "/lots/{lot_id}/lawns/check"),
        ("POST", "/lots/{lot_id}/lawns/repair"),
        ("PUT", "/lots/{lot_id}/lawns"),
        ("GET", "/lots/{lot_id}/lawns/versions"),
        ("GET", "/lots/{lot_id}/lawns/export.{kind}"),
        ("POST", "/lots/{lot_id}/lawns/read"),
        ("POST", "/clusters/check"),
        ("POST", "/clusters/validate"),
        ("POST", "/clusters/best-host"),
        ("GET", "/clusters/suggest-clusters"),
        ("GET", "/clusters/existing-neighbors"),
        ("GET", "/clusters/qualified-clusters"),
        ("POST", "/clusters/join"),
        ("POST", "/clusters/{cluster_id}/leave"),
        ("GET", "/clusters/{cluster_id}/waiting"),
        ("GET", "/clusters/{cluster_id}/consents"),
        ("PUT", "/clusters/{cluster_id}/invite"),
        ("DELETE", "/clusters/{cluster_id}/invite"),
        ("POST", "/clusters/changes/preview"),
        ("POST", "/clusters/changes/apply"),
        ("POST", "/clusters/recheck"),
        ("GET", "/clusters/market-analysis"),
        ("GET", "/clusters/market-analysis/{table}.{form}"),
        ("GET", "/clusters/addressable-market"),
        ("GET", "/clusters/coverage"),
        ("GET", "/clusters/scorecard"),
        ("POST", "/clusters/optimize"),
        ("POST", "/clusters/propose"),
        ("GET", "/clusters/proposals"),
        ("GET", "/clusters/proposals/{proposal_id}"),
        ("POST", "/clusters/proposals/{proposal_id}/cancel"),
        ("POST", "/clusters/proposals/{proposal_id}/accept"),
        ("POST", "/clusters/next-homes"),
        ("GET", "/clusters"),
        ("GET", "/clusters/mine"),
        ("GET", "/clusters/stats"),
        ("POST", "/clusters"),
        ("GET", "/clusters/{cluster_id}"),
        ("PUT", "/clusters/{cluster_id}"),
        ("POST", "/clusters/{cluster_id}/{move}"),
        ("GET", "/clusters/{cluster_id}/versions"),
        ("GET", "/clusters/{cluster_id}/diff"),
        ("GET", "/clusters/{cluster_id}/events"),
        ("PUT", "/clusters/{cluster_id}/consents"),
        ("DELETE", "/clusters/{cluster_id}/consents/{home_id}"),
        ("PUT", "/clusters/{cluster_id}/confirmations"),
        ("GET", "/alarms"),
        ("GET", "/alarms/handlers"),
        ("GET", "/alarms/{alarm_id}"),
        ("POST", "/alarms/{alarm_id}/acknowledge"),
        ("POST", "/alarms/{alarm_id}/assign"),
        ("POST", "/alarms/{alarm_id}/comments"),
        ("POST", "/alarms/{alarm_id}/clear"),
        ("GET", "/notices"),
        ("POST", "/notices/read"),
        ("GET", "/alarm-rules"),
        ("POST", "/alarm-rules"),
        ("PATCH", "/alarm-rules/{key}"),
        ("DELETE", "/alarm-rules/{key}"),
        ("POST", "/alarm-rules/{key}/preview"),
        ("GET", "/on-call"),
        ("PUT", "/on-call"),
        ("GET", "/service/due"),
        ("GET", "/service/reliability"),
        ("GET", "/mowers/{name}/service"),
        ("POST", "/mowers/{name}/service"),
        ("PATCH", "/service/{item_id}"),
        ("DELETE", "/service/{item_id}"),
        ("GET", "/mowers/{name}/counters"),
        ("GET", "/mowers/{name}/service/log"),
        ("POST", "/mowers/{name}/service/log"),
        ("GET", "/account/notices"),
        ("PUT", "/account/notices/choices"),
        ("PUT", "/account/notices/quiet-hours"),
        ("PUT", "/account/notices/time-zone"),
        ("PUT", "/account/notices/limit"),
        ("DELETE", "/account/notices"),
        ("POST", "/account/phone"),
        ("POST", "/account/phone/verify"),
        ("DELETE", "/account/phone"),
        ("GET", "/notices/given-up"),
        ("POST", "/notices/given-up/{delivery_id}/retry"),
        ("GET", "/clusters/feasibility"),
        ("GET", "/clusters/{cluster_id}/feasibility"),
        ("GET", "/clusters/{cluster_id}/week-plan"),
        ("GET", "/clusters/{cluster_id}/weather"),
        ("GET", "/clusters/{cluster_id}/weather/decisions"),
        ("POST", "/clusters/{cluster_id}/weather/decisions"),
        ("PUT", "/clusters/{cluster_id}/weather/limits"),
        ("GET", "/lots/{lot_id}/service-plan"),
        ("PUT", "/lots/{lot_id}/service-plan"),
        ("GET", "/lots/{lot_id}/bans"),
        ("GET", "/lots/{lot_id}/pauses"),
        ("POST", "/lots/{lot_id}/pauses"),
        ("DELETE", "/pauses/{pause_id}"),
        ("GET", "/visits"),
        ("GET", "/visits/exceptions"),
        ("POST", "/visits/exceptions/{exception_id}/fix"),
        ("GET", "/visits/rain-out"),
        ("POST", "/visits/rain-out"),
        ("GET", "/visits/rules"),
        ("POST", "/visits/generate"),
        ("GET", "/visits/{visit_id}"),
        ("POST", "/visits/{visit_id}/skip"),
        ("POST", "/visits/{visit_id}/unskip"),
        ("GET", "/visits/{visit_id}/clashes"),
        ("POST", "/visits/{visit_id}/move"),
        ("POST", "/visits/{visit_id}/pin"),
        ("GET", "/calendar-feeds"),
        ("POST", "/calendar-feeds"),
        ("DELETE", "/calendar-feeds/{feed_id}"),
        ("GET", "/lots/{lot_id}/keep-off"),
        ("POST", "/lots/{lot_id}/keep-off"),
        ("DELETE", "/keep-offs/{keep_off_id}"),
        ("GET", "/keep-offs"),
        ("GET", "/lots/{lot_id}/notes"),
        ("PUT", "/lots/{lot_id}/notes"),
        ("GET", "/mowers/{name}/notes"),
        ("GET", "/visits/{visit_id}/report"),
        ("PUT", "/visits/{visit_id}/rating"),
        ("GET", "/lots/{lot_id}/problems"),
        ("POST", "/lots/{lot_id}/problems"),
        ("GET", "/problems"),
        ("GET", "/problems/{problem_id}/photo"),
        ("POST", "/problems/{problem_id}/remow"),
        ("POST", "/problems/{problem_id}/extra-visit"),
        ("POST", "/problems/{problem_id}/credit"),
        ("POST", "/problems/{problem_id}/book"),
        ("POST", "/problems/{problem_id}/close"),
    ],
)
def test_no_input_makes_an_answer_that_the_document_does_not_promise(
    running: tuple[str, str], schema: Any, method: str, path: str
) -> None:
    _address, token = running
    operation = schema[path][method]
    checks = [schemathesis.checks.CHECKS.get_one(name) for name in CHECKED]
    modes = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]

    @given(case=st.one_of(*[operation.as_strategy(generation_mode=mode) for mode in modes]))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def promise_holds(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=checks, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE_S)

    promise_holds()


def test_every_route_of_the_document_is_in_the_list_above(running: tuple[str, str]) -> None:
    address, _token = running
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    promised = {(method.upper(), path) for path, item in schema.raw_schema["paths"].items() for method in item}
    marks = test_no_input_makes_an_answer_that_the_document_does_not_promise.pytestmark
    (mark,) = [one for one in marks if one.name == "parametrize"]
    assert promised == {*mark.args[1], *ENDS_THE_TOKEN, WITHOUT_END}
