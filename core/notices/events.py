"""What a person may be told of, and over which channels unless they choose otherwise. A table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.accounts import Role
from core.notices.model import Channel, Weight
from core.texts import N_

_BELL = frozenset({Channel.IN_APP})
_MAIL = frozenset({Channel.IN_APP, Channel.MAIL})
_ALL = frozenset(Channel)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeEvent:
    """One row of the matrix. ``at_home``: for those who live at a home of ours; else for those who work for us."""

    key: str
    word: str
    tells: str
    at_home: bool
    usual: frozenset[Channel]
    by_role: Mapping[Role, frozenset[Channel]] = field(default_factory=dict)

    def channels_of(self, role: Role) -> frozenset[Channel]:
        """Those that are on for a role by default."""
        return self.by_role.get(role, self.usual)


EVENTS: Sequence[NoticeEvent] = (
    NoticeEvent(
        key="alarm.critical", word=N_("Critical alarm"), at_home=False, usual=_ALL, by_role={Role.ADMIN: _MAIL},
        tells=N_("A mower was lifted or taken, left its ground, or has a fault that cannot wait"),
    ),
    NoticeEvent(
        key="alarm.other", word=N_("Other alarm"), at_home=False, usual=_BELL,
        tells=N_("A mower or a vendor account needs somebody, but not this minute"),
    ),
    NoticeEvent(
        key="alarm.climbed", word=N_("Alarm that nobody took"), at_home=False, usual=_ALL,
        tells=N_("It is your turn on the rota"),
    ),
    NoticeEvent(
        key="alarm.assigned", word=N_("Alarm given to you"), at_home=False, usual=_MAIL,
        tells=N_("A colleague made you the owner of an alarm"),
    ),
    NoticeEvent(
        key="visit.coming", word=N_("Visit coming"), at_home=True, usual=_MAIL,
        tells=N_("When the mower will come to your lawn"),
    ),
    NoticeEvent(
        key="visit.gate", word=N_("Gate and pets"), at_home=True, usual=_MAIL,
        tells=N_("Shortly before the mower comes, if your notes name a gate, pets or a way in"),
    ),
    NoticeEvent(
        key="visit.started", word=N_("Visit started"), at_home=True, usual=_BELL,
        tells=N_("The mower has begun on your lawn"),
    ),
    NoticeEvent(
        key="visit.done", word=N_("Visit done"), at_home=True, usual=_BELL,
        tells=N_("How long it mowed, and how much of the lawn"),
    ),
    NoticeEvent(
        key="visit.skipped", word=N_("Visit skipped or moved"), at_home=True, usual=_MAIL,
        tells=N_("Why, and when it comes instead"),
    ),
    NoticeEvent(
        key="problem.answered", word=N_("Answer to your report"), at_home=True, usual=_MAIL,
        tells=N_("What becomes of a problem that you reported"),
    ),
    NoticeEvent(
        key="cluster.place", word=N_("Place in a cluster"), at_home=True, usual=_ALL,
        tells=N_("A place that you wait for is free, and until when it is held for you"),
    ),
    NoticeEvent(
        key="billing.trial", word=N_("Trial ends soon"), at_home=True, usual=_MAIL,
        tells=N_("Before the first charge, with its amount"),
    ),
    NoticeEvent(
        key="billing.bill", word=N_("Bill and payment"), at_home=True, usual=_MAIL,
        tells=N_("A new bill, and that it was paid"),
    ),
    NoticeEvent(
        key="billing.owed", word=N_("Payment failed"), at_home=True, usual=_ALL,
        tells=N_("What is owed, and what happens if it stays so"),
    ),
    NoticeEvent(
        key="billing.minutes", word=N_("Included minutes used"), at_home=True, usual=_MAIL,
        tells=N_("At 80 % and at 100 % of the minutes of your plan"),
    ),
)  # fmt: skip
OTHER = NoticeEvent(key="other", word=N_("Other"), tells="", at_home=False, usual=_BELL)
"""What no row names: it rings the bell, so that nothing is lost, and goes nowhere else."""

BY_KEY: Mapping[str, NoticeEvent] = {event.key: event for event in EVENTS}

_KINDS: Mapping[str, str] = {
    "billing_trial_reminder": "billing.trial",
    "billing_bill": "billing.bill",
    "billing_paid": "billing.bill",
    "billing_payment_failed": "billing.owed",
    "billing_dunning": "billing.owed",
    "billing_suspended": "billing.owed",
    "billing_minutes_80": "billing.minutes",
    "billing_minutes_100": "billing.minutes",
}
"""Kinds of notices whose event has another name."""


def event_of(kind: str, weight: Weight) -> NoticeEvent:
    """The row of the matrix that a notice belongs to."""
    if kind == "alarm.raised":
        return BY_KEY["alarm.critical" if weight is Weight.CRITICAL else "alarm.other"]
    return BY_KEY.get(_KINDS.get(kind, kind), OTHER)


def events_for(role: Role, *, at_home: bool) -> list[NoticeEvent]:
    """The rows that can concern a person, in their order."""
    works, lives = role is not Role.HOMEOWNER, at_home or role is Role.HOMEOWNER
    return [event for event in EVENTS if (lives if event.at_home else works)]
