"""From what is known of the fleet to its alarms. Pure: no session, no clock, no network.

For each rule and subject: a condition (`conditions`) that has held for the rule's duration raises an alarm, its
opposite for ``clear_after_s`` clears it. What many mowers share goes through `storms` and becomes one alarm. The engine
remembers only what is not at rest, so a healthy fleet costs one look at each mower.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from core.fleet.alarms.conditions import CONDITIONS, Condition, Holding
from core.fleet.alarms.model import (
    CONTAGIOUS,
    LINK_KINDS,
    OF_ACCOUNTS,
    AlarmChange,
    AlarmKind,
    AlarmRule,
    AlarmState,
    ChangeKind,
    Facts,
    Key,
    LinkFacts,
    MowerFacts,
    Subject,
    SubjectKind,
    Watch,
)
from core.fleet.alarms.storms import DEFAULT_STORMS, Brewing, StormLimits, outbreaks
from core.fleet.model import LinkState

ASKING = frozenset({AlarmKind.SILENT, AlarmKind.UNPROVEN})
"""Kinds whose threshold is the age at which the mower is asked for a report."""
SPREADING = CONTAGIOUS | {AlarmKind.BROKER_DOWN, AlarmKind.CLOUD_DOWN}
LINK_SETTLES = timedelta(seconds=120)
"""So long after a start an account we hear nothing of keeps its alarm: its link is still coming up."""


def next_alarms(
    state: AlarmState,
    facts: Facts,
    rules: Sequence[AlarmRule],
    now: datetime,
    storms: StormLimits = DEFAULT_STORMS,
) -> tuple[AlarmState, tuple[AlarmChange, ...]]:
    """One look: the state after it, and what changed, in the order in which it is to be carried out."""
    look = _Look(facts, rules, now, storms, dict(state.watches))
    for rule in look.rules:
        if rule.kind in OF_ACCOUNTS:
            for link in facts.links:
                look.link(rule, link)
    look.mowers([(rule, CONDITIONS[rule.kind]) for rule in look.rules if rule.kind in CONDITIONS])
    look.spread()
    look.gone()
    look.ended_commons()
    if not look.touched:
        return state, ()
    return AlarmState(look.watches), tuple(look.changes)


@dataclass(slots=True)
class _Look:
    """The working memory of one call."""

    facts: Facts
    given: Sequence[AlarmRule]
    now: datetime
    storms: StormLimits
    watches: dict[Key, Watch]
    changes: list[AlarmChange] = field(default_factory=list)
    brewing: list[Brewing] = field(default_factory=list)
    touched: bool = False

    @property
    def rules(self) -> list[AlarmRule]:
        return [rule for rule in self.given if rule.enabled]

    def mowers(self, table: Sequence[tuple[AlarmRule, Condition]]) -> None:
        now, watched = self.now, {key.subject.name for key in self.watches}
        for mower in self.facts.mowers:
            busy = mower.name in watched
            for rule, condition in table:
                key = Key(rule.key, Subject(SubjectKind.MOWER, mower.name)) if busy else None
                watch = self.watches.get(key) if key is not None else None
                holding = condition(mower, rule, watch, now)
                if holding is not False or watch is not None:
                    key = key or Key(rule.key, Subject(SubjectKind.MOWER, mower.name))
                    code = mower.fault_code if rule.kind is AlarmKind.FAULT else None
                    self.step(key, rule, self._fair(holding, watch, mower), watch, mower.account, code)

    def _fair(self, holding: Holding, watch: Watch | None, mower: MowerFacts) -> Holding:
        """What lies before we began to listen does not count against a mower that had no chance to speak since."""
        began = self.facts.began_at
        if began is None or not isinstance(holding, datetime) or (watch is not None and watch.open):
            return holding
        return max(holding, began) if mower.heard_at is None or mower.heard_at < began else holding

    def link(self, rule: AlarmRule, link: LinkFacts) -> None:
        key = Key(rule.key, Subject(SubjectKind.ACCOUNT, link.account))
        watch = self.watches.get(key)
        holding: Holding = link.since if LINK_KINDS.get(link.state) is rule.kind else False
        if holding is False and watch is not None and link.state is LinkState.CONNECTING:
            holding = watch.since  # not up yet: nothing proves that it is well
        if holding is not False or watch is not None:
            self.step(key, rule, holding, watch, link.account, None)

    def step(
        self, key: Key, rule: AlarmRule, holding: Holding, watch: Watch | None, account: str | None, code: int | None
    ) -> None:
        """Move one rule and subject on."""
        if holding is False:
            if watch is not None:
                self._over(key, rule, watch, account)
            return
        if watch is None:
            watch = Watch(self.now if holding is True else holding, account=account)
        elif not watch.open and watch.part_of is None and holding is not True and holding > watch.since:
            watch = Watch(holding, muted=watch.muted, account=account)
        elif watch.well_since is not None:
            watch = replace(watch, well_since=None)
        if watch.muted:
            self.put(key, watch)
        elif watch.open:
            if code is not None and code != watch.code:
                watch = replace(watch, code=code)
                self.tell(ChangeKind.CHANGED, key, rule, watch, account)
            self.put(key, watch)
        else:
            self._waiting(key, rule, watch, account, code)

    def _waiting(self, key: Key, rule: AlarmRule, watch: Watch, account: str | None, code: int | None) -> None:
        """The condition holds and nothing is told of it yet."""
        lasted_s = (self.now - watch.since).total_seconds()
        asks_s = rule.threshold if rule.kind in ASKING else None
        if asks_s is not None and not watch.asked and lasted_s >= asks_s:
            watch = replace(watch, asked=True)
            self.tell(ChangeKind.ASKED, key, rule, watch, account)
        if watch.part_of is None and rule.kind in SPREADING:
            if lasted_s >= rule.duration_s - self.storms.window_s:
                self.brewing.append(Brewing(key, rule, watch, account, lasted_s >= rule.duration_s))
        elif watch.part_of is None and lasted_s >= rule.duration_s:
            watch = replace(watch, raised_at=self.now, code=code)
            self.tell(ChangeKind.RAISED, key, rule, watch, account)
        self.put(key, watch)

    def _over(self, key: Key, rule: AlarmRule, watch: Watch, account: str | None) -> None:
        """The condition is over."""
        if watch.muted or not (watch.open or watch.part_of):
            if watch.muted:
                self.tell(ChangeKind.UNMUTED, key, rule, watch, account)
            self.drop(key)
            return
        well_since = watch.well_since or self.now
        if self.now - well_since < timedelta(seconds=rule.clear_after_s):
            self.put(key, replace(watch, well_since=well_since))
        elif watch.part_of is not None:
            self.tell(ChangeKind.LEFT, watch.part_of, rule, watch, account, members=(key.subject,))
            self.drop(key)
        elif not self._shared(key):
            self.tell(ChangeKind.CLEARED, key, rule, watch, account)
            self.drop(key)

    def spread(self) -> None:
        """Raise what is due, together where it has a cause in common."""
        if not any(one.due for one in self.brewing):
            return
        sizes: dict[str | None, int] = {}
        for mower in self.facts.mowers:
            sizes[mower.account] = sizes.get(mower.account, 0) + 1
        for outbreak in outbreaks(self.brewing, self.watches, sizes, self.now, self.storms):
            common, rule = outbreak.common, outbreak.rule
            if common is None:
                for one in outbreak.members:
                    watch = replace(one.watch, raised_at=self.now)
                    self.tell(ChangeKind.RAISED, one.key, rule, watch, one.account)
                    self.put(one.key, watch)
                continue
            subjects = tuple(one.key.subject for one in outbreak.members)
            watch = self.watches.get(common) or Watch(min(one.watch.since for one in outbreak.members))
            account = common.subject.name or None
            if not (watch.open or watch.muted):
                watch = replace(watch, raised_at=self.now)
                self.put(common, watch)
                self.tell(ChangeKind.RAISED, common, rule, watch, account, members=subjects)
            else:
                self.tell(ChangeKind.JOINED, common, rule, watch, account, members=subjects)
            for one in outbreak.members:
                if one.watch.open:
                    self.tell(ChangeKind.MERGED, one.key, rule, one.watch, one.account, into=common)
                self.put(one.key, replace(one.watch, raised_at=None, part_of=common))

    def gone(self) -> None:
        """Mowers that left the fleet and accounts that were unlinked have no alarms."""
        known = {mower.name for mower in self.facts.mowers}
        accounts = {link.account for link in self.facts.links}
        began, by_key = self.facts.began_at, {rule.key: rule for rule in self.given}
        settled = began is None or self.now - began >= LINK_SETTLES
        for key, watch in list(self.watches.items()):
            rule, kind = by_key.get(key.rule), key.subject.kind
            away = kind is SubjectKind.MOWER and key.subject.name not in known
            cut = kind is SubjectKind.ACCOUNT and settled and key.subject.name not in accounts
            if rule is None or not rule.enabled or away or (cut and rule.kind in OF_ACCOUNTS):
                self._end(key, rule, watch)

    def _end(self, key: Key, rule: AlarmRule | None, watch: Watch) -> None:
        kind = rule or AlarmRule(key=key.rule, kind=AlarmKind.FAULT)
        if watch.part_of is not None:
            self.tell(ChangeKind.LEFT, watch.part_of, kind, watch, None, members=(key.subject,))
        elif watch.open:
            self.tell(ChangeKind.CLEARED, key, kind, watch, None)
        self.drop(key)

    def ended_commons(self) -> None:
        """A common alarm without a condition of its own ends with its last member."""
        by_key: Mapping[str, AlarmRule] = {rule.key: rule for rule in self.given}
        for key, watch in list(self.watches.items()):
            rule = by_key.get(key.rule)
            own = rule is not None and rule.kind in OF_ACCOUNTS and key.subject.kind is SubjectKind.ACCOUNT
            if own or rule is None or key.subject.kind is SubjectKind.MOWER or self._shared(key):
                continue
            account = key.subject.name or None
            self.tell(ChangeKind.UNMUTED if watch.muted else ChangeKind.CLEARED, key, rule, watch, account)
            self.drop(key)

    def _shared(self, key: Key) -> bool:
        if key.subject.kind is SubjectKind.MOWER:
            return False
        return any(watch.part_of == key for watch in self.watches.values())

    def put(self, key: Key, watch: Watch) -> None:
        if self.watches.get(key) != watch:
            self.watches[key] = watch
            self.touched = True

    def drop(self, key: Key) -> None:
        self.touched = True
        del self.watches[key]

    def tell(
        self,
        kind: ChangeKind,
        key: Key,
        rule: AlarmRule,
        watch: Watch,
        account: str | None,
        *,
        members: tuple[Subject, ...] = (),
        into: Key | None = None,
    ) -> None:
        self.touched = True
        self.changes.append(
            AlarmChange(
                kind=kind,
                key=key,
                alarm=rule.kind,
                at=self.now,
                severity=rule.severity,
                since=watch.since,
                account=account,
                code=watch.code,
                members=members,
                into=into,
            )
        )
