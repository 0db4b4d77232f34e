"""Every export there is: its name, who may have it, its columns, where its rows come from, and its forms.

Rows are read for a viewer: each source bounds them as the screen does.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.accounts import Right, Viewer
from core.errors import Invalid
from core.exports import Column, Form
from core.exports.files import TABLES
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
    rights: tuple[Right, ...]
    columns: tuple[Column, ...]
    rows: Callable[[ExportSources, Asked], Awaitable[Rows]]
    forms: tuple[Form, ...] = TABLES
    of_mower: bool = False
    of_areas: bool = False
    """Whether it leaves out what lies outside the viewer's areas; else it is not for those who have any"""

    def may(self, viewer: Viewer) -> bool:
        within = viewer.sight.everything or self.of_areas
        return within and any(viewer.may(right) for right in self.rights)


def columns(*names: str) -> tuple[Column, ...]:
    """Columns titled after their keys."""
    return tuple(Column(name, name.replace("_", " ").capitalize()) for name in names)


def check(export: Export, asked: Asked) -> None:
    """``Invalid`` when the export is of one mower and none is named, or the time runs backwards."""
    if export.of_mower and not asked.mower:
        raise Invalid("mower: this export is of one mower, name it")
    if asked.since >= asked.until:
        raise Invalid("since: expected a time before until")


EXPORTS: Mapping[str, Export] = {
    export.name: export
    for export in (
        Export(
            name="mowers",
            of_areas=True,
            title="Mowers",
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
            forms=(*TABLES, Form.GEOJSON),
        ),
        Export(
            name="sessions",
            of_areas=True,
            title="Mowing sessions",
            rights=(Right.SEE_FLEET,),
            columns=columns("mower", "started", "ended", "end_reason", "mowing_s", "paused_s", "distance_m", "area_m2"),
            rows=lambda sources, asked: sources.sessions(asked.mower, asked.since, asked.until, asked.viewer.sight),
        ),
        Export(
            name="track",
            of_areas=True,
            title="Track of a mower",
            rights=(Right.SEE_FLEET,),
            columns=columns("at", "state", "battery_percent", "longitude", "latitude"),
            rows=lambda sources, asked: sources.track(asked.mower, asked.since, asked.until),
            forms=(*TABLES, Form.GEOJSON, Form.GPX),
            of_mower=True,
        ),
        Export(
            name="clusters",
            of_areas=True,
            title="Clusters",
            rights=(Right.SEE_CLUSTERS,),
            columns=columns("code", "name", "state", "version", "neighbours", "author"),
            rows=lambda sources, asked: sources.clusters(asked.viewer.sight),
        ),
        Export(
            name="alarms",
            of_areas=True,
            title="Alarms",
            rights=(Right.HANDLE_ALARMS,),
            columns=columns("kind", "severity", "subject", "raised_at", "acknowledged_by", "cleared_at", "owner"),
            rows=lambda sources, asked: sources.alarms(asked.since, asked.until, asked.viewer.sight),
        ),
        Export(
            name="invoices",
            title="Bills",
            rights=(Right.SEE_BILLING,),
            columns=columns(
                "number", "address", "made_at", "state", "currency", "total_minor", "due_minor", "tax_minor", "paid_at"
            ),
            rows=lambda sources, asked: sources.invoices(asked.since, asked.until),
        ),
        Export(
            name="audit",
            title="Audit",
            rights=(Right.SEE_AUDIT,),
            columns=columns(
                "id", "at", "actor", "action", "object_type", "object_id", "reason", "source", "request_id"
            ),
            rows=lambda sources, asked: sources.audit(asked.since, asked.until),
        ),
    )
}
