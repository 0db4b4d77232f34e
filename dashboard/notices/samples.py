"""One made-up notice of every kind, by the very functions that make the real ones: what a preview shows, people get."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from core.accounts import Role, Viewer
from core.billing import Untold
from core.billing.telling import told_of
from core.db.reads.crossings import Crossing
from core.fleet.alarms import AlarmKind, Subject, SubjectKind, alarm_title, alarm_words
from core.household.gates import NAMED, reminders
from core.household.places import place_notices
from core.household.problem_desk import answer_notice
from core.household.problems import Problem, ProblemKind, ProblemState
from core.neighbourhood.clusters import PlaceTold, WaitingView
from core.notices import Channel, Letter, Notice, NoticeView, Parcel, Reader, VisitTold, Weight, visit_notices
from core.texts import N_, Text, sentence
from dashboard.notices.wording import PostWording

SOMEBODY = UUID(int=0)
ADDRESS = "14 ELM ST"
HOME = "America/Chicago"
_BILLS: Mapping[str, Mapping[str, object]] = {
    "trial_reminder": {"days": 7, "price": 2999, "card": True},
    "bill": {"number": 3, "due": 3449},
    "paid": {"number": 3},
    "payment_failed": {"stage": 0, "stages": 10, "owed": 3449},
    "dunning": {"stage": 2, "stages": 10, "owed": 3449},
    "suspended": {"owed": 3449},
    "minutes_80": {"used": 192, "included": 240, "rate": 15},
    "minutes_100": {"used": 240, "included": 240, "rate": 15},
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A made-up notice; ``key`` names it in addresses."""

    key: str
    notice: Notice


def samples(now: datetime) -> list[Sample]:
    """One of every kind, in the order of the matrix."""
    return [*_alarms(), *_visits(now), *_bills(now)]


def preview(sample: Sample, *, channel: Channel, language: str, viewer: Viewer, wording: PostWording) -> Letter:
    """The message as ``viewer`` would get it."""
    notice = sample.notice
    view = NoticeView(
        id=SOMEBODY, kind=notice.kind, title=notice.title, body=notice.body, link=notice.link, group=notice.group,
        weight=notice.weight, created_at=datetime.fromtimestamp(0, UTC),
    )  # fmt: skip
    reader = Reader(
        person_id=SOMEBODY, name=viewer.name, email=viewer.email, language=language, role=Role.HOMEOWNER,
        zone=ZoneInfo(HOME), phone="+15075550123",
    )  # fmt: skip
    return wording.letter(Parcel(id=SOMEBODY, channel=channel, reader=reader, notice=view))


def _alarms() -> list[Sample]:
    mower = Subject(SubjectKind.MOWER, "Luba-7F3A")
    kinds = {AlarmKind.LIFTED: Weight.CRITICAL, AlarmKind.BATTERY_LOW: Weight.WARNING}
    raised = [_alarm("alarm.raised", kind, mower, weight) for kind, weight in kinds.items()]
    lead = N_("Nobody has touched it yet: {alarm}")
    climbed = _alarm("alarm.climbed", AlarmKind.LIFTED, mower, Weight.CRITICAL, lead=lead)
    given = _alarm(
        "alarm.assigned", AlarmKind.LIFTED, mower, Weight.CRITICAL, lead="{name} gave you: {alarm}", name="Dana Reyes"
    )
    return [
        Sample(f"{one.kind}.{number}" if number < 2 else one.kind, one)
        for number, one in enumerate([*raised, climbed, given])
    ]


def _alarm(kind: str, alarm: AlarmKind, subject: Subject, weight: Weight, lead: str = "", **facts: str) -> Notice:
    title: str = alarm_title(alarm, subject, 0)
    if lead:
        title = Text(lead, alarm=title, **facts)
    _cause, next_step = alarm_words(alarm, subject)
    return Notice(
        key=kind, person_id=SOMEBODY, kind=kind, title=title, body=sentence(next_step), link="/alarms", weight=weight
    )


def _visits(now: datetime) -> list[Sample]:
    begins = now + timedelta(days=1)
    facts = {
        VisitTold.COMING: {"begins": begins, "ends": begins + timedelta(minutes=50), "minutes": 48},
        VisitTold.STARTED: {"minutes": 48},
        VisitTold.DONE: {"minutes": 48, "percent": 97},
        VisitTold.SKIPPED: {"begins": begins, "reason": N_("you asked for it")},
        VisitTold.MOVED: {"begins": begins, "instead": begins + timedelta(days=1), "reason": N_("rain")},
    }
    gate = reminders(Crossing(SOMEBODY, begins), list(NAMED.values())[:2], [(SOMEBODY, "", ADDRESS)])[0]
    told = [
        Sample(f"visit.{kind}", visit_notices(kind, visit_id=SOMEBODY, people=[SOMEBODY], address=ADDRESS, **given)[0])
        for kind, given in facts.items()
    ]
    waiting = WaitingView(SOMEBODY, SOMEBODY, 0, ADDRESS, 1, "", now)
    places = [
        Sample(f"cluster.place.{kind}", place_notices(kind, waiting, begins + timedelta(days=1), [SOMEBODY])[0])
        for kind in PlaceTold
    ]
    problem = Problem(
        id=SOMEBODY, lot_id=SOMEBODY, visit_id=None, kind=ProblemKind.MISSED, words="", pin=None, reported_by="",
        reported_at=now, state=ProblemState.REMOW,
    )  # fmt: skip
    answer = Sample("problem.answered", answer_notice(problem, SOMEBODY))
    return [told[0], Sample("visit.gate", gate), *told[1:], answer, *places]


def _bills(now: datetime) -> list[Sample]:
    return [
        Sample(
            f"billing.{kind}",
            told_of(Untold(SOMEBODY, kind, {"currency": "USD", **data}, ADDRESS, None, (SOMEBODY,), now))[0],
        )
        for kind, data in _BILLS.items()
    ]
