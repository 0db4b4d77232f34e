"""The tab Map: areas, zones and whose they are, the planned path with its done part, versions and what changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request
from nicegui import events, ui

from core.accounts import People, Right, Viewer
from core.clock import Clock
from core.errors import MowthosError
from core.fleet import MapVersion
from core.fleet.live import LiveFleet
from core.lawnmaps import TieStatus, map_diff
from dashboard.api.ports import MowerFacts
from dashboard.areas.bound import opens
from dashboard.assets import asset_url
from dashboard.components.ages import age_text
from dashboard.components.faces import empty_face
from dashboard.components.lawn_map import (
    LawnMap,
    diff_shapes,
    drawn,
    map_shapes,
    mower_told,
    no_go_shapes,
    view_box,
)
from dashboard.components.map_diff_list import diff_list
from dashboard.components.no_go_card import NoGoCard
from dashboard.components.notices import attempt, still_signed_in
from dashboard.components.sync_card import SyncCard
from dashboard.components.text import text
from dashboard.components.zone_ties import ZoneTieDialogs, zone_list
from dashboard.i18n import N_, _
from dashboard.lawn_desks import LawnDesks
from dashboard.map_versions import restore_version
from dashboard.pages.mower import MowerTab

TICK_S = 1.0


@dataclass(frozen=True, slots=True)
class LawnView:
    """What one looks at; it stands in the address. ``side``: two maps beside each other, not one over the other."""

    version: UUID | None = None
    against: UUID | None = None
    side: bool = False

    @classmethod
    def of(cls, query: Any) -> "LawnView":
        return cls(_id(query.get("version")), _id(query.get("with")), query.get("view") == "side")

    def address(self, name: str, **changes: Any) -> str:
        view = {"version": self.version, "with": self.against, "view": "side" if self.side else None} | changes
        told = {"tab": "map"} | {key: str(value) for key, value in view.items() if value}
        return f"/mowers/{name}?{urlencode(told)}"


def lawn_tab(*, desks: LawnDesks, live: LiveFleet, people: People, clock: Clock) -> MowerTab:
    """``Map`` of the mower page."""

    async def build(facts: MowerFacts, viewer: Viewer, request: Request) -> None:
        for sheet in ("clusters", "lawns"):
            ui.add_head_html(f'<link rel="stylesheet" href="{asset_url(f"styles/{sheet}.css")}">')
        view = LawnView.of(request.query_params)
        await LawnTab(facts.device_name, desks, live, people, clock, viewer, view).build()

    return MowerTab("map", N_("Map"), build)


class LawnTab:
    """The tab as one person has it open."""

    def __init__(
        self,
        name: str,
        desks: LawnDesks,
        live: LiveFleet,
        people: People,
        clock: Clock,
        viewer: Viewer,
        view: LawnView,
    ) -> None:
        self._name, self._desks, self._live, self._people = name, desks, live, people
        self._clock, self._viewer, self._view = clock, viewer, view
        self._maps: list[LawnMap] = []
        self._told: dict[str, Any] = {}
        self._phases: object = None

    async def build(self) -> None:
        zone = await self._time_zone()
        with ui.element("div").classes("m-lawn"):
            with ui.element("div").classes("m-stack"):
                self._place = ui.element("div").classes("m-stack")
            with ui.element("div").classes("m-stack m-lawn-rail"):
                SyncCard(self._name, self._desks, self._people, self._viewer, done=self._redraw)
                self._rail = ui.element("div").classes("m-stack")
                self._no_go = NoGoCard(
                    self._name, self._desks, self._people, self._viewer, self._clock, zone=zone, changed=self._redraw
                )
                self._versions = ui.element("section").classes("m-card m-stack")
        await self._redraw()
        ui.timer(TICK_S, self._tick)

    async def _redraw(self) -> None:
        """Draw everything but the sync card anew."""
        versions = list(await self._desks.maps.history(self._name))
        chosen = _chosen(versions, self._view.version)
        older = next((one for one in versions if one.id == self._view.against), None)
        self._maps, self._no_go.map = [], None
        for place in (self._place, self._rail, self._versions):
            place.clear()
        areas = await self._areas()
        self._no_go.show(areas)
        with self._versions:
            _version_list(self._name, versions, chosen, older, self._view)
        with self._place:
            if chosen is None:
                with ui.element("section").classes("m-card"):
                    words = _("Fetch it from the mower: zones, no-go areas, channels, dock and base come with it.")
                    with empty_face(_("No map yet"), words, icon="o_map"):
                        pass
                return
            self._notices(chosen, older)
            await self._drawn(chosen, older, areas)
        with self._rail:
            await self._zones()

    async def _drawn(self, chosen: MapVersion, older: MapVersion | None, areas: Any) -> None:
        lawn = self._latest_with_path(chosen)
        ties = await self._desks.ties.of_mower(self._name)
        blocked = [tie.zone_hash for tie in ties if tie.status is not TieStatus.TIED]
        temporary = no_go_shapes(areas)
        if older is None:
            shapes = map_shapes(lawn, blocked=blocked) + temporary
            self._maps = [_map(_("Map of {name}").format(name=self._name), [lawn], drawn(lawn, shapes))]
            self._no_go.map = self._maps[0]
            self._maps[0].on("area", self._area_drawn)
            text("p", _("D: dock. R: RTK base. Dotted: channel. Hatched: temporary no-go. Thick: done.")).classes(
                "m-small m-muted"
            )
            return
        diff = map_diff(older.device_map, chosen.device_map)
        both = [older.device_map, chosen.device_map]
        if self._view.side:
            with ui.element("div").classes("m-lawn-pair"):
                for version, words in ((older, _("Before")), (chosen, _("After"))):
                    with ui.element("div").classes("m-stack"):
                        with ui.element("p").classes("m-muted"):
                            text("b", words + " ")
                            age_text(version.last_at)
                        own = drawn(version.device_map, map_shapes(version.device_map), path=False)
                        self._maps.append(_map(words, both, own))
        else:
            shapes = map_shapes(lawn, names=False) + diff_shapes(diff)
            self._maps = [_map(_("Both versions, one over the other"), both, drawn(lawn, shapes, path=False))]
        with ui.element("section").classes("m-card m-stack"):
            text("h2", _("What is different"))
            if diff.same:
                text("p", _("Nothing is different between these two.")).classes("m-muted")
            else:
                diff_list(diff)

    def _notices(self, chosen: MapVersion, older: MapVersion | None) -> None:
        restored = self._desks.maps.shown(self._name) != self._desks.maps.latest(self._name)
        if not (restored or older is not None or not chosen.newest):
            return
        with ui.element("div").classes("m-notice m-notice-warn").props('role="status"'):
            ui.icon("o_history").props('aria-hidden="true"')
            with ui.element("div").classes("m-grow"):
                if older is not None and self._view.side:
                    text("span", _("Two versions are compared."))
                elif older is not None:
                    text("span", _("Two versions are compared: dashed is what was there before."))
                elif chosen.shown:
                    words = _("This older version is drawn on every map. The mower itself has the newest one.")
                    text("span", words)
                else:
                    text("span", _("You look at an older version. The mower itself has the newest one."))
            with ui.element("div").classes("m-actions"):
                if (
                    older is None
                    and not chosen.newest
                    and not chosen.shown
                    and self._viewer.may(Right.EDIT_DEVICE_MAPS)
                ):
                    self._button(_("Draw it on every map"), lambda: self._restore(chosen.id))
                if chosen.shown and older is None and self._viewer.may(Right.EDIT_DEVICE_MAPS):
                    self._button(_("Draw the newest again"), lambda: self._restore(None))
                elif older is not None or not chosen.newest:
                    ui.link(_("Back to the newest"), f"/mowers/{self._name}?tab=map").classes(
                        "m-button m-button-quiet m-button-small"
                    )

    async def _restore(self, version_id: UUID | None) -> None:
        if not await still_signed_in(self._people, self._viewer):
            return
        work = restore_version(
            maps=self._desks.maps, audit=self._people.audit, clock=self._clock, device_name=self._name,
            version_id=version_id, by=self._viewer,
        )  # fmt: skip
        words = _("The newest map is drawn again") if version_id is None else _("The older map is drawn everywhere")
        if await attempt(work, done=words):
            if version_id is None:
                self._view = LawnView()
            await self._redraw()

    async def _zones(self) -> None:
        ties = await self._desks.ties.of_mower(self._name)
        lots = {lot.id: lot for lot in await self._desks.ties.lots_around(self._name)}
        dialogs = ZoneTieDialogs(self._desks, self._people, self._viewer, done=self._redraw)
        with ui.element("section").classes("m-card m-stack"):
            with ui.element("div").classes("m-row"):
                text("h2", _("Zones")).classes("m-grow")
                if opens(self._viewer, "/zones"):
                    ui.link(_("All that block billing"), "/zones").classes("m-small")
            if ties:
                zone_list(ties, lots, dialogs)
            else:
                text("p", _("No zone is judged yet.")).classes("m-muted")

    async def _area_drawn(self, event: events.GenericEventArguments) -> None:
        await self._no_go.drawn(tuple((float(x), float(y)) for x, y in event.args))

    async def _areas(self) -> list[Any]:
        now = self._clock.now()
        try:
            found = [(one, one.phase(now)) for one in await self._desks.no_go.of_mower(self._name)]
        except MowthosError:  # the mower left the fleet while the page stood open
            found = []
        self._phases = [(one.id, phase) for one, phase in found]
        return found

    async def _tick(self) -> None:
        """Move the mower and its done part; draw anew what the clock began or ended."""
        if self._name not in self._live:
            return
        told = mower_told(self._live.get(self._name))
        if told != self._told and len(self._maps) == 1:
            self._told = told
            self._maps[0].run_method("show", told)
        before = self._phases
        await self._areas()
        if before != self._phases:
            await self._redraw()

    def _latest_with_path(self, chosen: MapVersion) -> Any:
        return (self._desks.maps.latest(self._name) or chosen.device_map) if chosen.newest else chosen.device_map

    async def _time_zone(self) -> str:
        lots = await self._desks.ties.lots_around(self._name)
        return lots[0].time_zone if lots else "UTC"

    @staticmethod
    def _button(words: str, act: Any) -> None:
        button = ui.button(words, color=None, on_click=act).props("unelevated no-caps")
        button.classes("m-button m-button-quiet m-button-small")


def _map(label: str, lawns: list[Any], told: dict[str, Any]) -> LawnMap:
    with ui.element("div").classes("m-lawn-map"):
        return LawnMap(label=label, bounds=view_box(lawns), drawn=told)


def _version_list(
    name: str, versions: list[MapVersion], chosen: MapVersion | None, older: MapVersion | None, view: LawnView
) -> None:
    text("h2", _("Versions"))
    if not versions:
        text("p", _("Every lawn that was ever fetched is kept here.")).classes("m-muted")
        return
    if older is not None:
        with ui.element("div").classes("m-segments").props('role="group"') as group:
            group.props["aria-label"] = _("How to compare")
            for side, words in ((None, _("Overlaid")), ("side", _("Side by side"))):
                link = ui.link(words, view.address(name, view=side)).classes("m-segment")
                if bool(side) == view.side:
                    link.props('aria-current="true"')
    with ui.element("ul").classes("m-list") as listing:
        listing.props["aria-label"] = _("Versions")
        for version in versions:
            _version(name, version, chosen, older)


def _version(name: str, version: MapVersion, chosen: MapVersion | None, older: MapVersion | None) -> None:
    with ui.element("li"):
        with ui.element("div").classes("m-grow"):
            with ui.element("div").classes("m-row"):
                age_text(version.first_at)
                if version.newest:
                    text("span", _("on the mower")).classes("m-chip m-chip-good")
                if version.shown:
                    text("span", _("drawn")).classes("m-chip m-chip-warn")
            text("span", _("{n} areas").format(n=len(version.device_map.areas))).classes("m-sub")
        if chosen is not None and version.id == chosen.id:
            text("span", _("seen here")).classes("m-chip m-chip-info")
            return
        ui.link(_("Look"), LawnView().address(name, version=version.id)).classes("m-small")
        if older is None or version.id != older.id:
            before, after = (version, chosen) if chosen is not None and _later(chosen, version) else (chosen, version)
            if before is not None and after is not None:
                pair = {"version": None if after.newest else after.id, "with": before.id}
                ui.link(_("Compare"), LawnView().address(name, **pair)).classes("m-small")
        else:
            text("span", _("compared")).classes("m-chip m-chip-info")


def _later(one: MapVersion, other: MapVersion) -> bool:
    a: datetime = one.last_at
    return a >= other.last_at


def _chosen(versions: list[MapVersion], wanted: UUID | None) -> MapVersion | None:
    """What was asked for, else what is restored for display, else the newest."""
    return next(
        (one for one in versions if one.id == wanted),
        next((one for one in versions if one.shown), versions[0] if versions else None),
    )


def _id(given: str | None) -> UUID | None:
    try:
        return UUID(given) if given else None
    except ValueError:
        return None
