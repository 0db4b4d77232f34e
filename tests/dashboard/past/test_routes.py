"""What looks back asks over HTTP, and who may: people who see the fleet, and nobody else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from core.accounts import HashCost, Passwords, People, Role
from core.clock import MovableClock
from core.db import Database
from core.fleet import LiveFleet, TelemetryStore
from core.fleet.history import FleetPast, HistoryDesk
from core.fleet.model import Confidence, MowerSnapshot, MowerState
from dashboard import gate
from dashboard.live.channel import LiveChannel
from dashboard.live.frame import decode
from dashboard.past.routes import past_router
from tests.core.fleet.cast import LUBA, NOON, YUKA, metres_north
from tests.core.fleet.sessions.cast import code, reading

PASSWORD = "correct horse battery"
S = MowerState


@dataclass
class Past:
    browser: httpx.AsyncClient
    people: People

    async def enter(self, role: Role) -> None:
        token = (await self.people.sign_in(f"{role}@elm.example", PASSWORD)).token
        self.browser.cookies.set(gate.COOKIE, token)


@pytest.fixture
async def past(sqlite_database: Database, clock: MovableClock) -> AsyncIterator[Past]:
    """Yuka is mower 2, Luba mower 1; Luba mowed northwards for ten minutes from noon."""
    people = People(sqlite_database, clock, passwords=Passwords(HashCost(1, 8, 1)))
    for role in Role:
        await people.create_person(email=f"{role}@elm.example", role=role, password=PASSWORD, name=f"The {role}")
    live = LiveFleet()
    live.set_roster([MowerSnapshot(number=2, device_name=YUKA), MowerSnapshot(number=1, device_name=LUBA)])
    store = TelemetryStore(sqlite_database, clock)
    for second in range(600):
        store.append(1, reading(second, north=second * 0.4, battery_percent=80), S.MOWING, Confidence.PROVEN)
    await store.flush()

    async def roster() -> list[dict[str, object]]:
        return [{"name": name} for name in (YUKA, LUBA)]

    outer = FastAPI(openapi_url=None)
    gate.install(outer, people=people, clock=clock, pages=FastAPI(openapi_url=None))
    outer.include_router(
        past_router(
            live=live, history=HistoryDesk(sqlite_database), fleet_past=FleetPast(sqlite_database),
            channel=LiveChannel(live, clock, roster),
        )
    )  # fmt: skip
    transport = httpx.ASGITransport(outer, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as browser:
        yield Past(browser, people)


def at(seconds: float) -> float:
    return (NOON + timedelta(seconds=seconds)).timestamp()


async def test_a_past_frame_has_the_live_format_in_the_order_of_the_roster(past: Past) -> None:
    await past.enter(Role.TECHNICIAN)
    answer = await past.browser.get("/past/frame", params={"at": at(300.5)})
    frame = decode(answer.content)
    assert frame.now_s == at(300.5)
    assert frame.state.tolist() == [code(S.UNKNOWN), code(S.MOWING)]
    assert frame.latitude[1] == pytest.approx(metres_north(120).latitude, abs=1e-6)
    assert frame.age_s[1] == pytest.approx(0.5)
    assert frame.battery_percent[1] == 80


async def test_the_span_of_the_past_is_told(past: Past) -> None:
    await past.enter(Role.DISPATCHER)
    assert (await past.browser.get("/past/span")).json() == {"first": at(0), "last": at(599)}


async def test_a_series_has_lines_bands_track_and_totals(past: Past) -> None:
    await past.enter(Role.DISPATCHER)
    asked = {"mower": LUBA, "since": at(0), "until": at(600)}
    told = (await past.browser.get("/past/series", params=asked)).json()
    assert told["readings"] == 600
    assert told["totals"]["distance_m"] == pytest.approx(239, abs=1)
    assert told["bands"] == [[at(0), at(599), code(S.MOWING)]]
    assert {line["key"] for line in told["lines"]} == {"battery", "progress", "speed", "satellites", "signal"}
    assert 2 <= len(told["track"]["t"]) < 100  # a straight way needs few places


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"mower": "Nobody", "since": 1e9, "until": 1.1e9}, 404),
        ({"mower": LUBA, "since": 1.1e9, "until": 1e9}, 422),
        ({"mower": LUBA, "since": 1e9, "until": 1.1e9}, 422),
        ({"mower": LUBA, "since": 5, "until": 6}, 422),
    ],
)
async def test_an_impossible_series_is_refused(past: Past, asked: dict[str, float], status: int) -> None:
    await past.enter(Role.ADMIN)
    assert (await past.browser.get("/past/series", params=asked)).status_code == status


@pytest.mark.parametrize(
    "path", ["/past/frame?at=1780315500", "/past/span", f"/past/series?mower={LUBA}&since=1780315200&until=1780315800"]
)
async def test_a_homeowner_can_never_ask_for_the_fleets_past(past: Past, path: str) -> None:
    assert (await past.browser.get(path)).status_code == 401
    await past.enter(Role.HOMEOWNER)
    assert (await past.browser.get(path)).status_code == 403
