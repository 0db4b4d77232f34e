"""Billing's screens as a process of their own, with a simulated Stripe beside them and a clock that can be moved.

``python -m tests.dashboard.billing.server PORT FOLDER``; ``/test/move?days=N`` lets time pass, ``/test/mow?minutes=N``
mows on Hana's lot.
"""

import asyncio
import sys
from datetime import datetime, timedelta

import uvicorn
from fastapi import FastAPI
from nicegui import ui

from core.accounts import HashCost, Passwords, People, Role
from core.billing import LotRef, Mowed
from core.billing.usage_view import minute_of
from core.clock import SystemClock
from core.db import Database, open_database
from core.db.migrate import migrate
from core.fleet import LiveFleet, TelemetryStore
from core.neighbourhood import add_person, create_household, households_of_person, register_lot
from core.notices import Channel, InApp, NoticeDesk, Outbox
from dashboard import gate
from dashboard.bell import BellPush, bell_router
from dashboard.billing.joining import JoinDesk
from dashboard.billing.parts import Billing, make_billing
from dashboard.home.bill_card import BillCards
from dashboard.pages import billing as billing_page
from dashboard.pages import (
    billing_household,
    billing_invoice,
    billing_minutes,
    billing_plans,
    billing_sandbox,
    billing_webhooks,
    home,
    join,
    sign_in,
)
from dashboard.throttle import SignInThrottle
from external.stripe import StripePayments
from external.stripe.simulator import StripeTwin, StripeTwinOptions
from tests.dashboard.billing.cast import CAST, LAWN, PASSWORD, PLANS

KEY, SECRET = "sk_test_of_the_screens", "whsec_of_the_screens"


class MovedClock(SystemClock):
    """The machine's clock, moved forward by tests."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


async def main(port: int, folder: str) -> None:
    clock, wall = MovedClock(), SystemClock()
    database = open_database(f"sqlite:///{folder}/billing.sqlite3")
    await migrate(database)
    people = People(
        database, wall, passwords=Passwords(HashCost(1, 8, 1)),
        household_ids=lambda person: households_of_person(database, person),
    )  # fmt: skip
    async with StripeTwin(StripeTwinOptions(secret_key=KEY, first_wait_s=0.05)) as twin:
        stripe = StripePayments(secret_key=KEY, clock=wall, webhook_secrets=[SECRET], api_url=twin.url)
        billing = make_billing(
            database=database, clock=clock, audit=people.audit, secret="a secret of the screens", provider=stripe
        )
        lots = await cast(database, people, billing)
        app = pages(database, people, billing, lots, clock)
        await uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", ws="websockets-sansio")).serve()


async def cast(database: Database, people: People, billing: Billing) -> dict[str, LotRef]:
    """Everybody, their homes, and the plans."""
    lots = {}
    for role, name, language, address in CAST:
        first = name.split(" ", maxsplit=1)[0].lower()
        person = await people.create_person(
            email=f"{first}@elm.example", name=name, role=role, password=PASSWORD, language=language, source="cli"
        )
        if role is Role.HOMEOWNER:
            household = await create_household(database, SystemClock(), name=name)
            await add_person(database, household_id=household, person_id=person.id)
            lot = await register_lot(database, household_id=household, address=address, **LAWN)
            lots[first] = LotRef(lot.id, household)
    for plan in PLANS:
        await billing.plans.save(by="ada@elm.example", **plan)
    return lots


def pages(database: Database, people: People, billing: Billing, lots: dict[str, LotRef], clock: MovedClock) -> FastAPI:
    outer = FastAPI(openapi_url=None)
    gate.install(outer, people=people, clock=SystemClock())
    joining = JoinDesk(database, billing)

    @outer.get("/test/move")
    async def move(days: float) -> str:
        for _ in range(max(1, round(days))):
            clock.ahead += timedelta(days=days / max(1, round(days)))
            await billing.turn()
        await post.flush()
        return clock.now().isoformat()

    @outer.get("/test/mow")
    async def mow(minutes: int, who: str = "hana", lost: bool = False) -> int:
        start = minute_of(clock.now() - timedelta(hours=3)) - minutes
        lot = None if lost else lots[who]
        mowed = Mowed(start, minutes, start * 60_000, lot, 1)
        return (await billing.ledger.settle(1, start, start + minutes, [mowed])).added

    in_app = InApp()
    notices, post = NoticeDesk(database, clock, in_app), Outbox(database, clock, {Channel.IN_APP: in_app})
    outer.include_router(bell_router(notices))
    BellPush(notices, SystemClock())

    sign_in.register(people=people, throttle=SignInThrottle())
    billing_page.register(billing=billing, people=people)
    billing_household.register(billing=billing, people=people)
    billing_invoice.register(billing=billing, people=people)
    billing_minutes.register(billing=billing, people=people)
    billing_plans.register(billing=billing, people=people)
    billing_webhooks.register(billing=billing, people=people)
    billing_sandbox.register(billing=billing)
    join.register(billing=billing, joining=joining, people=people, public_url=None)
    bills = BillCards(billing=billing, joining=joining, people=people)

    home.register(
        database=database, live=LiveFleet(), clock=SystemClock(), history=TelemetryStore(database, clock), bills=bills
    )
    ui.run_with(outer, title="MowthosOS", dark=None, tailwind=False, reconnect_timeout=1, show_welcome_message=False)
    return outer


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
