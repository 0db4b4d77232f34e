"""What one looks at on the page of alarms, as its address says it, and which alarms that are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode
from uuid import UUID

from core.fleet import Severity
from core.fleet.alarms import AlarmKind, AlarmView


class Show(StrEnum):
    """The four lists."""

    OPEN = "open"
    MINE = "mine"
    NEW = "new"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmsView:
    """Filters and the alarm that stands open."""

    show: Show = Show.OPEN
    severity: Severity | None = None
    kind: AlarmKind | None = None
    mower: str = ""
    alarm: UUID | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "AlarmsView":
        """What an address says; what it says wrongly is left out."""
        return cls(
            show=_of(Show, query.get("show")) or Show.OPEN,
            severity=_of(Severity, query.get("severity")),
            kind=_of(AlarmKind, query.get("kind")),
            mower=query.get("mower", "")[:64],
            alarm=_uuid(query.get("alarm")),
        )

    def query(self) -> str:
        said = {
            "show": "" if self.show is Show.OPEN else self.show.value,
            "severity": self.severity.value if self.severity else "",
            "kind": self.kind.value if self.kind else "",
            "mower": self.mower,
            "alarm": str(self.alarm) if self.alarm else "",
        }
        return urlencode({name: value for name, value in said.items() if value})


def chosen(alarms: Iterable[AlarmView], view: AlarmsView, person_id: UUID) -> Sequence[AlarmView]:
    """Those of the list and filters, in the order given."""
    return [alarm for alarm in alarms if in_list(alarm, view.show, person_id) and fits(alarm, view)]


def in_list(alarm: AlarmView, show: Show, person_id: UUID) -> bool:
    return {
        Show.OPEN: alarm.open,
        Show.MINE: alarm.open and alarm.owner_id == person_id,
        Show.NEW: alarm.open and alarm.acknowledged_at is None,
        Show.ALL: True,
    }[show]


def fits(alarm: AlarmView, view: AlarmsView) -> bool:
    sought = view.mower.casefold()
    return (
        (view.severity is None or alarm.severity is view.severity)
        and (view.kind is None or alarm.kind is view.kind)
        and (not sought or sought in alarm.subject.name.casefold())
    )


def _of[E: StrEnum](kind: type[E], word: str | None) -> E | None:
    return kind(word) if word in set(kind) else None


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
