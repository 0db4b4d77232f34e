"""What is seen during a drill, from what the product itself tells: events as they come, states at every look."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from core.drills.model import About, Observation, Sign
from core.fleet import CommandView
from core.fleet.alarms import AlarmView
from core.fleet.model import CommandStatus, LinkHealth, LinkState, MowerSnapshot, MowerState

BROKER_PATIENCE_S = 3.0
SILENT_S = 60.0
"""When the live map's banners appear (`dashboard/components/js/troubles.js` holds the same two numbers)."""

BLOCKED = frozenset({LinkState.BLOCKED, LinkState.REAUTH_NEEDED})
DOWN = frozenset({LinkState.BROKER_DOWN, LinkState.CLOUD_DOWN})
AT_WORK = frozenset({MowerState.MOWING, MowerState.RETURNING})

type State = tuple[Sign, str, str]
"""Something that holds: sign, subject, detail."""


def link_states(links: Iterable[LinkHealth], now: datetime) -> set[State]:
    """What holds of the accounts: which are up, and which have a banner on the live map."""
    found: set[State] = set()
    for link in links:
        lasted_s = (now - link.since).total_seconds()
        if link.state is LinkState.UP:
            found.add((Sign.LINK_UP, link.account, ""))
        elif link.state in BLOCKED or (link.state in DOWN and lasted_s >= BROKER_PATIENCE_S):
            found.add((Sign.BANNER, link.account, link.state.value))
    return found


def mower_states(mower: MowerSnapshot, link: LinkHealth | None, now: datetime) -> set[State]:
    """What holds of one mower: whether it is shown at work, and whether a banner says that it is silent."""
    found: set[State] = set()
    if mower.state is not MowerState.MOWING:
        found.add((Sign.FADED, mower.device_name, mower.state.value))
    was = mower.last_known if mower.state is MowerState.UNKNOWN else mower.state
    age_s = mower.age_s(now)
    told_by_account = link is not None and any(sign is Sign.BANNER for sign, _, _ in link_states([link], now))
    if was in AT_WORK and age_s is not None and age_s >= SILENT_S and not told_by_account:
        found.add((Sign.BANNER, mower.device_name, "silent"))
    return found


class Witness:
    """Collects observations. What holds is dated where it begins to; what happens is taken once, with its own date."""

    def __init__(self) -> None:
        self.seen: list[Observation] = []
        self._holding: set[State] = set()
        self._told: set[tuple[Sign, str, str, datetime]] = set()

    def looks(self, holding: set[State], now: datetime, by: Mapping[State, str] | None = None) -> None:
        """Take what holds now."""
        for state in sorted(holding - self._holding):
            sign, subject, detail = state
            self.seen.append(
                Observation(sign=sign, subject=subject, at=now, detail=detail, by=(by or {}).get(state, ""))
            )
        self._holding = set(holding)

    def hears(self, sign: Sign, subject: str, at: datetime, *, detail: str = "", by: str = "") -> None:
        """Take what happened."""
        if (sign, subject, detail, at) not in self._told:
            self._told.add((sign, subject, detail, at))
            self.seen.append(Observation(sign=sign, subject=subject, at=at, detail=detail, by=by))

    def hears_alarm(self, alarm: AlarmView, members: Iterable[str], now: datetime) -> None:
        """An alarm is another: raised, acknowledged, owned; so it is of all that it tells."""
        for name in {alarm.subject.name, *members} - {""}:
            self.hears(Sign.ALARM, name, alarm.raised_at, detail=alarm.kind.value)
            if alarm.acknowledged_at is not None:
                person = alarm.acknowledged_by
                self.hears(Sign.ACKNOWLEDGED, name, alarm.acknowledged_at, detail=alarm.kind.value, by=person)
            if alarm.owner_id is not None and not self._has(Sign.OWNED, name, alarm.kind.value):
                self.hears(Sign.OWNED, name, now, detail=alarm.kind.value, by=alarm.owner)

    def hears_command(self, command: CommandView) -> None:
        """A person's command that was not refused; what jobs and twins order is nobody's answer."""
        if command.person_id is not None and command.status is not CommandStatus.REFUSED:
            self.hears(
                Sign.COMMANDED, command.device_name, command.requested_at, detail=command.kind.value,
                by=command.asked_by,
            )  # fmt: skip

    def _has(self, sign: Sign, subject: str, detail: str) -> bool:
        return any((one.sign, one.subject, one.detail) == (sign, subject, detail) for one in self.seen)


PAYMENTS = About.PAYMENTS.value
"""The subject of what is seen of the payment provider."""
