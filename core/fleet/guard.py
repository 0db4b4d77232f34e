"""The start guard: what speaks against a command beside the mower's own state. A pure rule over frozen facts (B7).

| reason | holds for | override |
|---|---|---|
| quiet hours, rain, suspended membership, unapproved cluster | start, resume | with the right and a typed reason |
| a temporary no-go on an area it would mow | start, resume | the same |
| low battery (`command_rules`) | start | the same |
| reported lifted or taken | start, resume, leave dock | no: a person ends the report first |
| somebody else's control lease | all but halt and pause | no: take the mower over first |
| fault, offline, blocked account ... (`command_rules`) | as said there | no: no word of ours changes them |

Who gathers the facts is `core.control`; weather and billing fill theirs later.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from core.fleet.model import CommandKind, MowerSnapshot
from core.texts import N_

OVERRIDE_LEAST = 3
"""Characters of a typed reason: enough to say something."""


class Reason(StrEnum):
    """Why a command was refused, expired or failed, in words a person understands."""

    ALREADY = N_("The mower is already in that state.")
    NOT_NOW = N_("The mower's present state does not allow this.")
    OFFLINE = N_("The mower is offline.")
    UNKNOWN = N_("The mower's present state is unknown.")
    STALE = N_("The mower has not been heard of lately.")
    FAULT = N_("The mower is in fault: it must recover first.")
    UPDATING = N_("The mower is updating its firmware.")
    LOW_BATTERY = N_("The battery is too low to start.")
    NO_LINK = N_("The mower's vendor account is not linked here.")
    CLOUD_DOWN = N_("The vendor's cloud cannot be reached.")
    BLOCKED = N_("The vendor account is blocked: a person must act.")
    ON_ITS_WAY = N_("The same command is already on its way.")
    UNSENT = N_("It could not be handed to the vendor's cloud in time.")
    UNSEEN = N_("Nothing came back from the mower in time.")
    NOT_FOLLOWED = N_("The mower took the command, but its readings never showed it.")
    NOT_PROVEN = N_("The mower said so, but its readings did not prove it in time.")
    DEVICE_REFUSED = N_("The mower itself refused the command.")
    REPLACED = N_("A later command took its place.")
    QUIET_HOURS = N_("The site has quiet hours now.")
    RAIN_HOLD = N_("It is raining there: mowing waits.")
    SUSPENDED = N_("The membership of this site is suspended.")
    UNAPPROVED = N_("The cluster it serves is not approved.")
    NO_GO = N_("A temporary no-go lies on an area it would mow.")
    MISSING = N_("It was reported lifted or taken: that must be ended first.")
    HELD = N_("Somebody else holds the controls of this mower.")
    INTERRUPTED = N_("The server stopped while handing it over; it is followed, not sent again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class StartFacts:
    """What is known about a mower's site and controls at one moment, for one asker."""

    quiet_until: datetime | None = None
    rain_hold: bool = False  # the weather's; the mower's own rain flag comes with its reading
    suspended: bool = False
    unapproved: bool = False
    no_go: frozenset[int] | None = frozenset()  # areas of its map that are to be kept off now; None = any of them
    missing: bool = False
    held_by: str | None = None  # another person's name


NO_FACTS = StartFacts()


class Guard(Protocol):
    """Gathers facts for `Commands`, and hears what was accepted."""

    async def facts(self, device_name: str, *, person_id: UUID | None) -> StartFacts:
        """The facts as they are now, for this asker; ``None`` = no person (a job)."""
        ...

    async def commanded(
        self, device_name: str, kind: CommandKind, *, person_id: UUID | None, asked_by: str, source: str
    ) -> None:
        """A command was accepted."""
        ...


class NoGuard:
    """Stands where nobody gathers facts."""

    async def facts(self, device_name: str, *, person_id: UUID | None) -> StartFacts:
        return NO_FACTS

    async def commanded(
        self, device_name: str, kind: CommandKind, *, person_id: UUID | None, asked_by: str, source: str
    ) -> None:
        return None


BEGINS_WORK = frozenset({CommandKind.START, CommandKind.RESUME})
LEAVES = BEGINS_WORK | {CommandKind.LEAVE_DOCK}
ALWAYS_FREE = frozenset({CommandKind.HALT, CommandKind.PAUSE})
"""Whoever sees danger may stop a mower, whoever holds it."""

OVERRIDABLE = frozenset(
    {
        Reason.LOW_BATTERY,
        Reason.QUIET_HOURS,
        Reason.RAIN_HOLD,
        Reason.SUSPENDED,
        Reason.UNAPPROVED,
        Reason.NO_GO,
    }
)


def guard_refusals(
    kind: CommandKind, snapshot: MowerSnapshot, facts: StartFacts, areas: Collection[int] = ()
) -> tuple[Reason, ...]:
    """Every reason of the guard against this command; ``areas`` are those chosen for a start, none = all."""
    raining = snapshot.reading is not None and snapshot.reading.rain is True
    held = {
        Reason.QUIET_HOURS: kind in BEGINS_WORK and facts.quiet_until is not None,
        Reason.RAIN_HOLD: kind in BEGINS_WORK and (facts.rain_hold or raining),
        Reason.SUSPENDED: kind in BEGINS_WORK and facts.suspended,
        Reason.UNAPPROVED: kind in BEGINS_WORK and facts.unapproved,
        Reason.NO_GO: kind in BEGINS_WORK and _into_no_go(kind, snapshot, facts.no_go, areas),
        Reason.MISSING: kind in LEAVES and facts.missing,
        Reason.HELD: kind not in ALWAYS_FREE and facts.held_by is not None,
    }
    return tuple(reason for reason, holds in held.items() if holds)


def _into_no_go(
    kind: CommandKind, snapshot: MowerSnapshot, held: frozenset[int] | None, areas: Collection[int]
) -> bool:
    """Whether the work would lead onto ground to be kept off; where it would lead is said by choice or by the mower."""
    if held is None or not held:
        return held is None
    if kind is CommandKind.START:
        return not areas or not held.isdisjoint(areas)
    zone = None if snapshot.reading is None else snapshot.reading.zone_hash
    return zone is None or zone in held


def split_override(reasons: Iterable[Reason]) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """(reasons that stand whatever a person types, reasons an override takes away)."""
    asked = tuple(reasons)
    return (
        tuple(reason for reason in asked if reason not in OVERRIDABLE),
        tuple(reason for reason in asked if reason in OVERRIDABLE),
    )
