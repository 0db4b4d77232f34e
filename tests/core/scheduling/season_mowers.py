"""Mowers of a season as the executor sees a fleet: commands with their life, mowing sessions, state, rain, faults.

Each drives out, mows its zone for what is left of the visit, and comes home; a broken one stops where it is. A start
that comes while another is at work is never taken twice: it is noted as ``doubled``.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from core.clock import Clock, to_epoch_ms
from core.errors import NotFound
from core.fleet import CommandRefused, CommandView, EndReason, MowingSession, Reason
from core.fleet.model import CommandKind, CommandStatus, MowerSnapshot, MowerState
from core.scheduling.spans import Span

DRIVE = timedelta(minutes=2)


@dataclass
class Run:
    """Blades turning on a lot, for a visit; ``end`` while it lasts ``None``."""

    visit_id: UUID
    lot_id: UUID
    device_name: str
    zone: int
    span: Span
    end: EndReason | None = None

    @property
    def whole(self) -> bool:
        return self.end is EndReason.DONE


@dataclass
class Mowers:
    """`core.scheduling.run_ports.Starts` and the rest of what visits ask of a fleet."""

    clock: Clock
    broken: Callable[[str, Span], Span | None]
    wet: Callable[[], bool]
    work_of: Callable[[UUID], Any]
    runs: list[Run] = field(default_factory=list)
    doubled: list[UUID] = field(default_factory=list)
    commands: dict[UUID, CommandView] = field(default_factory=dict)

    async def request(
        self, *, device_name: str, kind: CommandKind, asked_by: str, source: str,
        parameters: Mapping[str, Any] | None = None, person_id: UUID | None = None, command_id: UUID | None = None,
    ) -> CommandView:  # fmt: skip
        assert command_id is not None
        self.settle()
        if command_id in self.commands:
            return self.commands[command_id]
        now = self.clock.now()
        command = CommandView(
            id=command_id, device_name=device_name, kind=kind, status=CommandStatus.SENT, asked_by=asked_by,
            person_id=person_id, parameters=dict(parameters or {}), source=source, requested_at=now,
        )  # fmt: skip
        self.commands[command_id] = command
        at_work = self.at_work(device_name)
        if kind is CommandKind.RETURN:
            if at_work is not None:
                self._ends(at_work, now, EndReason.RAIN if self.wet() else EndReason.OPERATOR)
            self.commands[command_id] = replace(command, status=CommandStatus.DONE, finished_at=now)
        elif at_work is not None or (against := await self.against(device_name, kind, person_id=None)):
            if at_work is not None:
                self.doubled.append(command_id)
            reasons = (str(Reason.ALREADY),) if at_work is not None else tuple(map(str, against))
            self.commands[command_id] = replace(command, status=CommandStatus.REFUSED, reasons=reasons)
            raise CommandRefused(self.commands[command_id])
        else:
            await self._starts(command, now)
        return self.commands[command_id]

    async def _starts(self, command: CommandView, now: datetime) -> None:
        visit, zone, lasts = await self.work_of(command.id)
        done = sum(((one.span.lasts) for one in self.runs if one.visit_id == visit.id), timedelta())
        left = max(timedelta(minutes=5), lasts - done)
        begins = now + DRIVE
        self.runs.append(Run(visit.id, visit.lot_id, command.device_name, zone, Span(begins, begins + left)))

    def settle(self) -> None:
        """What has happened up to now: mowers broke, or were through."""
        now = self.clock.now()
        for run in self.runs:
            if run.end is None:
                spell = self.broken(run.device_name, run.span)
                if spell is not None and spell.begins <= now:
                    self._ends(run, max(spell.begins, run.span.begins), EndReason.FAULT)
                elif run.span.ends <= now:
                    self._ends(run, run.span.ends, EndReason.DONE)

    @staticmethod
    def _ends(run: Run, at: datetime, why: EndReason) -> None:
        run.span, run.end = Span(min(run.span.begins, at), at), why

    def at_work(self, device_name: str) -> Run | None:
        return next((one for one in self.runs if one.end is None and one.device_name == device_name), None)

    async def get(self, command_id: UUID) -> CommandView:
        self.settle()
        if command_id not in self.commands:
            raise NotFound(f"no command {command_id}")
        command, now = self.commands[command_id], self.clock.now()
        if command.status is CommandStatus.SENT and now >= command.requested_at + DRIVE:
            command = self.commands[command_id] = replace(command, status=CommandStatus.DONE, finished_at=now)
        return command

    async def recent(self, device_name: str, limit: int = 20) -> Sequence[CommandView]:
        mine = [one for one in self.commands.values() if one.device_name == device_name]
        return list(reversed(mine))[:limit]

    async def against(
        self, device_name: str, kind: CommandKind, *, person_id: UUID | None, areas: Collection[int] = ()
    ) -> Sequence[Reason]:
        now = self.clock.now()
        broken = self.broken(device_name, Span(now, now + timedelta(minutes=1)))
        return [] if broken is None else [Reason.FAULT]

    async def sessions(self, device_name: str, since: datetime, until: datetime) -> Sequence[MowingSession]:
        self.settle()
        now = self.clock.now()
        mine = [one for one in self.runs if one.device_name == device_name and one.span.begins <= now]
        return [_session(one, now) for one in reversed(mine) if one.span.ends >= since and one.span.begins < until]

    def sight(self, device_name: str) -> MowerSnapshot:
        self.settle()
        now = self.clock.now()
        fault = self.broken(device_name, Span(now, now + timedelta(minutes=1))) is not None
        state = MowerState.FAULT if fault else MowerState.MOWING if self.at_work(device_name) else MowerState.DOCKED
        return MowerSnapshot(number=1, device_name=device_name, state=state, evidence_at=now)


def _session(run: Run, now: datetime) -> MowingSession:
    ends = now if run.end is None else run.span.ends
    seconds = (ends - run.span.begins).total_seconds()
    return MowingSession(
        number=1, started_ms=to_epoch_ms(run.span.begins), ended_ms=to_epoch_ms(ends), end_reason=run.end,
        mowing_s=seconds, zones=((run.zone, seconds),), progress_end=100 if run.whole else 50,
    )  # fmt: skip
