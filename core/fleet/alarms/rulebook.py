"""The rules and the rota as people edit them: kept in the database, read from memory at every look."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts import Audit, Right, Viewer
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.events import Event
from core.fleet.alarms.kinds import DEFAULT_RULES, KINDS
from core.fleet.alarms.model import OF_ACCOUNTS, AlarmKind, AlarmRule
from core.fleet.alarms.rota import Step, ladder
from core.fleet.alarms.tables import AlarmRuleRow, OnCallStep
from core.fleet.alarms.views import Audience
from core.fleet.faults import Severity
from core.ids import new_id
from core.texts import N_, Text

MAX_RULES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """What a person sets; ``None`` leaves it as it is."""

    enabled: bool | None = None
    severity: Severity | None = None
    duration_s: int | None = None
    clear_after_s: int | None = None
    threshold: float | None = None
    hysteresis: float | None = None
    name: str | None = None


class Rulebook:
    """Rules and rota. ``changed`` tells open pages that either is another."""

    def __init__(self, database: Database, clock: Clock, audit: Audit, audience: Audience) -> None:
        self.changed: Event[None] = Event("alarm_rules_changed")
        self._database = database
        self._clock = clock
        self._audit = audit
        self._audience = audience
        self._rules: tuple[AlarmRule, ...] = DEFAULT_RULES
        self._steps: tuple[Step, ...] = ()

    @property
    def rules(self) -> tuple[AlarmRule, ...]:
        return self._rules

    @property
    def steps(self) -> tuple[Step, ...]:
        return self._steps

    async def load(self) -> None:
        """Read both; a built-in rule that nobody changed stands as it was delivered."""
        async with self._database.session() as session:
            rows = (await session.exec(select(AlarmRuleRow))).all()
            steps = (await session.exec(select(OnCallStep).order_by(col(OnCallStep.position)))).all()
        stored = {row.key: _rule(row) for row in rows}
        built_in = [stored.pop(rule.key, rule) for rule in DEFAULT_RULES]
        self._rules = (*built_in, *sorted(stored.values(), key=lambda rule: (rule.kind, rule.name)))
        self._steps = tuple(Step(step.after_minutes, tuple(UUID(one) for one in step.people)) for step in steps)

    def rule(self, key: str) -> AlarmRule:
        found = next((rule for rule in self._rules if rule.key == key), None)
        if found is None:
            raise NotFound(Text("no alarm rule {key!r}", key=key))
        return found

    async def change(self, key: str, change: RuleChange, *, by: Viewer, source: str = "web") -> AlarmRule:
        """Set a rule; ``Invalid`` names what is out of range."""
        before = self.rule(key)
        after = changed(before, change)
        await self._store(after, by=by, source=source, action="alarm_rule.change", before=before)
        return after

    async def add(
        self, kind: AlarmKind, name: str, change: RuleChange, *, by: Viewer, source: str = "web"
    ) -> AlarmRule:
        """A further rule of a mower kind, beside the built-in one (battery below 5 %, critical)."""
        if kind in OF_ACCOUNTS:
            raise Invalid(N_("a vendor account has one rule of each kind"))
        if not name.strip():
            raise Invalid(N_("a further rule needs a name"))
        if len(self._rules) >= MAX_RULES:
            raise Conflict(Text("there are {n} rules already, and no more are kept", n=MAX_RULES))
        blank = next(rule for rule in DEFAULT_RULES if rule.kind is kind)
        rule = changed(replace(blank, key=f"{kind}-{new_id().hex[-8:]}"), replace(change, name=name))
        await self._store(rule, by=by, source=source, action="alarm_rule.add", before=None)
        return rule

    async def remove(self, key: str, *, by: Viewer, source: str = "web") -> None:
        """Take a further rule away; its open alarms end. A built-in rule is switched off instead."""
        rule = self.rule(key)
        if any(one.key == key for one in DEFAULT_RULES):
            raise Conflict(N_("a built-in rule is switched off, not removed"))
        _check(by)
        async with self._database.session() as session:
            row = await session.get(AlarmRuleRow, key)
            if row is not None:
                await session.delete(row)
            await self._record(session, by, source, "alarm_rule.remove", key, _told(rule), None)
        await self._reload()

    async def set_rota(self, steps: Sequence[Step], *, by: Viewer, source: str = "web") -> tuple[Step, ...]:
        """The whole ladder at once; ``Invalid`` when someone on it may not handle alarms."""
        _check(by)
        ordered = ladder(steps)
        known = {one.person_id for one in await self._audience()}
        if any(person not in known for step in ordered for person in step.people):
            raise Invalid(N_("somebody on the rota may not handle alarms"))
        async with self._database.session() as session:
            for row in (await session.exec(select(OnCallStep))).all():
                await session.delete(row)
            await session.flush()
            for position, step in enumerate(ordered, 1):
                people = [str(person) for person in step.people]
                session.add(OnCallStep(position=position, after_minutes=step.after_minutes, people=people))
            before, after = ({"steps": [_step_told(step) for step in some]} for some in (self._steps, ordered))
            await self._record(session, by, source, "on_call.change", "rota", before, after)
        await self._reload()
        return ordered

    async def _store(self, rule: AlarmRule, *, by: Viewer, source: str, action: str, before: AlarmRule | None) -> None:
        _check(by)
        async with self._database.session() as session:
            row = await session.get(AlarmRuleRow, rule.key)
            values: dict[str, Any] = {
                "kind": rule.kind.value,
                "name": rule.name,
                "enabled": rule.enabled,
                "severity": rule.severity.value,
                "duration_s": rule.duration_s,
                "clear_after_s": rule.clear_after_s,
                "threshold": rule.threshold,
                "hysteresis": rule.hysteresis,
                "changed_at": self._clock.now(),
                "changed_by": by.email,
            }
            if row is None:
                row = AlarmRuleRow(key=rule.key, **values)
            else:
                row.sqlmodel_update(values)
            session.add(row)
            told = None if before is None else _told(before)
            await self._record(session, by, source, action, rule.key, told, _told(rule))
        await self._reload()

    async def _record(
        self,
        session: AsyncSession,
        by: Viewer,
        source: str,
        action: str,
        key: str,
        before: dict[str, Any] | None,
        after: dict[str, Any] | None,
    ) -> None:
        await self._audit.record(
            actor=by.email,
            person_id=by.person_id,
            action=action,
            object_type="alarm_rule",
            object_id=key,
            before=before,
            after=after,
            source=source,
            session=session,
        )

    async def _reload(self) -> None:
        await self.load()
        self.changed.emit(None)


def changed(rule: AlarmRule, change: RuleChange) -> AlarmRule:
    """The rule after a change. Pure; ``Invalid`` names what is out of range."""
    given = {
        name: value
        for name in ("enabled", "severity", "duration_s", "clear_after_s", "threshold", "hysteresis", "name")
        if (value := getattr(change, name)) is not None
    }
    limit = KINDS[rule.kind].threshold
    if limit is None:
        given.pop("threshold", None)
        given.pop("hysteresis", None)
    elif "threshold" in given and not limit.low <= given["threshold"] <= limit.high:
        raise Invalid(
            Text(
                "threshold: expected {low:g} to {high:g} {unit}, not {value:g}",
                low=limit.low,
                high=limit.high,
                unit=limit.unit,
                value=given["threshold"],
            )
        )
    if "hysteresis" in given and not (limit and 0 <= given["hysteresis"] <= limit.high):
        raise Invalid(N_("hysteresis: expected 0 or more, within the range of the threshold"))
    if "name" in given:
        given["name"] = given["name"].strip()[:80]
    return replace(rule, **given)


def _check(by: Viewer) -> None:
    if not by.may(Right.EDIT_ALARM_RULES):
        raise NotAllowed(N_("your role may not edit alarm rules"))


def _rule(row: AlarmRuleRow) -> AlarmRule:
    return AlarmRule(
        key=row.key,
        kind=AlarmKind(row.kind),
        name=row.name,
        enabled=row.enabled,
        severity=Severity(row.severity),
        duration_s=row.duration_s,
        clear_after_s=row.clear_after_s,
        threshold=row.threshold,
        hysteresis=row.hysteresis,
    )


def _told(rule: AlarmRule) -> dict[str, Any]:
    return {
        "kind": rule.kind,
        "name": rule.name,
        "enabled": rule.enabled,
        "severity": rule.severity,
        "duration_s": rule.duration_s,
        "clear_after_s": rule.clear_after_s,
        "threshold": rule.threshold,
        "hysteresis": rule.hysteresis,
    }


def _step_told(step: Step) -> dict[str, Any]:
    return {"after_minutes": step.after_minutes, "people": [str(person) for person in step.people]}
