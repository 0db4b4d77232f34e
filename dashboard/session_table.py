"""The table of mowing sessions, without any screen: columns, totals, export."""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Any

from core.fleet import EndReason, MowingSession
from core.fleet.model import DeviceMap
from core.spreadsheets import safe_cell
from dashboard.i18n import N_, _

REASON_WORDS: dict[EndReason | None, str] = {
    None: N_("Under way"),
    EndReason.DONE: N_("Done"),
    EndReason.BATTERY: N_("Battery low"),
    EndReason.RAIN: N_("Rain"),
    EndReason.OPERATOR: N_("Told to stop"),
    EndReason.FAULT: N_("Fault"),
    EndReason.LOST: N_("Lost sight of"),
}
REASON_TONES: dict[EndReason | None, str] = {
    None: "m-chip-info",
    EndReason.DONE: "m-chip-good",
    EndReason.FAULT: "m-chip-bad",
    EndReason.LOST: "m-chip-warn",
}


@dataclass(frozen=True, slots=True)
class SessionColumn:
    """One exported fact; the unit stands in the heading."""

    heading: str
    value: Callable[[MowingSession], Any]
    unit: str = ""


def _minutes(seconds: float) -> float:
    return round(seconds / 60, 1)


COLUMNS: tuple[SessionColumn, ...] = (
    SessionColumn(N_("Start"), lambda one: one.started_at),
    SessionColumn(N_("Ended"), lambda one: None if one.open else one.ended_at),
    SessionColumn(N_("Mowing"), lambda one: _minutes(one.mowing_s), "min"),
    SessionColumn(N_("Paused"), lambda one: _minutes(one.paused_s), "min"),
    SessionColumn(N_("In fault"), lambda one: _minutes(one.fault_s), "min"),
    SessionColumn(N_("Pauses"), lambda one: one.pauses),
    SessionColumn(N_("Faults"), lambda one: len(one.faults)),
    SessionColumn(N_("Distance"), lambda one: one.distance_m, "m"),
    SessionColumn(N_("Battery used"), lambda one: one.battery_used, "%"),
    SessionColumn(N_("Area"), lambda one: one.area_m2, "m²"),
    SessionColumn(N_("Progress at start"), lambda one: one.progress_start, "%"),
    SessionColumn(N_("Progress at end"), lambda one: one.progress_end, "%"),
)


@dataclass(frozen=True, slots=True)
class SessionTotals:
    """Sums over sessions."""

    count: int
    mowing_s: float
    paused_s: float
    distance_m: float
    area_m2: float
    battery_used: int
    faults: int


def totals(sessions: Sequence[MowingSession]) -> SessionTotals:
    return SessionTotals(
        count=len(sessions),
        mowing_s=sum(one.mowing_s for one in sessions),
        paused_s=sum(one.paused_s for one in sessions),
        distance_m=sum(one.distance_m for one in sessions),
        area_m2=sum(one.area_m2 or 0.0 for one in sessions),
        battery_used=sum(one.battery_used for one in sessions),
        faults=sum(len(one.faults) for one in sessions),
    )


def zone_list(session: MowingSession, device_map: DeviceMap | None) -> list[str]:
    """Names of the zones mowed, longest first; a zone the newest map does not know is "unknown zone"."""
    names = {} if device_map is None else {area.hash: area.name for area in device_map.areas}
    return [names.get(zone & (1 << 64) - 1) or _("unknown zone") for zone, _seconds in session.zones]


def as_csv(sessions: Iterable[MowingSession], device_map: DeviceMap | None) -> str:
    """Every fact of the sessions; unknown is empty. Text cells cannot become formulas."""
    out = StringIO()
    writer = csv.writer(out)
    headings = [_(column.heading) + (f" ({column.unit})" if column.unit else "") for column in COLUMNS]
    writer.writerow([*headings, _("Zones"), _("Fault codes"), _("Ended by")])
    for one in sessions:
        cells = [_plain(column.value(one)) for column in COLUMNS]
        faults = " ".join(map(str, one.faults))
        writer.writerow(
            [*cells, _plain("; ".join(zone_list(one, device_map))), _plain(faults), _(REASON_WORDS[one.end_reason])]
        )
    return out.getvalue()


def _plain(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    return safe_cell(cell)


def duration(seconds: float) -> str:
    """ "1 h 05 min", "12 min", "40 s"."""
    if seconds < 60:
        return _("{n} s").format(n=round(seconds))
    hours, minutes = divmod(round(seconds / 60), 60)
    return _("{h} h {m:02d} min").format(h=hours, m=minutes) if hours else _("{n} min").format(n=minutes)
