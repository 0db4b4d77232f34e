"""Why a visit may not stand at a time: every reason at once, in words. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.scheduling.bans import BanKind, bans_of, reasons_against
from core.scheduling.model import TO_COME, UNDER_WAY, Lot, Visit, VisitSite
from core.scheduling.spans import Span
from core.texts import N_, Text, sentence


class ClashKind(StrEnum):
    """What a time clashes with. A closed list."""

    BAN = "ban"
    QUIET_HOURS = "quiet_hours"
    DAY_OFF = "day_off"
    OTHER_VISIT = "other_visit"
    PAST = "past"


CLASH_WORDS = {
    ClashKind.BAN: N_("Ban"),
    ClashKind.QUIET_HOURS: N_("Quiet hours"),
    ClashKind.DAY_OFF: N_("Day off"),
    ClashKind.OTHER_VISIT: N_("Other visit"),
    ClashKind.PAST: N_("In the past"),
}


@dataclass(frozen=True, slots=True)
class Clash:
    """One reason against a time."""

    kind: ClashKind
    words: str


@dataclass(frozen=True, slots=True)
class OtherVisit:
    """Another visit of the same mower, with the address where it is."""

    visit: Visit
    address: str


def clashes_of(lot: Lot, visit: Visit, span: Span, others: Iterable[OtherVisit], now: datetime) -> tuple[Clash, ...]:
    """Every reason why ``visit`` may not take place in ``span``; none = it may."""
    found: list[Clash] = []
    if span.begins <= now:
        found.append(Clash(ClashKind.PAST, N_("that time has passed already")))
    found += _bans(lot.site, span)
    day = span.begins.astimezone(lot.site.zone).date()
    version = lot.version_on(day)
    if version is not None and day in version.plan.blackouts:
        found.append(Clash(ClashKind.DAY_OFF, N_("nobody is to come on that day")))
    if lot.pause_on(day) is not None:
        found.append(Clash(ClashKind.DAY_OFF, N_("the household paused its visits on that day")))
    for other in others:
        if other.visit.id != visit.id and other.visit.state in TO_COME | UNDER_WAY and other.visit.span.meets(span):
            found.append(Clash(ClashKind.OTHER_VISIT, _meets(lot.site, other)))
    return tuple(found)


def _bans(site: VisitSite, span: Span) -> Sequence[Clash]:
    first = span.begins.astimezone(site.zone).date()
    days = (span.ends.astimezone(site.zone).date() - first).days
    place = site.place
    bans = [ban for n in range(days + 1) for ban in reasons_against(bans_of(place, first + timedelta(days=n)), span)]
    told = {}
    for ban in bans:
        kind = ClashKind.QUIET_HOURS if ban.kind is BanKind.QUIET else ClashKind.BAN
        begins, ends = (at.astimezone(site.zone) for at in (ban.span.begins, ban.span.ends))
        words = Text(
            "{reason}, {begins} to {ends}",
            reason=sentence(ban.reason), begins=f"{begins:%H:%M}", ends=f"{ends:%H:%M}",
        )  # fmt: skip
        told[kind, str(words)] = Clash(kind, words)
    return list(told.values())


def _meets(site: VisitSite, other: OtherVisit) -> str:
    begins, ends = (at.astimezone(site.zone) for at in (other.visit.begins_at, other.visit.ends_at))
    return Text(
        "the mower is at {address} from {begins} to {ends}",
        address=other.address, begins=f"{begins:%H:%M}", ends=f"{ends:%H:%M}",
    )  # fmt: skip
