"""Plans, joining, subscriptions and the webhook over REST: a homeowner's own, and nobody else's."""

import json
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from core.accounts import Role
from core.billing import FactKind
from core.neighbourhood.tables import Household, Lot
from tests.dashboard.api.conftest import Api

STANDARD = {
    "code": "standard", "name": "Standard", "interval": "month", "price_minor": 2_999, "included_minutes": 240,
    "overage_minor": 15,
}  # fmt: skip


@pytest.fixture
async def plan(api: Api) -> dict[str, Any]:
    """The Standard plan as REST tells it, and Elm Street's lot."""
    await api.billing.plans.save(by="ada", **STANDARD)
    async with api.database.session() as session:
        session.add(Household(id=api.household_id, name="Elm", created_at=api.clock.now()))
        await session.flush()
        session.add(
            Lot(household_id=api.household_id, address="12 ELM ST", city="BYRON", longitude=-92.48, latitude=44.02,
                source="drawn")
        )  # fmt: skip
    answer = await api.client.get("/payments/plans", headers=await api.as_(Role.HOMEOWNER))
    (found,) = answer.json()
    return dict(found)


async def joined(api: Api, plan: dict[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    owner = await api.as_(Role.HOMEOWNER)
    async with api.database.session() as session:
        lot = (await session.exec(select(Lot.id))).one()
    body = {"lot_id": str(lot), "plan_id": plan["id"]}
    answer = await api.client.post("/payments/subscriptions/pre-join", json=body, headers=owner)
    assert answer.status_code == 201, answer.text
    return owner, answer.json()


async def test_a_homeowner_joins_and_saves_a_card(api: Api, plan: dict[str, Any]) -> None:
    assert (plan["price"], plan["interval"], plan["included_minutes"]) == (2_999, "month", 240)
    owner, found = await joined(api, plan)
    assert (found["status"], found["card"], found["bills"]) == ("pending", False, [])
    page = await api.client.post("/payments/checkout/session", json={"subscription_id": found["id"]}, headers=owner)
    assert page.json()["url"].startswith("https://pay.example/cs_")
    api.stripe.state["pages"]["cs_1"]["status"] = "complete"
    event = {"id": "evt_1", "type": "checkout.session.completed", "kind": "checkout.session", "object": "cs_1"}
    sent = await api.client.post(
        "/payments/webhook", content=json.dumps(event), headers={"stripe-signature": "genuine"}
    )
    assert (sent.status_code, sent.json()) == (200, {"new": True})
    again = await api.client.post(
        "/payments/webhook", content=json.dumps(event), headers={"stripe-signature": "genuine"}
    )
    assert again.json() == {"new": False}
    await api.billing.turn()
    shown = (await api.client.get(f"/payments/subscriptions/{found['id']}", headers=owner)).json()
    assert shown["status"] == "trialing" and shown["trial_ends"]
    cards = await api.client.get("/payments/payment-methods", params={"subscription_id": found["id"]}, headers=owner)
    assert cards.json()[0]["last4"] == "4242"
    portal = await api.client.post("/payments/billing-portal", json={"subscription_id": found["id"]}, headers=owner)
    assert portal.json()["url"].startswith("https://pay.example/portal/")


async def test_a_plan_change_is_shown_first_then_done_as_it_was_shown(api: Api, plan: dict[str, Any]) -> None:
    owner, found = await joined(api, plan)
    large = await api.billing.plans.save(
        by="ada", **(STANDARD | {"code": "large", "name": "Large", "price_minor": 4_999})
    )
    body = {"subscription_id": found["id"], "plan_id": str(large.version_id)}
    shown = (await api.client.post("/payments/update-plan", json=body, headers=owner)).json()
    assert shown["subscription"] is None and shown["preview"]["status"] == "pending"
    done = await api.client.post(
        "/payments/update-plan", json=body | {"confirm_at": shown["preview"]["at"]}, headers=owner
    )
    assert done.json()["subscription"]["plan"]["code"] == "large"
    late = await api.client.post(
        "/payments/update-plan", json=body | {"confirm_at": "2020-01-01T00:00:00Z"}, headers=owner
    )
    assert (late.status_code, late.json()["code"]) == (409, "conflict")


async def test_cancelling_and_taking_it_back(api: Api, plan: dict[str, Any]) -> None:
    owner, found = await joined(api, plan)
    await api.billing.desk.tell(UUID(found["id"]), FactKind.CARD_SAVED, key="card", by="test")
    body = {"subscription_id": found["id"]}
    shown = (await api.client.post("/payments/cancel", json=body, headers=owner)).json()["preview"]
    done = await api.client.post("/payments/cancel", json=body | {"confirm_at": shown["at"]}, headers=owner)
    assert done.json()["subscription"]["cancel_at"]
    undo = body | {"undo": True}
    shown = (await api.client.post("/payments/cancel", json=undo, headers=owner)).json()["preview"]
    done = await api.client.post("/payments/cancel", json=undo | {"confirm_at": shown["at"]}, headers=owner)
    assert done.json()["subscription"]["cancel_at"] is None


async def test_nobody_sees_or_moves_what_is_not_theirs(api: Api, plan: dict[str, Any]) -> None:
    _owner, found = await joined(api, plan)
    address = f"/payments/subscriptions/{found['id']}"
    for role, status in ((Role.TECHNICIAN, 403), (Role.DISPATCHER, 403), (Role.ADMIN, 200)):
        assert (await api.client.get(address, headers=await api.as_(role))).status_code == status
    assert (await api.client.get(address)).status_code == 401
    unknown = "/payments/subscriptions/0192f000-0000-7000-8000-000000000000"
    answer = await api.client.get(unknown, headers=await api.as_(Role.ADMIN))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "signature", "status"),
    [(b"{}", "", 403), (b"{}", "forged", 403), (b'{"id": "evt', "genuine", 422), (b"x" * 300_000, "genuine", 422)],
)
async def test_webhooks_that_are_forged_truncated_or_too_long_are_refused(
    api: Api, body: bytes, signature: str, status: int
) -> None:
    headers = {"stripe-signature": signature} if signature else {}
    answer = await api.client.post("/payments/webhook", content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert api.billing.payments is not None and await api.billing.payments.inbox.events() == []
