"""Every export there is: its name, who may have it, its columns, where its rows come from, and its forms.

Rows are read for a viewer: each source bounds them as the screen does.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.accounts import Right, Viewer
from core.errors import Invalid, NotAllowed, NotFound
from core.exports import Column, Form
from core.exports.files import PLACES, TABLES, WAYS
from core.texts import N_, Text
from dashboard.areas.bound import ELSEWHERE
from dashboard.exports.sources import ExportSources

type Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whose rows: of this time, and of one mower where the export is of one."""

    viewer: Viewer
    since: datetime
    until: datetime
    mower: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    name: str
    title: str
    tells: str
    rights: tuple[Right, ...]
    columns: tuple[Column, ...]
    rows: Callable[[ExportSources, Asked], Awaitable[Rows]]
    forms: tuple[Form, ...] = TABLES
    of_mower: bool = False
    of_areas: bool = False
    """Whether it leaves out what lies outside the viewer's areas; else it is not for those who have any"""
    by_mower: bool = False
    """Whether it may be narrowed to one mower."""
    timed: bool = True
    """Whether the span of time narrows it; else it is of this moment."""


def may_have(export: Export, viewer: Viewer) -> bool:
    within = viewer.sight.everything or export.of_areas
    return within and any(map(viewer.may, export.rights))


def offered(viewer: Viewer) -> list[Export]:
    """Those that the viewer may have, in the order in which people read them."""
    return [one for one in EXPORTS.values() if may_have(one, viewer)]


def wanted_export(name: str, form: str, viewer: Viewer) -> Export:
    """``NotFound`` where there is no such export in that form, ``NotAllowed`` where it is not theirs."""
    export = EXPORTS.get(name)
    if export is None or form not in export.forms:
        raise NotFound(Text("no export named {name}.{form}", name=name, form=form))
    if viewer.sight.bounded and not export.of_areas:
        raise NotAllowed(ELSEWHERE)
    if not may_have(export, viewer):
        rights = " or ".join(export.rights)
        raise NotAllowed(Text("your role ({role}) lacks the right {rights}", role=viewer.role, rights=rights))
    return export


def columns(*names: str) -> tuple[Column, ...]:
    """Columns titled after their keys."""
    return tuple(Column(name, name.replace("_", " ").capitalize()) for name in names)


def check(export: Export, asked: Asked) -> None:
    """``Invalid`` when the export is of one mower and none is named, or the time runs backwards."""
    if export.of_mower and not asked.mower:
        raise Invalid(N_("mower: this export is of one mower, name it"))
    if asked.since >= asked.until:
        raise Invalid(N_("since: expected a time before until"))


EXPORTS: Mapping[str, Export] = {
    export.name: export
    for export in (
        Export(
            name="mowers",
            of_areas=True,
            title=N_("Mowers"),
            tells=N_("Where each mower is, what it does and its charge, at this moment"),
            rights=(Right.SEE_FLEET, Right.SEE_OWN_LOT),
            columns=columns(
                "device_name",
                "model",
                "state",
                "confidence",
                "battery_percent",
                "longitude",
                "latitude",
                "last_updated",
            ),
            rows=lambda sources, asked: sources.mowers(asked.viewer),
            timed=False,
            forms=(*TABLES, *PLACES),
        ),
        Export(
            name="sessions",
            of_areas=True,
            title=N_("Mowing sessions"),
            tells=N_("When each mower mowed, how long, how far and how much"),
            rights=(Right.SEE_FLEET,),
            columns=columns("mower", "started", "ended", "end_reason", "mowing_s", "paused_s", "distance_m", "area_m2"),
            rows=lambda sources, asked: sources.sessions(asked.mower, asked.since, asked.until, asked.viewer.sight),
            by_mower=True,
        ),
        Export(
            name="track",
            of_areas=True,
            title=N_("Track of a mower"),
            tells=N_("Every stored place of one mower; more than 200,000 are thinned evenly in time"),
            rights=(Right.SEE_FLEET,),
            columns=columns("at", "state", "battery_percent", "longitude", "latitude"),
            rows=lambda sources, asked: sources.track(asked.mower, asked.since, asked.until),
            forms=(*TABLES, *WAYS),
            of_mower=True,
            by_mower=True,
        ),
        Export(
            name="clusters",
            of_areas=True,
            title=N_("Clusters"),
            tells=N_("Every cluster with its state, version and author, as it stands"),
            rights=(Right.SEE_CLUSTERS,),
            columns=columns("code", "name", "state", "version", "neighbours", "author"),
            rows=lambda sources, asked: sources.clusters(asked.viewer.sight),
            timed=False,
        ),
        Export(
            name="alarms",
            of_areas=True,
            title=N_("Alarms"),
            tells=N_("What went wrong, who took it on and when it was over"),
            rights=(Right.HANDLE_ALARMS,),
            columns=columns("kind", "severity", "subject", "raised_at", "acknowledged_by", "cleared_at", "owner"),
            rows=lambda sources, asked: sources.alarms(asked.since, asked.until, asked.viewer.sight),
        ),
        Export(
            name="invoices",
            title=N_("Bills"),
            tells=N_("Every bill with its sums in cents, its state and its household’s address"),
            rights=(Right.SEE_BILLING,),
            columns=columns(
                "number", "address", "made_at", "state", "currency", "total_minor", "due_minor", "tax_minor", "paid_at"
            ),
            rows=lambda sources, asked: sources.invoices(asked.since, asked.until),
        ),
        Export(
            name="journal",
            title=N_("Accounting journal"),
            tells=N_("Every booking with its debit and credit, balanced to the cent"),
            rights=(Right.SEE_BILLING,),
            columns=columns("booking", "date", "account", "debit", "credit", "currency", "words"),
            rows=lambda sources, asked: sources.journal(asked.since, asked.until),
        ),
        Export(
            name="audit",
            title=N_("Audit"),
            tells=N_("Who did what to what, newest first"),
            rights=(Right.SEE_AUDIT,),
            columns=columns(
                "id", "at", "actor", "action", "object_type", "object_id", "reason", "source", "request_id"
            ),
            rows=lambda sources, asked: sources.audit(asked.since, asked.until),
        ),
    )
}
