"""The cast: a small fleet in two gardens, viewers of each kind, and a real server that pushes to them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import uvicorn
from fastapi import APIRouter, FastAPI
from starlette.types import Receive, Scope, Send

from core.accounts import Role, Viewer
from core.clock import Clock, SystemClock
from core.events import Event
from core.fleet import LiveFleet
from core.fleet.model import Confidence, MowerSnapshot, MowerState, PositionType, Reading, Source
from core.geo import Point
from core.neighbourhood.clusters import ClusterState, ClusterView, MemberView, Part
from dashboard.live.channel import LiveChannel
from dashboard.live.scope import ScopeOf
from dashboard.live.socket import LiveSocket
from dashboard.server import claim_port

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
ELM_HOUSEHOLD = uuid4()
ELM_EDGE = -92.4995
"""The elm lot lies west of this longitude."""


class ElmLot:
    """Everything west of ``ELM_EDGE``."""

    def holds(self, point: Point) -> bool:
        return point.longitude < ELM_EDGE


async def own_ground(households: frozenset[UUID]) -> dict[str, ElmLot]:
    return {"Luba-000001": ElmLot()} if ELM_HOUSEHOLD in households else {}


def viewer(role: Role, *households: UUID) -> Viewer:
    return Viewer(
        person_id=uuid4(),
        email=f"{role}@mowthos.example",
        name=role.title(),
        role=role,
        household_ids=frozenset(households),
        session_id=uuid4(),
    )


def snapshot(
    number: int,
    *,
    state: MowerState = MowerState.MOWING,
    at: datetime = NOW,
    longitude: float | None = None,
    battery: int | None = 63,
    version: int = 1,
    fix: PositionType | None = None,
) -> MowerSnapshot:
    name = f"Luba-{number:06d}"
    reading = Reading(
        device_name=name,
        device_time=at,
        received_at=at,
        mode=state,
        battery_percent=battery,
        position=Point(-92.5 + number * 1e-4 if longitude is None else longitude, 44.01),
        heading_deg=number * 7.5 % 360,
        progress_percent=number % 101,
        zone_hash=7,
        position_type=fix,
    )
    return MowerSnapshot(
        number=number,
        device_name=name,
        version=version,
        state=state,
        since=at - timedelta(minutes=3),
        confidence=Confidence.PROVEN,
        source=Source.PUSH,
        evidence_at=at,
        device_time=at,
        received_at=at,
        reading=reading,
    )


class HandClusters:
    """Clusters drawn by hand; ``change`` tells whoever listens, as the service does after a write."""

    def __init__(self, *clusters: ClusterView) -> None:
        self.changed: Event[tuple[UUID, ...]] = Event("clusters_changed")
        self.clusters = clusters

    async def list(self, states: frozenset[ClusterState]) -> tuple[ClusterView, ...]:
        return tuple(cluster for cluster in self.clusters if cluster.state in states)

    def change(self, *clusters: ClusterView) -> None:
        self.clusters = clusters
        self.changed.emit(tuple(cluster.id for cluster in clusters))


def cluster(
    *places: tuple[str, float, float], name: str = "Elm Row", state: ClusterState = ClusterState.ACTIVE
) -> ClusterView:
    """``places``: address, longitude, latitude, the host's first."""
    host, *neighbours = [
        MemberView(
            home_id=number, lot_id=None, household_id=None, address=address, city="ROCHESTER", longitude=longitude,
            latitude=latitude, part=Part.NEIGHBOUR if number else Part.HOST, distance_m=None, length_m=None,
        )
        for number, (address, longitude, latitude) in enumerate(places)
    ]  # fmt: skip
    return ClusterView(
        id=uuid4(), code="C-0001", name=name, state=state, version=1, host=host, neighbours=tuple(neighbours),
        author_id=None, author="", submitted_by="", decided_by="", comment="", findings=(), stale_reason="",
        stale_at=None, created_at=NOW, changed_at=NOW, waiting=0, max_neighbours=5, min_neighbours=3,
    )  # fmt: skip


def fleet_of(count: int, *, at: datetime = NOW) -> LiveFleet:
    live = LiveFleet()
    live.set_roster(snapshot(number, at=at) for number in range(1, count + 1))
    return live


async def rows_of(live: LiveFleet) -> list[dict[str, Any]]:
    return [
        {"name": known.device_name, "model": "Luba 2", "account": "fleet1@mowthos.example", "address": "12 Elm"}
        for known in live.all()
    ]


def channel_of(live: LiveFleet, clock: Clock | None = None, **options: Any) -> LiveChannel:
    return LiveChannel(live, clock or SystemClock(), lambda: rows_of(live), **options)


@dataclass
class Pushing:
    """A server that pushes ``channel`` to whoever names one of ``viewers`` in the header ``x-viewer``."""

    channel: LiveChannel
    viewers: dict[str, Viewer]
    port: int

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/live/ws"


@asynccontextmanager
async def pushing(channel: LiveChannel, **viewers: Viewer) -> AsyncIterator[Pushing]:
    app = FastAPI()
    router = APIRouter()
    router.add_websocket_route("/live/ws", LiveSocket(channel, ScopeOf(own_ground)).serve)
    app.include_router(router)

    async def gated(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            named = dict(scope["headers"]).get(b"x-viewer", b"").decode()
            scope["mowthos.viewer"] = viewers.get(named)
        await app(scope, receive, send)

    listener = claim_port("127.0.0.1", 0)
    config = uvicorn.Config(gated, log_level="error", ws="websockets-sansio", ws_per_message_deflate=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    ticking = asyncio.create_task(channel.run())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield Pushing(channel, viewers, listener.getsockname()[1])
    finally:
        ticking.cancel()
        server.should_exit = True
        await asyncio.gather(ticking, serving, return_exceptions=True)
