"""``/mowers/{name}``: one mower, its state and age on top, a tab for each side of it. The tab stands in the address."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Request
from nicegui import ui

from core.accounts import Right, Viewer
from core.errors import NotFound
from core.fleet.live import LiveFleet
from core.fleet.model import Confidence, MowerSnapshot
from core.shares import ShareKind
from core.texts import Text
from dashboard.api.ports import MowerFacts, Roster
from dashboard.components.ages import age_text
from dashboard.components.text import text
from dashboard.gate import needs
from dashboard.i18n import _
from dashboard.shares.button import ShareButton
from dashboard.state_style import state_badge
from dashboard.theme import page_at, page_frame

TICK_S = 1.0


@dataclass(frozen=True, slots=True)
class MowerTab:
    """One side of a mower. ``build`` gets the mower, who looks, and the request with its query."""

    key: str
    word: str
    build: Callable[[MowerFacts, Viewer, Request], Awaitable[None]]
    right: Right = Right.SEE_FLEET


type Above = Callable[[str, Viewer], None]
"""What stands above the tabs of every mower, for who may command it."""
type Beside = Callable[[str, Viewer], Awaitable[None]]
"""What stands there for everybody who sees the mower."""


def register(
    *,
    live: LiveFleet,
    roster: Roster,
    tabs: Sequence[MowerTab],
    above: Above | None = None,
    beside: Beside | None = None,
    share: ShareButton | None = None,
) -> None:
    """Serve the page of one mower; ``tabs`` in the order in which they stand."""

    @page_at("/mowers/{name}")
    async def mower_page(name: str, request: Request, viewer: Annotated[Viewer, needs(Right.SEE_FLEET)]) -> None:
        facts = next((one for one in roster() if one.device_name == name), None)
        if facts is None or name not in live:
            raise NotFound(Text("no mower named {device_name!r}", device_name=name))
        seen = [tab for tab in tabs if viewer.may(tab.right)]
        chosen = next((tab for tab in seen if tab.key == request.query_params.get("tab")), seen[0])
        with page_frame(viewer, name):
            _head(facts, live, viewer, share)
            if above is not None and viewer.may(Right.COMMAND_MOWERS):
                above(name, viewer)
            if beside is not None:
                await beside(name, viewer)
            _tabs(name, seen, chosen)
            await chosen.build(facts, viewer, request)


def _head(facts: MowerFacts, live: LiveFleet, viewer: Viewer, share: ShareButton | None) -> None:
    """Name, model, state with its age; redrawn whenever the snapshot is another."""
    with ui.element("div").classes("m-head"):
        with ui.element("div"):
            text("h1", facts.device_name)
            text("p", " · ".join(part for part in (facts.model, facts.account) if part))
        with ui.element("div").classes("m-actions"):
            state = ui.element("div").classes("m-row").props('role="status"')
            ui.link(_("Show on the map"), f"/fleet?mower={facts.device_name}").classes("m-button m-button-quiet")
            if share is not None:
                share(ShareKind.MOWER, facts.device_name, viewer)
    drawn: list[int] = []

    def draw() -> None:
        snapshot = live.get(facts.device_name)
        if drawn == [snapshot.version]:
            return
        drawn[:] = [snapshot.version]
        state.clear()
        with state:
            _state(snapshot)

    draw()
    ui.timer(TICK_S, draw)


def _state(snapshot: MowerSnapshot) -> None:
    stale = snapshot.confidence is Confidence.STALE
    ui.html(state_badge(snapshot.state, stale=stale, last_known=snapshot.last_known), sanitize=False)
    age_text(snapshot.received_at)


def _tabs(name: str, tabs: Sequence[MowerTab], chosen: MowerTab) -> None:
    with ui.element("nav").classes("m-tabs") as nav:
        nav.props["aria-label"] = _("Sides of this mower")
        for tab in tabs:
            link = ui.link(_(tab.word), f"/mowers/{name}?tab={tab.key}")
            if tab is chosen:
                link.props('aria-current="page"')
