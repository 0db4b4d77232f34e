"""Every reading of a mower as it is known now, each with unit and age; unknown is said, never shown as zero (C1)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from fastapi import Request
from nicegui import ui

from core.accounts import Viewer
from core.fleet.live import LiveFleet
from core.fleet.model import DeviceMap, LinkHealth, LinkState, MowerSnapshot, PositionType, Reading, Source
from dashboard.api.ports import MowerFacts
from dashboard.components.ages import age_text
from dashboard.components.past import past_head
from dashboard.components.text import text
from dashboard.i18n import N_, _
from dashboard.measures import UNIT_KINDS, in_column
from dashboard.pages.mower import MowerTab

TICK_S = 1.0
FRESH_ROWS = 20
"""Stored readings looked through at each redraw; the page keeps what older ones told."""


class ToldAt(Protocol):
    """When each field was last told."""

    def __call__(self, number: int, *, rows: int = ...) -> Awaitable[Mapping[str, datetime]]: ...


type LatestMap = Callable[[str], DeviceMap | None]
type HealthOf = Callable[[str], LinkHealth | None]

FIX_WORDS = {
    PositionType.RTK_FIXED: N_("RTK fixed"),
    PositionType.RTK_FLOAT: N_("RTK float"),
    PositionType.GNSS: N_("GNSS only"),
    PositionType.DEAD_RECKONING: N_("Dead reckoning"),
    PositionType.UNKNOWN: N_("unknown"),
}
SOURCE_WORDS = {
    Source.PUSH: N_("MQTT, sent by itself"),
    Source.POLL: N_("MQTT, asked for"),
    Source.PROPERTY: N_("MQTT, vendor property"),
    Source.STATUS: N_("Vendor's online status"),
    Source.RESTORED: N_("Stored before the last restart"),
}
LINK_WORDS = {
    LinkState.CONNECTING: N_("connecting"),
    LinkState.UP: N_("up"),
    LinkState.BROKER_DOWN: N_("broker down"),
    LinkState.CLOUD_DOWN: N_("cloud down"),
    LinkState.BLOCKED: N_("blocked by the vendor"),
    LinkState.REAUTH_NEEDED: N_("needs the password again"),
    LinkState.STOPPED: N_("stopped"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One reading: its name, how it is read and told, its unit, and the field whose age it has."""

    name: str
    field: str
    tell: Callable[[Reading], str | None]
    unit: str = ""
    bar: bool = False  # a share of a hundred


def _number(name: str, digits: int = 0) -> Callable[[Reading], str | None]:
    def tell(reading: Reading) -> str | None:
        value = getattr(reading, name)
        return None if value is None else f"{value:,.{digits}f}"

    return tell


def _yes_no(name: str, yes: str, no: str) -> Callable[[Reading], str | None]:
    return lambda reading: None if getattr(reading, name) is None else _(yes if getattr(reading, name) else no)


def _place(reading: Reading) -> str | None:
    place = reading.position
    return None if place is None else f"{place.latitude:.6f}, {place.longitude:.6f}"


GROUPS: tuple[tuple[str, tuple[Fact, ...]], ...] = (
    (
        N_("Work"),
        (
            Fact(N_("Battery"), "battery_percent", _number("battery_percent"), "%", bar=True),
            Fact(N_("Progress"), "progress_percent", _number("progress_percent"), "%", bar=True),
            Fact(N_("Time left"), "minutes_left", _number("minutes_left"), "min"),
            Fact(N_("Task area"), "area_m2", _number("area_m2"), "m²"),
            Fact(N_("Charging"), "charging", _yes_no("charging", N_("yes"), N_("no"))),
            Fact(N_("Speed"), "speed_m_s", _number("speed_m_s", 2), "m/s"),
        ),
    ),
    (
        N_("Position"),
        (
            Fact(N_("Position fix"), "position_type",
                 lambda reading: None if reading.position_type is None else _(FIX_WORDS[reading.position_type])),
            Fact(N_("Satellites"), "satellites", _number("satellites")),
            Fact(N_("Age of corrections"), "correction_age_s", _number("correction_age_s", 1), "s"),
            Fact(N_("Heading"), "heading_deg", _number("heading_deg"), "°"),
            Fact(N_("Latitude, longitude"), "position", _place),
        ),
    ),
    (
        N_("Machine"),
        (
            Fact(N_("Blade"), "blade_on", _yes_no("blade_on", N_("running"), N_("standing"))),
            Fact(N_("Blade height"), "blade_height_mm", _number("blade_height_mm"), "mm"),
            Fact(N_("Signal"), "signal_dbm", _number("signal_dbm"), "dBm"),
            Fact(N_("Firmware"), "firmware", lambda reading: reading.firmware),
        ),
    ),
)  # fmt: skip


def now_tab(
    live: LiveFleet,
    *,
    told_at: ToldAt | None = None,
    latest_map: LatestMap = lambda _name: None,
    health_of: HealthOf = lambda _name: None,
) -> MowerTab:
    """The first tab. ``told_at`` gives single ages; without it every reading has the age of the last report."""

    async def build(facts: MowerFacts, _viewer: Viewer, _request: Request) -> None:
        past_head()
        name = facts.device_name
        shown = ui.element("div").classes("p-now")
        drawn: list[Any] = []
        ages: dict[str, datetime] = {}

        async def draw(rows: int = FRESH_ROWS) -> None:
            snapshot, health = live.get(name), health_of(name)
            if drawn == [snapshot.version, health]:
                return
            drawn[:] = [snapshot.version, health]
            if told_at is not None:
                ages.update(await told_at(snapshot.number, rows=rows))
            shown.clear()
            with shown:
                _draw(snapshot, ages, latest_map(name), health)

        await draw(rows=200)
        ui.timer(TICK_S, draw)

    return MowerTab("now", N_("Now"), build)


def _draw(
    snapshot: MowerSnapshot, ages: Mapping[str, datetime], device_map: DeviceMap | None, health: LinkHealth | None
) -> None:
    reading = snapshot.reading
    for title, group in GROUPS:
        with ui.element("section").classes("m-card p-readings"):
            text("h2", _(title))
            with ui.element("dl"):
                if title == "Work":
                    zone = _zone(reading, device_map)
                    _tile(_("Zone"), zone, at=None if reading is None else ages.get("zone_hash", snapshot.received_at))
                for fact in group:
                    told = None if reading is None else fact.tell(reading)
                    at = ages.get(fact.field, snapshot.received_at)
                    unit = fact.unit
                    if told is not None and unit in UNIT_KINDS:
                        told, unit = in_column(getattr(reading, fact.field), unit)
                    _tile(_(fact.name), told, unit=unit, at=at, bar=fact.bar)
    with ui.element("section").classes("m-card p-readings"):
        text("h2", _("Link"))
        with ui.element("dl"):
            source = None if snapshot.source is None else _(SOURCE_WORDS[snapshot.source])
            _tile(_("Link in use"), source, at=snapshot.received_at)
            account = None if health is None else f"{health.account}: {_(LINK_WORDS[health.state])}"
            _tile(_("Vendor account"), account, at=None if health is None else health.since)
            last = None if snapshot.last_fault_code is None else str(snapshot.last_fault_code)
            _tile(
                _("Fault now"),
                str(snapshot.fault_code or _("yes")) if snapshot.in_fault else _("none"),
                at=snapshot.received_at,
            )
            _tile(_("Last fault code"), last, at=None)
            _tile(_("Last proof of its state"), _("seen") if snapshot.evidence_at else None, at=snapshot.evidence_at)


def _zone(reading: Reading | None, device_map: DeviceMap | None) -> str | None:
    if reading is None or not reading.zone_hash:
        return None
    names = {} if device_map is None else {area.hash: area.name for area in device_map.areas}
    return names.get(reading.zone_hash) or _("unknown zone")


def _tile(term: str, told: str | None, *, unit: str = "", at: datetime | None, bar: bool = False) -> None:
    with ui.element("div"):
        text("dt", term)
        with ui.element("dd"):
            if told is None:
                text("span", _("unknown")).classes("m-unknown")
                return
            with ui.element("span").classes("p-value m-number"):
                text("span", told)
                if unit:
                    text("span", unit).classes("m-unit")
            if bar:
                ui.element("progress").props(f'max="100" value="{told}" aria-hidden="true"')
            if at is not None:
                age_text(at).classes("p-age")
