"""From snapshots, links and events to the facts that the rules look at."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.fleet.alarms.conditions import AT_DOCK, AT_WORK
from core.fleet.alarms.model import AlarmKind, AlarmState, Facts, LinkFacts, MowerFacts, SubjectKind
from core.fleet.live import LiveFleet
from core.fleet.model import FleetEvent, FleetEventKind, LinkHealth, MowerSnapshot

NOTHING: frozenset[AlarmKind] = frozenset()
RAISING = {
    FleetEventKind.LEFT_GROUND: AlarmKind.LEFT_GROUND,
    FleetEventKind.LIFTED: AlarmKind.LIFTED,
    FleetEventKind.TAKEN: AlarmKind.TAKEN,
}
ENDING = {FleetEventKind.CAME_BACK: frozenset({AlarmKind.LEFT_GROUND, AlarmKind.TAKEN})}


@dataclass(slots=True)
class Signals:
    """What events said of each mower and no later event or proof took back."""

    by_mower: dict[str, frozenset[AlarmKind]] = field(default_factory=dict)
    lifted_at: dict[str, datetime] = field(default_factory=dict)

    def hear(self, event: FleetEvent) -> bool:
        """Whether it said anything new."""
        before = self.by_mower.get(event.device_name, NOTHING)
        after = before - ENDING.get(event.kind, NOTHING)
        if event.kind in RAISING:
            after |= {RAISING[event.kind]}
        if event.kind is FleetEventKind.LIFTED:
            self.lifted_at[event.device_name] = event.at
        return self._set(event.device_name, before, after)

    def recovered(self, snapshot: MowerSnapshot) -> None:
        """Proof of work, or a dock, later than the lifting ends "lifted": it stands on its wheels again."""
        before = self.by_mower.get(snapshot.device_name, NOTHING)
        lifted_at = self.lifted_at.get(snapshot.device_name)
        if AlarmKind.LIFTED not in before or lifted_at is None:
            return
        told_at = snapshot.received_at if snapshot.state in AT_DOCK else snapshot.evidence_at
        if snapshot.state in AT_DOCK | AT_WORK and told_at is not None and told_at > lifted_at:
            del self.lifted_at[snapshot.device_name]
            self._set(snapshot.device_name, before, before - {AlarmKind.LIFTED})

    def restore(self, state: AlarmState) -> None:
        """What open and muted alarms say still stands after a restart."""
        for key, watch in state.watches.items():
            if key.subject.kind is SubjectKind.MOWER and key.rule in RAISING.values() and (watch.open or watch.muted):
                name = key.subject.name
                self.by_mower[name] = self.by_mower.get(name, NOTHING) | {AlarmKind(key.rule)}
                self.lifted_at[name] = watch.since

    def _set(self, name: str, before: frozenset[AlarmKind], after: frozenset[AlarmKind]) -> bool:
        if after == before:
            return False
        if after:
            self.by_mower[name] = after
        else:
            del self.by_mower[name]
        return True


class FactsOfFleet:
    """Makes facts anew only for mowers whose snapshot is another."""

    def __init__(
        self,
        live: LiveFleet,
        signals: Signals,
        account_of: Callable[[str], str | None],
        health: Callable[[], Iterable[LinkHealth]],
    ) -> None:
        self._live = live
        self._signals = signals
        self._account_of = account_of
        self._health = health
        self._made: dict[str, tuple[MowerSnapshot, frozenset[AlarmKind], MowerFacts]] = {}

    def now(self, began_at: datetime | None) -> Facts:
        made, told = self._made, self._signals.by_mower
        snapshots = self._live.all()
        mowers: list[MowerFacts] = []
        for snapshot in snapshots:
            name = snapshot.device_name
            if name in told:
                self._signals.recovered(snapshot)
            signals = told.get(name, NOTHING)
            known = made.get(name)
            if known is None or known[0] is not snapshot or known[1] != signals:
                known = (snapshot, signals, facts_of(snapshot, self._account_of(name), signals))
                made[name] = known
            mowers.append(known[2])
        if len(made) > len(snapshots):
            names = {snapshot.device_name for snapshot in snapshots}
            self._made = {name: one for name, one in made.items() if name in names}
        return Facts(tuple(mowers), tuple(_links(list(self._health()))), began_at)


def facts_of(snapshot: MowerSnapshot, account: str | None, signals: frozenset[AlarmKind] = NOTHING) -> MowerFacts:
    """What the rules look at of one snapshot."""
    reading, track = snapshot.reading, snapshot.track
    proven_at = snapshot.evidence_at
    if track.claimed_at is not None and (proven_at is None or track.claimed_at > proven_at):
        proven_at = track.claimed_at
    return MowerFacts(
        snapshot.device_name,
        account,
        snapshot.state,
        snapshot.last_known,
        snapshot.in_fault,
        snapshot.fault_code,
        snapshot.online,
        snapshot.since,
        snapshot.received_at,
        proven_at,
        None if reading is None else reading.battery_percent,
        None if reading is None else reading.charging,
        None if reading is None else reading.position_type,
        None if reading is None else reading.correction_age_s,
        signals,
    )


def _links(health: Sequence[LinkHealth]) -> Iterable[LinkFacts]:
    return (LinkFacts(one.account, one.state, one.since) for one in health)
