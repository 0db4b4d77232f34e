"""Health and readiness tell the truth about the process and what it leans on."""

from datetime import timedelta

import httpx
from fastapi import FastAPI

from core.clock import MovableClock
from core.db import Database, open_database
from core.fleet.model import LinkHealth, LinkState
from dashboard.health import health_router


def asking(
    database: Database, clock: MovableClock, *, scheduler: bool = True, links: list[LinkHealth] | None = None
) -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(
        health_router(database=database, clock=clock, scheduler_running=lambda: scheduler, links=lambda: links or [])
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://dashboard")


async def test_a_running_process_says_how_long_it_runs(sqlite_database: Database, clock: MovableClock) -> None:
    client = asking(sqlite_database, clock)
    clock.move(90)
    assert (await client.get("/health")).json() == {"status": "ok", "up_s": 90}


async def test_it_is_ready_when_database_and_scheduler_are_up(database: Database, clock: MovableClock) -> None:
    answer = await asking(database, clock).get("/ready")
    assert answer.status_code == 200
    assert {name: told["state"] for name, told in answer.json()["dependencies"].items()} == {
        "database": "up",
        "scheduler": "up",
    }


async def test_a_stopped_scheduler_makes_it_not_ready(sqlite_database: Database, clock: MovableClock) -> None:
    answer = await asking(sqlite_database, clock, scheduler=False).get("/ready")
    assert answer.status_code == 503
    assert answer.json()["dependencies"]["scheduler"]["state"] == "down"


async def test_each_dependency_tells_since_when_it_is_so(sqlite_database: Database, clock: MovableClock) -> None:
    client, told = asking(sqlite_database, clock), []
    for _ in range(2):
        told.append((await client.get("/ready")).json()["dependencies"]["database"])
        clock.move(40)
    assert [one["for_s"] for one in told] == [0, 40]


async def test_what_stopped_answering_tells_how_long_ago_it_last_did(
    sqlite_database: Database, clock: MovableClock
) -> None:
    state = {"up": True}
    app = FastAPI()
    app.include_router(
        health_router(database=sqlite_database, clock=clock, scheduler_running=lambda: state["up"], links=list)
    )
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://dashboard")
    await client.get("/ready")
    clock.move(30)
    state["up"] = False
    await client.get("/ready")
    clock.move(15)
    told = (await client.get("/ready")).json()["dependencies"]["scheduler"]
    assert (told["state"], told["for_s"], told["answered_s_ago"]) == ("down", 15, 45)


async def test_a_database_out_of_reach_makes_it_not_ready(clock: MovableClock) -> None:
    nowhere = open_database("postgresql://nobody@127.0.0.1:1/none")
    answer = await asking(nowhere, clock).get("/ready")
    assert answer.status_code == 503
    assert answer.json()["dependencies"]["database"]["state"] == "down"
    assert answer.json()["dependencies"]["database"]["answered_s_ago"] is None


async def test_a_vendor_link_in_trouble_is_counted_but_names_no_account(
    sqlite_database: Database, clock: MovableClock
) -> None:
    since = clock.now() - timedelta(seconds=75)
    links = [
        LinkHealth(account="a@vendor.example", state=LinkState.UP, since=since),
        LinkHealth(account="b@vendor.example", state=LinkState.BLOCKED, since=since),
    ]
    answer = await asking(sqlite_database, clock, links=links).get("/ready")
    assert answer.status_code == 200
    assert answer.json()["vendor_links"] == {"up": 1, "all": 2, "oldest_trouble_s": 75}
    assert "vendor.example" not in answer.text
