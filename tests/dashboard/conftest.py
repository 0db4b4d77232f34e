"""The gate and the sign-in pages over real accounts, with a plain app in the place of NiceGUI's."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse

from core.accounts import Entrance, FactorRules, HashCost, Passwords, People, Right, Role, SecondFactors, Viewer
from core.clock import MovableClock
from core.db import Database
from core.errors import NotFound
from dashboard import gate
from dashboard.gate import needs
from dashboard.i18n import _
from dashboard.pages.second_step import second_step_router
from dashboard.pages.sign_in import SamplePerson, sign_in_router
from dashboard.throttle import SignInThrottle
from tests.core.fleet.fakes import ReversingBox

PASSWORD = "correct horse battery"
HTML = {"accept": "text/html"}


@dataclass
class Site:
    """The site, a browser that keeps cookies, and what stands behind."""

    app: FastAPI
    browser: httpx.AsyncClient
    people: People
    clock: MovableClock

    async def sign_in(self, role: Role, **form: str) -> httpx.Response:
        data = {"email": f"{role}@elm.example", "password": PASSWORD} | form
        return await self.browser.post("/sign-in", data=data, headers={"origin": "http://test"})


@pytest.fixture
async def site(sqlite_database: Database, clock: MovableClock) -> AsyncIterator[Site]:
    """A person of each role, a page for those who see the fleet, one that breaks, one that is not there."""
    factors = SecondFactors(sqlite_database, clock, ReversingBox(), FactorRules(required=True, grace_days=7))
    people = People(sqlite_database, clock, passwords=Passwords(HashCost(1, 8, 1)), factors=factors)
    for role in Role:
        await people.create_person(email=f"{role}@elm.example", role=role, password=PASSWORD, name=f"The {role}")
    outer, app = FastAPI(openapi_url=None), FastAPI(openapi_url=None)
    sample = [SamplePerson("Dana", "dispatcher", "dispatcher@elm.example", PASSWORD)]
    throttle = SignInThrottle()
    app.include_router(sign_in_router(people=people, throttle=throttle, demo_people=sample))
    entrance = Entrance(sqlite_database, clock, people, factors)
    app.include_router(second_step_router(people=people, entrance=entrance, throttle=throttle))

    @app.get("/fleet")
    async def fleet(viewer: Annotated[Viewer, needs(Right.SEE_FLEET)]) -> PlainTextResponse:
        return PlainTextResponse(f"{viewer.name}: {_('Sign out')}")

    @app.get("/broken")
    async def broken() -> None:
        raise ZeroDivisionError("the insides")

    @app.get("/gone")
    async def gone(_request: Request) -> None:
        raise NotFound("no mower named 'Gone'")

    gate.install(outer, people=people, clock=clock, pages=app)
    outer.mount("/", app)
    transport = httpx.ASGITransport(outer, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as browser:
        yield Site(outer, browser, people, clock)
