"""The unmodified SDK against the simulated Stripe: keys, idempotency, pages of lists, errors of Stripe's form."""

from typing import Any

import aiohttp
import pytest
import stripe

from external.stripe.simulator import StripeTwin, StripeTwinOptions
from tests.external.stripe.conftest import KEY


def client(twin: StripeTwin, key: str = KEY, retries: int = 0, version: str | None = None) -> stripe.StripeClient:
    return stripe.StripeClient(
        key, base_addresses={"api": twin.url}, http_client=stripe.AIOHTTPClient(), max_network_retries=retries,
        stripe_version=version,
    )  # fmt: skip


async def close(given: stripe.StripeClient) -> None:
    await given._requestor._client.close_async()


async def test_another_key_is_refused(twin: StripeTwin) -> None:
    stranger = client(twin, "sk_test_stranger")
    with pytest.raises(stripe.AuthenticationError):
        await stranger.v1.customers.list_async()
    await close(stranger)


async def test_another_api_version_is_refused(twin: StripeTwin) -> None:
    older = client(twin, version="2024-06-20")
    with pytest.raises(stripe.InvalidRequestError, match="version"):
        await older.v1.customers.list_async()
    await close(older)


async def test_the_same_key_and_parameters_act_once_and_other_parameters_are_refused(sdk: Any) -> None:
    once = {"idempotency_key": "row-1"}
    first = await sdk.customers.create_async({"name": "Maya"}, once)
    again = await sdk.customers.create_async({"name": "Maya"}, once)
    assert first.id == again.id and again.last_response.headers["Idempotent-Replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError):
        await sdk.customers.create_async({"name": "Noah"}, once)
    assert len((await sdk.customers.list_async()).data) == 1


async def test_a_server_error_is_tried_again_by_the_sdk_and_acts_once(twin: StripeTwin) -> None:
    stubborn = client(twin, retries=2)
    twin.api.faults.append((500, 2))
    made = await stubborn.v1.customers.create_async({"name": "Maya"})
    assert [status for _method, _route, status in twin.api.asked] == [500, 500, 200]
    assert [one["id"] for one in twin.store.every("customer")] == [made.id]
    await close(stubborn)


async def test_lists_come_newest_first_page_by_page_forwards_and_backwards(sdk: Any) -> None:
    made = [(await sdk.customers.create_async({"name": f"C{n}"})).id for n in range(25)]
    page = await sdk.customers.list_async({"limit": 10})
    assert page.has_more and [one.id for one in page.data] == made[:14:-1]
    assert [one.id async for one in page.auto_paging_iter()] == made[::-1]
    back = await sdk.customers.list_async({"limit": 5, "ending_before": made[9]})
    assert [one.id for one in back.data] == [made[n] for n in (14, 13, 12, 11, 10)]


async def test_what_can_be_expanded_is_and_what_cannot_is_told(sdk: Any) -> None:
    product = await sdk.products.create_async({"name": "Mowing"})
    price = await sdk.prices.create_async(
        {"product": product.id, "currency": "usd", "unit_amount": 5, "expand": ["product"]}
    )
    assert price.product.name == "Mowing"
    listed = await sdk.prices.list_async({"expand": ["data.product"]})
    assert listed.data[0].product.name == "Mowing"
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        await sdk.prices.retrieve_async(price.id, {"expand": ["colour"]})


@pytest.mark.parametrize(
    ("verb", "params", "code", "param"),
    [
        ("customers.create_async", {"colour": "red"}, "parameter_unknown", "colour"),
        ("prices.create_async", {"unit_amount": 5}, "parameter_missing", "currency"),
        ("prices.create_async", {"currency": "usd", "unit_amount": "x"}, "parameter_invalid_integer", "unit_amount"),
        ("subscriptions.create_async", {"customer": "cus_0"}, "resource_missing", "customer"),
        ("invoices.list_async", {"limit": 101}, "parameter_invalid_integer", "limit"),
    ],
)
async def test_a_wrong_request_names_the_parameter(
    sdk: Any, verb: str, params: dict[str, Any], code: str, param: str
) -> None:
    service, name = verb.split(".")
    with pytest.raises(stripe.InvalidRequestError) as failure:
        await getattr(getattr(sdk, service), name)(params)
    assert (failure.value.code, failure.value.param) == (code, param)


@pytest.mark.parametrize(
    ("card", "code", "decline"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
    ],
)
async def test_a_declined_card_is_a_card_error_with_its_code(sdk: Any, card: str, code: str, decline: str) -> None:
    maya = await sdk.customers.create_async({"name": "Maya"})
    with pytest.raises(stripe.CardError) as failure:
        await sdk.payment_methods.attach_async(card, {"customer": maya.id})
    assert failure.value.http_status == 402
    assert (failure.value.code, failure.value.error.decline_code) == (code, decline)


async def test_an_address_that_is_not_simulated_says_so(twin: StripeTwin) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    async with aiohttp.request("POST", f"{twin.url}/v1/payouts", headers=headers) as answer:
        assert answer.status == 404 and "not simulated" in (await answer.json())["error"]["message"]


async def test_meter_events_are_taken_once_and_not_too_old_or_ahead(sdk: Any, twin: StripeTwin) -> None:
    await sdk.billing.meters.create_async(
        {"event_name": "minutes", "display_name": "Minutes", "default_aggregation": {"formula": "sum"}}
    )
    maya = await sdk.customers.create_async({"name": "Maya"})
    now = twin.world.wall()
    event = {"event_name": "minutes", "payload": {"stripe_customer_id": maya.id, "value": "9"}, "identifier": "u1"}
    await sdk.billing.meter_events.create_async(event | {"timestamp": now})
    with pytest.raises(stripe.InvalidRequestError, match="already exists with identifier u1"):
        await sdk.billing.meter_events.create_async(event | {"timestamp": now})
    for moment, code in ((now - 36 * 86_400, "timestamp_too_far_in_past"), (now + 600, "timestamp_in_future")):
        with pytest.raises(stripe.InvalidRequestError) as failure:
            await sdk.billing.meter_events.create_async(event | {"identifier": "u2", "timestamp": moment})
        assert failure.value.code == code


async def test_everything_is_there_again_after_a_restart_on_the_same_port(tmp_path: Any) -> None:
    options = StripeTwinOptions(secret_key=KEY, folder=tmp_path / "stripe")
    async with StripeTwin(options) as first:
        one = client(first)
        clock = await one.v1.test_helpers.test_clocks.create_async({"frozen_time": 1_775_001_600})
        product = await one.v1.products.create_async({"name": "Mowing"})
        price = await one.v1.prices.create_async(
            {"product": product.id, "currency": "usd", "unit_amount": 1000, "recurring": {"interval": "month"}}
        )
        maya = await one.v1.customers.create_async({"name": "Maya", "test_clock": clock.id})
        card = await one.v1.payment_methods.attach_async("pm_card_visa", {"customer": maya.id})
        await one.v1.subscriptions.create_async(
            {"customer": maya.id, "items": [{"price": price.id}], "default_payment_method": card.id}
        )
        await close(one)
        url = first.url
    async with StripeTwin(options) as second:
        assert second.url == url
        again = client(second)
        await again.v1.test_helpers.test_clocks.advance_async(clock.id, {"frozen_time": 1_775_001_600 + 31 * 86_400})
        invoices = await again.v1.invoices.list_async({"customer": maya.id})
        assert [(one.status, one.amount_paid) for one in invoices.data] == [("paid", 1000), ("paid", 1000)]
        await close(again)
