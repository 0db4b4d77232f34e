"""Many at once, one cause: which mowers' alarms are told as one, and what they have in common. Pure.

In this order, for what is due of one rule:

1. Their account's link has an open alarm: they join it, for the link is the cause.
2. A common alarm of this rule stands already (of the vendor, or of their account): they join it.
3. ``at_least`` in two accounts or more, and in each half of its mowers or more: one alarm of the vendor as a whole.
4. ``at_least`` in one account: one alarm of that account.
5. Otherwise each has its own.

What is about to be due within ``window_s`` counts as "at once", and so does what was raised within ``recent_s``: its
own alarm merges into the common one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from core.fleet.alarms.model import LINK_KINDS, OF_ACCOUNTS, VENDOR, AlarmRule, Key, Subject, SubjectKind, Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class StormLimits:
    """``at_least`` mowers within ``window_s`` seconds are one storm; ``accounts`` links down at once are one cause."""

    at_least: int = 5
    window_s: float = 60.0
    recent_s: float = 300.0
    accounts: int = 2
    share: float = 0.5

    def __post_init__(self) -> None:
        if self.at_least < 2 or self.accounts < 2 or min(self.window_s, self.recent_s) < 0 or not 0 < self.share <= 1:
            raise ValueError("expected at_least and accounts of 2 or more, spans of 0 or more, share in 0..1")


DEFAULT_STORMS = StormLimits()


@dataclass(frozen=True, slots=True)
class Brewing:
    """A subject whose condition has held almost or fully long enough."""

    key: Key
    rule: AlarmRule
    watch: Watch
    account: str | None
    due: bool


@dataclass(frozen=True, slots=True)
class Outbreak:
    """What is told now: together under ``common``, or each by itself (``None``)."""

    rule: AlarmRule
    common: Key | None
    members: tuple[Brewing, ...]


def outbreaks(
    brewing: Sequence[Brewing],
    watches: Mapping[Key, Watch],
    sizes: Mapping[str | None, int],
    now: datetime,
    limits: StormLimits = DEFAULT_STORMS,
) -> Iterator[Outbreak]:
    """Every due subject, in exactly one outbreak. ``sizes``: mowers an account."""
    ordered = sorted(brewing, key=lambda one: (one.rule.kind not in OF_ACCOUNTS, one.rule.key))
    causes = {key for key, watch in watches.items() if watch.open}
    for _key, group in groupby(ordered, key=lambda one: one.rule.key):
        members = list(group)
        if not any(one.due for one in members):
            continue
        rule = members[0].rule
        if rule.kind in OF_ACCOUNTS:
            found = _of_links(rule, members, watches, limits)
        else:
            found = _of_mowers(rule, members + _fresh(rule, watches, now, limits), watches, causes, sizes, limits)
        for outbreak in found:
            yield outbreak
            causes |= {outbreak.common} if outbreak.common else {one.key for one in outbreak.members}


def _of_links(
    rule: AlarmRule, members: Sequence[Brewing], watches: Mapping[Key, Watch], limits: StormLimits
) -> list[Outbreak]:
    common = Key(rule.key, VENDOR)
    due = tuple(one for one in members if one.due)
    if common in watches:
        return [Outbreak(rule, common, due)]
    if len(members) >= limits.accounts:
        return [Outbreak(rule, common, tuple(members))]
    return [Outbreak(rule, None, due)]


def _of_mowers(
    rule: AlarmRule,
    members: Sequence[Brewing],
    watches: Mapping[Key, Watch],
    causes: set[Key],
    sizes: Mapping[str | None, int],
    limits: StormLimits,
) -> list[Outbreak]:
    by_account: dict[str | None, list[Brewing]] = {}
    for one in members:
        by_account.setdefault(one.account, []).append(one)
    found: list[Outbreak] = []
    storms: dict[str, list[Brewing]] = {}
    for account, ones in by_account.items():
        due = tuple(one for one in ones if one.due and not one.watch.open)
        standing = _standing(rule, account, watches, causes)
        if standing is not None:
            found += [Outbreak(rule, standing, due)] if due else []
        elif account is not None and due and len(ones) >= limits.at_least:
            storms[account] = ones
        elif due:
            found.append(Outbreak(rule, None, due))
    wide = {account: ones for account, ones in storms.items() if len(ones) >= limits.share * sizes.get(account, 0)}
    if len(wide) >= limits.accounts:
        found.append(Outbreak(rule, Key(rule.key, VENDOR), tuple(one for ones in wide.values() for one in ones)))
        storms = {account: ones for account, ones in storms.items() if account not in wide}
    for account, ones in storms.items():
        found.append(Outbreak(rule, Key(rule.key, Subject(SubjectKind.ACCOUNT, account)), tuple(ones)))
    return found


def _standing(rule: AlarmRule, account: str | None, watches: Mapping[Key, Watch], causes: set[Key]) -> Key | None:
    """The common alarm that tells this rule's mowers of this account already."""
    if account is None:
        return None
    here = Subject(SubjectKind.ACCOUNT, account)
    kinds = {kind.value for kind in LINK_KINDS.values()}
    for key, watch in watches.items():
        if key.subject == here and key.rule in kinds:
            cause = watch.part_of or key
            if cause in causes:
                return cause
    for key in (Key(rule.key, VENDOR), Key(rule.key, here)):
        if key in watches:
            return key
    return None


def _fresh(rule: AlarmRule, watches: Mapping[Key, Watch], now: datetime, limits: StormLimits) -> list[Brewing]:
    """Mowers whose own alarm of this rule was raised lately: part of the same storm."""
    since = now - timedelta(seconds=limits.recent_s)
    return [
        Brewing(key, rule, watch, watch.account, True)
        for key, watch in watches.items()
        if key.rule == rule.key
        and key.subject.kind is SubjectKind.MOWER
        and watch.raised_at is not None
        and watch.raised_at >= since
    ]
