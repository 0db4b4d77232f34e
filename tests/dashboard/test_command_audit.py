"""Every command that is asked for leaves a line with who asked, of which mower, and how it was answered."""

from dataclasses import replace
from datetime import UTC, datetime

from core.accounts import Audit
from core.clock import MovableClock
from core.db import Database
from core.events import Event
from core.fleet import CommandView
from core.fleet.model import CommandKind, CommandStatus
from core.ids import new_id
from dashboard.command_audit import CommandAudit

ASKED = CommandView(
    id=new_id(),
    device_name="Luba-ELM",
    kind=CommandKind.PAUSE,
    status=CommandStatus.QUEUED,
    parameters={},
    asked_by="dana@elm.example",
    person_id=new_id(),
    source="web",
    requested_at=datetime(2026, 6, 1, 12, tzinfo=UTC),
)


async def test_commands_leave_one_line_each_however_many_steps_they_take(
    sqlite_database: Database, clock: MovableClock
) -> None:
    audit, changed = Audit(sqlite_database, clock), Event[CommandView]("command_changed")
    listening = CommandAudit(audit, changed)
    listening.start()
    refused = replace(
        ASKED, id=new_id(), kind=CommandKind.RETURN, status=CommandStatus.REFUSED, reasons=("it is docked",)
    )
    overriding = replace(ASKED, id=new_id(), override="Asked by phone.", overridden=("The site has quiet hours now.",))
    for command in (
        overriding,
        ASKED,
        replace(ASKED, status=CommandStatus.SENT),
        replace(ASKED, status=CommandStatus.DONE),
        refused,
    ):
        changed.emit(command)
    await listening.stop()
    told = [(line.action, line.actor, line.object_id, line.reason, line.source) for line in await audit.lines()]
    assert told == [
        ("command.refuse", "dana@elm.example", "Luba-ELM", "it is docked", "web"),
        ("command.request", "dana@elm.example", "Luba-ELM", "", "web"),
        ("command.override", "dana@elm.example", "Luba-ELM", "Asked by phone.", "web"),
        ("command.request", "dana@elm.example", "Luba-ELM", "", "web"),
    ]
