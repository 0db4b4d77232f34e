"""Commands in the audit: who asked which mower for what, whether it was accepted, and what was overridden. The
command's own life stands in its record."""

import asyncio

from core.accounts import Audit
from core.events import Event
from core.fleet import CommandView
from core.fleet.model import CommandStatus
from core.texts import joined

ACTIONS = {CommandStatus.QUEUED: "command.request", CommandStatus.REFUSED: "command.refuse"}
OVERRIDE = "command.override"


class CommandAudit:
    """Listens to commands and writes a line for each that is accepted or refused, in order."""

    def __init__(self, audit: Audit, changed: Event[CommandView]) -> None:
        self._audit = audit
        self._waiting: asyncio.Queue[CommandView] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        changed.subscribe(self._heard)

    def start(self) -> None:
        self._task = asyncio.create_task(self._write())

    async def stop(self) -> None:
        """Write what waits, then end."""
        if self._task is not None:
            await self._waiting.join()
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _heard(self, command: CommandView) -> None:
        if command.status in ACTIONS:
            self._waiting.put_nowait(command)

    async def _write(self) -> None:
        while True:
            command = await self._waiting.get()
            try:
                await self._audit.record(
                    actor=command.asked_by,
                    person_id=command.person_id,
                    action=ACTIONS[command.status],
                    object_type="mower",
                    object_id=command.device_name,
                    after={"command": command.kind.value, "id": str(command.id)},
                    reason=joined(command.reasons),
                    source=command.source,
                )
                if command.override:
                    await self._audit.record(
                        actor=command.asked_by,
                        person_id=command.person_id,
                        action=OVERRIDE,
                        object_type="mower",
                        object_id=command.device_name,
                        before={"against": list(command.overridden)},
                        after={"command": command.kind.value, "id": str(command.id)},
                        reason=command.override,
                        source=command.source,
                    )
            finally:
                self._waiting.task_done()
