"""Webhooks over a socket: signed, sent again until taken, doubled, shuffled, held; and what `verify` lets through."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from core.clock import MovableClock, SystemClock
from core.errors import Invalid, NotAllowed
from external.stripe import StripePayments
from external.stripe.simulator import StripeTwin, StripeTwinOptions, signature
from external.stripe.webhooks import verify
from tests.external.stripe.conftest import KEY, SECRET

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
BODY = json.dumps(
    {
        "id": "evt_1", "object": "event", "type": "invoice.paid", "created": 1_780_000_000, "livemode": False,
        "data": {"object": {"object": "invoice", "id": "in_1"}},
    }
).encode()  # fmt: skip


def header(body: bytes = BODY, *secrets: str, at: datetime = NOW) -> str:
    moment = int(at.timestamp())
    return ",".join([f"t={moment}", *(f"v1={signature(one, moment, body)}" for one in secrets or (SECRET,))])


def test_a_signed_event_is_read() -> None:
    event = verify(BODY, header(), secrets=[SECRET], clock=MovableClock(NOW))
    assert (event.id, event.type, event.object_kind, event.object_id) == ("evt_1", "invoice.paid", "invoice", "in_1")


def test_while_a_secret_is_replaced_both_count() -> None:
    clock = MovableClock(NOW)
    assert verify(BODY, header(BODY, "whsec_old"), secrets=["whsec_new", "whsec_old"], clock=clock).id == "evt_1"
    assert verify(BODY, header(BODY, "whsec_new", "whsec_old"), secrets=["whsec_old"], clock=clock).id == "evt_1"


@pytest.mark.parametrize(
    ("body", "signed"),
    [
        (BODY, ""),
        (BODY, "t=1,v0=x"),
        (BODY, "nonsense"),
        (BODY, header(BODY, "whsec_of_a_forger")),
        (BODY[:-1] + b" ", header()),
        (BODY[: len(BODY) // 2], header()),
        (b"\xff\xfe" + BODY, header()),
        (BODY, header(at=NOW - timedelta(minutes=6))),
        (BODY, header(at=NOW + timedelta(minutes=6))),
    ],
    ids=["none", "old scheme", "nonsense", "forged", "one byte changed", "cut", "no text", "too old", "ahead"],
)
def test_what_no_secret_of_ours_signed_lately_is_not_let_in(body: bytes, signed: str) -> None:
    with pytest.raises(NotAllowed):
        verify(body, signed, secrets=[SECRET], clock=MovableClock(NOW))


def test_without_secrets_nothing_is_let_in() -> None:
    with pytest.raises(NotAllowed):
        verify(BODY, header(), secrets=[], clock=MovableClock(NOW))


@pytest.mark.parametrize("body", [b"[]", b"{}", b"nothing", b'{"id": "evt_1", "type": "x", "created": 1, "data": {}}'])
def test_what_is_signed_but_no_event_is_invalid(body: bytes) -> None:
    with pytest.raises(Invalid):
        verify(body, header(body), secrets=[SECRET], clock=MovableClock(NOW))


class Receiver:
    """Takes webhooks on a port of its own; ``refuse``: how many it answers with 503 first."""

    def __init__(self) -> None:
        self.got: list[tuple[bytes, str]] = []
        self.refuse = 0
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((await request.read(), request.headers["Stripe-Signature"]))
        if self.refuse:
            self.refuse -= 1
            return web.Response(status=503)
        return web.Response()

    def ids(self) -> list[str]:
        return [json.loads(body)["id"] for body, _signature in self.got]

    async def has(self, count: int) -> None:
        async with asyncio.timeout(20):
            while len(self.got) < count:
                await asyncio.sleep(0.01)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    await runner.cleanup()


async def control(twin: StripeTwin, path: str, **given: Any) -> Any:
    async with aiohttp.request("POST", f"{twin.url}/control/{path}", json=given) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


async def customers(sdk: Any, count: int) -> None:
    for number in range(count):
        await sdk.customers.create_async({"name": f"C{number}"})


async def test_an_event_arrives_signed_and_is_sent_again_until_it_is_taken(
    sdk: Any, payments: StripePayments, receiver: Receiver
) -> None:
    endpoint = await sdk.webhook_endpoints.create_async({"url": receiver.url, "enabled_events": ["*"]})
    receiver.refuse = 2
    await customers(sdk, 1)
    await receiver.has(3)
    assert len(set(receiver.ids())) == 1
    body, signed = receiver.got[-1]
    payments._webhook_secrets = (endpoint.secret,)
    event = payments.verify(body, signed)
    assert (event.type, event.data["name"]) == ("customer.created", "C0")


async def test_an_endpoint_gets_the_types_it_asked_for(sdk: Any, receiver: Receiver) -> None:
    await sdk.webhook_endpoints.create_async({"url": receiver.url, "enabled_events": ["product.created"]})
    await customers(sdk, 3)
    await sdk.products.create_async({"name": "Mowing"})
    await receiver.has(1)
    assert [json.loads(body)["type"] for body, _ in receiver.got] == ["product.created"]


async def test_on_demand_events_come_twice_and_out_of_order(twin: StripeTwin, sdk: Any, receiver: Receiver) -> None:
    await sdk.webhook_endpoints.create_async({"url": receiver.url, "enabled_events": ["*"]})
    await control(twin, "webhooks", hold=True, copies=2, shuffle=100)
    await customers(sdk, 10)
    assert receiver.got == []
    await control(twin, "webhooks/release")
    await receiver.has(20)
    made = [one["id"] for one in twin.store.every("event") if one["type"] == "customer.created"]
    assert sorted(receiver.ids()) == sorted(made * 2) and receiver.ids() != sorted(receiver.ids())


async def test_on_demand_events_are_forged_cut_or_old_and_verify_refuses_each(
    twin: StripeTwin, sdk: Any, payments: StripePayments, receiver: Receiver
) -> None:
    endpoint = await sdk.webhook_endpoints.create_async({"url": receiver.url, "enabled_events": ["*"]})
    payments._webhook_secrets = (endpoint.secret,)
    for number, mischief in enumerate(({"forge": True}, {"truncate": True}, {"stale_s": 301})):
        await control(twin, "webhooks", **{"forge": False, "truncate": False, "stale_s": 0} | mischief)
        await customers(sdk, 1)
        await receiver.has(number + 1)
        with pytest.raises(NotAllowed):
            payments.verify(*receiver.got[-1])


async def test_a_rolled_secret_signs_beside_the_old_one(
    twin: StripeTwin, sdk: Any, payments: StripePayments, receiver: Receiver
) -> None:
    endpoint = await sdk.webhook_endpoints.create_async({"url": receiver.url, "enabled_events": ["*"]})
    new = (await control(twin, "webhooks/roll", endpoint=endpoint.id))["secret"]
    await customers(sdk, 1)
    await receiver.has(1)
    for secret in (new, endpoint.secret):
        payments._webhook_secrets = (secret,)
        assert payments.verify(*receiver.got[0]).type == "customer.created"


async def test_a_lost_event_can_be_sent_once_more(twin: StripeTwin, sdk: Any, receiver: Receiver) -> None:
    await sdk.webhook_endpoints.create_async({"url": receiver.url, "enabled_events": ["*"]})
    await control(twin, "webhooks", drop=1)
    await customers(sdk, 2)
    await receiver.has(1)
    lost = next(iter(twin.store.every("event")))
    await control(twin, "webhooks/resend", event=lost["id"])
    await receiver.has(2)
    assert receiver.ids()[-1] == lost["id"]


async def test_an_update_tells_what_stood_before(twin: StripeTwin, sdk: Any) -> None:
    maya = await sdk.customers.create_async({"name": "Maya"})
    await sdk.customers.update_async(maya.id, {"name": "Maya Lindqvist"})
    update = [one for one in twin.store.every("event") if one["type"] == "customer.updated"][-1]
    assert update["data"]["previous_attributes"] == {"name": "Maya"}


async def test_an_event_that_nobody_took_is_sent_after_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    options = StripeTwinOptions(secret_key=KEY, folder=tmp_path, webhook_url=receiver.url, webhook_secret=SECRET)
    async with StripeTwin(options) as first:
        await control(first, "webhooks", hold=True)
        pay = StripePayments(secret_key=KEY, clock=SystemClock(), api_url=first.url, webhook_secrets=[SECRET])
        await pay.create_customer(reference="h1", email="m@example.org", name="Maya", key="c")
    assert receiver.got == []
    async with StripeTwin(options):
        await receiver.has(1)
    assert pay.verify(*receiver.got[0]).type == "customer.created"
    await pay.close()
