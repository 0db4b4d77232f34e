"""A simulated Stripe on a free port, the adapter that talks to it, and the SDK as it comes.

Whatever a test makes the simulated Stripe say, in answers and in events, is held to the SDK's own annotations."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import stripe

from core.clock import SystemClock
from external.stripe import StripePayments
from external.stripe.simulator import StripeTwin, StripeTwinOptions
from tests.external.stripe.sdk_types import faults_of

KEY = "sk_test_of_the_tests"
SECRET = "whsec_of_the_tests"


@pytest.fixture
async def twin() -> AsyncIterator[StripeTwin]:
    wrong: set[str] = set()

    def witness(method: str, route: str, answer: dict[str, Any]) -> None:
        wrong.update(f"{method} {route}: {fault}" for fault in faults_of(answer))

    async with StripeTwin(StripeTwinOptions(secret_key=KEY, first_wait_s=0.01)) as running:
        running.api.witness = witness
        yield running
        for event in running.store.every("event"):
            wrong.update(f"event {event['type']}: {fault}" for fault in faults_of(event))
    assert "\n".join(sorted(wrong)) == ""


@pytest.fixture
async def payments(twin: StripeTwin) -> AsyncIterator[StripePayments]:
    provider = StripePayments(secret_key=KEY, clock=SystemClock(), webhook_secrets=[SECRET], api_url=twin.url)
    yield provider
    await provider.close()


@pytest.fixture
async def sdk(twin: StripeTwin) -> AsyncIterator[Any]:
    """The unmodified SDK's own services."""
    http = stripe.AIOHTTPClient()
    client = stripe.StripeClient(KEY, base_addresses={"api": twin.url}, http_client=http)
    yield client.v1
    await http.close_async()
