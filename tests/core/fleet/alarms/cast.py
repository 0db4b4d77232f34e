"""The named cast of the alarm tests: Luba on Elm Street, the account it is linked through, and ways to look at them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.fleet.alarms import (
    DEFAULT_RULES,
    AlarmChange,
    AlarmKind,
    AlarmRule,
    AlarmState,
    ChangeKind,
    Facts,
    LinkFacts,
    MowerFacts,
    next_alarms,
)
from core.fleet.model import LinkState, MowerState, PositionType
from tests.core.fleet.cast import LUBA, NOON

ELM_STREET = "elm.street@mowthos.example"
OAK_AVENUE = "oak.avenue@mowthos.example"


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def mower(name: str = LUBA, **fields: Any) -> MowerFacts:
    """A mower that mows well, but for what the test says."""
    facts = MowerFacts(
        name=name,
        account=ELM_STREET,
        state=MowerState.MOWING,
        last_known=None,
        in_fault=False,
        fault_code=None,
        online=True,
        since=NOON,
        heard_at=NOON,
        proven_at=NOON,
        battery_percent=80,
        charging=False,
        position_type=PositionType.RTK_FIXED,
        correction_age_s=1.0,
    )
    return facts._replace(**fields)


def link(state: LinkState = LinkState.UP, account: str = ELM_STREET, since: float = 0) -> LinkFacts:
    return LinkFacts(account, state, at(since))


def rule(kind: AlarmKind, **fields: Any) -> AlarmRule:
    """The built-in rule of a kind, with what the test changes."""
    from dataclasses import replace

    return replace(next(one for one in DEFAULT_RULES if one.kind is kind), **fields)


@dataclass
class Watcher:
    """Looks again and again and remembers what changed."""

    rules: Sequence[AlarmRule] = DEFAULT_RULES
    state: AlarmState = field(default_factory=AlarmState)
    told: list[AlarmChange] = field(default_factory=list)

    def looks(self, seconds: float, *mowers: MowerFacts, links: Sequence[LinkFacts] | None = None) -> list[str]:
        """One look at ``seconds`` after noon: what changed, as "kind alarm subject"."""
        facts = Facts(mowers, tuple(links if links is not None else (link(), link(account=OAK_AVENUE))))
        self.state, changes = next_alarms(self.state, facts, self.rules, at(seconds))
        self.told += changes
        return [words(change) for change in changes]

    @property
    def open(self) -> list[str]:
        return [f"{key.rule} {key.subject.name}" for key, watch in self.state.watches.items() if watch.open]


def words(change: AlarmChange) -> str:
    return f"{change.kind} {change.alarm} {change.key.subject.name}".strip()


def raised(changes: Sequence[AlarmChange]) -> list[AlarmChange]:
    return [change for change in changes if change.kind is ChangeKind.RAISED]
