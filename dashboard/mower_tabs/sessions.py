"""The sessions of a mower: totals, a table, export, and the chosen one with its coverage (C5, C13)."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from nicegui import app, ui

from core.accounts import Right, Viewer
from core.clock import Clock
from core.fleet import MowingSession, SessionDesk
from core.fleet.coverage import Coverage, blade_width_m, ground
from core.fleet.live import LiveFleet
from core.fleet.model import DeviceMap
from dashboard.api.ports import MowerFacts
from dashboard.asks import asks
from dashboard.clusters.screen_api import ScreenRoute
from dashboard.components.ages import age_text
from dashboard.components.faces import empty_face
from dashboard.components.past import CoverageMap, past_head
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.i18n import N_, _, ngettext
from dashboard.measures import area_words, length_words
from dashboard.pages.mower import MowerTab
from dashboard.session_table import REASON_TONES, REASON_WORDS, as_csv, duration, totals, zone_list

PERIODS = {7: N_("7 days"), 30: N_("30 days"), 90: N_("90 days"), 365: N_("A year")}
SHOWN_PATCHES = 12
type LatestMap = Callable[[str], DeviceMap | None]


def sessions_tab(*, live: LiveFleet, sessions: SessionDesk, latest_map: LatestMap, clock: Clock) -> MowerTab:
    """The tab, and the file it offers: ``/mowers/{name}/sessions.csv``."""
    router = APIRouter(include_in_schema=False, route_class=ScreenRoute)

    async def of(name: str, days: int) -> list[MowingSession]:
        now = clock.now()
        return await sessions.sessions(live.get(name).number, now - timedelta(days=days), now + timedelta(minutes=1))

    @router.get("/mowers/{name}/sessions.csv")
    async def export(_viewer: Annotated[Viewer, asks(Right.SEE_FLEET)], name: str, days: int = 30) -> Response:
        body = as_csv(await of(name, _period(str(days))), latest_map(name))
        file = f"sessions-{quote(name)}-{clock.now():%Y-%m-%dT%H%M}Z.csv"
        headers = {"Content-Disposition": f'attachment; filename="{file}"'}
        return Response(body, media_type="text/csv; charset=utf-8", headers=headers)

    app.include_router(router)

    async def build(facts: MowerFacts, _viewer: Viewer, request: Request) -> None:
        name, query = facts.device_name, request.query_params
        days = _period(query.get("days", ""))
        found, device_map = await of(name, days), latest_map(name)
        chosen = next((one for one in found if str(one.started_ms) == query.get("session")), None)
        past_head()
        _tools(name, days)
        if not found:
            with empty_face(
                _("No mowing in this time"),
                _("A session appears here as soon as the mower is seen mowing. Choose a longer time to look back."),
                icon="o_grass",
            ):
                pass
            return
        _totals(found)
        if chosen is not None:
            lawn = None
            if device_map is not None:
                lawn = await sessions.coverage(chosen, device_map, width_m=blade_width_m(facts.model))
            _session(name, days, chosen, device_map, lawn)
        _table(name, days, found, device_map, chosen)
        if device_map is not None and device_map.areas:
            cuts = await sessions.last_cuts(live.get(name).number, device_map, clock.now())
            _last_cuts({area.hash: area.name for area in device_map.areas}, [(cut.zone_hash, cut.at) for cut in cuts])

    return MowerTab("sessions", N_("Sessions"), build)


def _period(told: str) -> int:
    days = int(told) if told.isascii() and told.isdigit() and len(told) < 5 else 0
    return days if days in PERIODS else 30


def _tools(name: str, days: int) -> None:
    with ui.element("div").classes("m-head p-tools"):
        with ui.element("nav").classes("p-periods") as periods:
            periods.props["aria-label"] = _("Time looked at")
            for number, word in PERIODS.items():
                link = ui.link(_(word), f"/mowers/{name}?tab=sessions&days={number}")
                if number == days:
                    link.props('aria-current="true"')
        with ui.link(target=f"/mowers/{name}/sessions.csv?days={days}").classes(
            "m-button m-button-quiet m-button-small"
        ):
            ui.icon("o_download").props('aria-hidden="true"')
            text("span", _("Export CSV"))


def _totals(found: Sequence[MowingSession]) -> None:
    sums = totals(found)
    tiles = (
        (_("Sessions"), f"{sums.count}", ""),
        (_("Mowing"), duration(sums.mowing_s), ""),
        (_("Paused"), duration(sums.paused_s), ""),
        (_("Distance"), length_words(sums.distance_m), ""),
        (_("Area by progress"), area_words(sums.area_m2), ""),
        (_("Battery used"), f"{sums.battery_used / 100:.1f}", _("charges")),
        (_("Faults"), f"{sums.faults}", ""),
    )
    with ui.element("dl").classes("p-tiles") as tiles_list:
        tiles_list.props["aria-label"] = _("Totals")
        for term, value, unit in tiles:
            with ui.element("div"):
                text("dt", term)
                with ui.element("dd").classes("m-number"):
                    text("span", value)
                    if unit:
                        text("span", unit).classes("m-unit")


def _table(
    name: str, days: int, found: Sequence[MowingSession], device_map: DeviceMap | None, chosen: MowingSession | None
) -> None:
    headings = (_("Start"), _("Length"), _("Ended by"), _("Zones"), _("Distance"), _("Area"), _("Battery"), _("Stops"))
    with (
        ui.element("section").classes("m-card m-card-flush"),
        table_region(_("Mowing sessions")),
        ui.element("table").classes("m-table m-table-cards p-sessions"),
    ):
        with ui.element("thead"), ui.element("tr"):
            for place, heading in enumerate(headings):
                text("th", heading).props('scope="col"').classes("m-number" if place in (1, 4, 5, 6) else "")
        with ui.element("tbody"):
            for one in found:
                _row(name, days, one, device_map, headings, chosen=one is chosen)


def _row(
    name: str, days: int, one: MowingSession, device_map: DeviceMap | None, headings: Sequence[str], *, chosen: bool
) -> None:
    zones = zone_list(one, device_map)
    with ui.element("tr").classes("p-chosen" if chosen else ""):
        with ui.element("td"):
            target = f"/mowers/{name}?tab=sessions&days={days}&session={one.started_ms}"
            with ui.link(target=target).props('aria-current="true"' if chosen else ""):
                _moment(one.started_at)
            if one.continues:
                text("span", _("goes on with its task")).classes("m-sub")
        _cell(
            headings[1], duration(one.seconds), number=True, sub=_("{time} mowing").format(time=duration(one.mowing_s))
        )
        with _td(headings[2]):
            tone = REASON_TONES.get(one.end_reason, "")
            text("span", _(REASON_WORDS[one.end_reason])).classes(f"m-chip {tone}")
        _cell(headings[3], ", ".join(zones[:2]) + (f" +{len(zones) - 2}" if len(zones) > 2 else ""))
        _cell(headings[4], length_words(one.distance_m), number=True)
        _cell(headings[5], "" if one.area_m2 is None else area_words(one.area_m2), number=True)
        _cell(headings[6], f"−{one.battery_used} %", number=True)
        _cell(headings[7], _stops(one))


def _stops(one: MowingSession) -> str:
    parts = []
    if one.pauses:
        parts.append(ngettext("{n} pause", "{n} pauses", one.pauses).format(n=one.pauses))
    if one.faults:
        parts.append(ngettext("{n} fault", "{n} faults", len(one.faults)).format(n=len(one.faults)))
    return ", ".join(parts)


def _td(label: str, *, number: bool = False) -> ui.element:
    cell = ui.element("td").classes("m-number" if number else "")
    cell.props["data-label"] = label
    return cell


def _cell(label: str, content: str, *, number: bool = False, sub: str = "") -> None:
    with _td(label, number=number):
        text("span", content or "–").classes("" if content else "m-unknown")
        if sub:
            text("span", sub).classes("m-sub")


def _moment(moment: datetime) -> None:
    element = text("time", moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC"))
    element.props["datetime"] = moment.isoformat()
    element.props["data-moment"] = ""


def _session(name: str, days: int, one: MowingSession, device_map: DeviceMap | None, lawn: Coverage | None) -> None:
    with ui.element("section").classes("m-card m-card-flush p-session").props('aria-labelledby="p-session"'):
        with ui.element("div").classes("m-card-head"):
            with text("h2", "").props('id="p-session"'):
                text("span", _("Session of") + " ")
                _moment(one.started_at)
            span = f"since={one.started_ms // 1000}&until={one.ended_ms // 1000 + 1}"
            with ui.link(target=f"/mowers/{name}?tab=history&{span}").classes("m-button m-button-quiet m-button-small"):
                ui.icon("o_replay").props('aria-hidden="true"')
                text("span", _("Charts and replay"))
            close = ui.link(_("Close"), f"/mowers/{name}?tab=sessions&days={days}")
            close.classes("m-button m-button-quiet m-button-small")
        with ui.element("div").classes("p-session-body"):
            if lawn is None or device_map is None or not lawn.areas:
                text("p", _("The lawn map of this mower is not known yet, so coverage cannot be told.")).classes(
                    "m-muted"
                )
                return
            CoverageMap(device_map, *ground(lawn), lawn.missed[:SHOWN_PATCHES], label=_("Coverage of the lawn"))
            _covered(lawn)


def _covered(lawn: Coverage) -> None:
    with ui.element("div").classes("m-stack p-covered"):
        with text("p", "").classes("p-percent"):
            text("b", f"{lawn.percent:.0f} %").classes("m-number")
            text("span", " " + _("of {area} covered by this task so far").format(area=area_words(lawn.area_m2)))
        for area in lawn.areas:
            with ui.element("div").classes("p-area"):
                text("span", area.name or _("unknown zone"))
                bar = ui.element("progress").props(f'max="100" value="{area.percent:.0f}"')
                bar.props["aria-label"] = area.name or _("unknown zone")
                text("span", f"{area.percent:.0f} %").classes("m-number")
        if not lawn.missed:
            text("p", _("Nothing larger than half a square metre was missed.")).classes("m-muted")
            return
        text("h3", _("Missed patches"))
        with ui.element("ol").classes("p-patches"):
            names = {area.zone_hash: area.name for area in lawn.areas}
            for patch in lawn.missed[:SHOWN_PATCHES]:
                with ui.element("li"):
                    text("b", area_words(patch.area_m2)).classes("m-number")
                    where = f"{patch.middle.latitude:.6f}, {patch.middle.longitude:.6f}"
                    text("span", f"{names.get(patch.zone_hash) or _('unknown zone')} · {where}").classes("m-sub")
        if len(lawn.missed) > SHOWN_PATCHES:
            rest = len(lawn.missed) - SHOWN_PATCHES
            text("p", ngettext("and {n} smaller one", "and {n} smaller ones", rest).format(n=rest)).classes("m-muted")


def _last_cuts(names: dict[int, str], cuts: Sequence[tuple[int, datetime | None]]) -> None:
    """W8: when each zone was last cut, the longest uncut first."""
    with ui.element("section").classes("m-card"):
        text("h2", _("Last cut of each zone"))
        with ui.element("dl").classes("m-facts p-cuts"):
            for zone, at in cuts:
                text("dt", names.get(zone) or _("unknown zone"))
                with ui.element("dd"):
                    age_text(at)
