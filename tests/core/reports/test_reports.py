"""Every period's report is sent once, to whom may have it, also across kills, several processes and a mail server that
is away."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from core.accounts import PersonView, Viewer
from core.clock import MovableClock
from core.db import Database
from core.errors import Conflict, Invalid, NotAllowed, NotFound, Unavailable
from core.ids import new_id
from core.notices import Letter, Unreachable
from core.reports import (
    MOST_REPORTS,
    Cadence,
    DueReport,
    Packed,
    ReportDesk,
    ReportLinks,
    ReportOutbox,
    ReportWanted,
    RunState,
    SentView,
)
from tests.core.notices.cast import Post, Street, make_street, viewer_of

SESSIONS = ReportWanted(export="sessions", form="csv", cadence=Cadence.DAILY, hour=7)
SEVEN = datetime(2026, 6, 2, 12, tzinfo=UTC)
"""In Chicago, where most homes are."""


@dataclass
class Letters:
    """Says which days it is of; refuses or breaks as it is told to."""

    fails: list[Exception] = field(default_factory=list)
    made: list[DueReport] = field(default_factory=list)

    async def letter(self, due: DueReport) -> Packed:
        self.made.append(due)
        if self.fails:
            raise self.fails.pop(0)
        return Packed(Letter(id=due.id, to=due.reader.email, subject=f"{due.first} - {due.last}", text="Hello"))


@dataclass
class Cast:
    street: Street
    letters: Letters
    mail: Post

    @property
    def clock(self) -> MovableClock:
        return self.street.clock

    @property
    def desk(self) -> ReportDesk:
        def checked(viewer: Viewer, wanted: ReportWanted) -> None:
            if wanted.export != "sessions":
                raise NotFound("no such export")

        street = self.street
        return ReportDesk(
            database=street.database, clock=street.clock, audit=street.people.audit, readers=street.readers.of,
            checked=checked,
        )  # fmt: skip

    def at(self, moment: datetime) -> None:
        self.clock.move((moment - self.clock.now()).total_seconds())

    def outbox(self) -> ReportOutbox:
        """As another process has it."""
        street = self.street
        return ReportOutbox(
            database=street.database, clock=street.clock, readers=street.readers.of, letters=self.letters,
            sender=self.mail,
        )  # fmt: skip

    async def sent(self, who: PersonView) -> list[SentView]:
        return list(await self.desk.sent(who.id))

    @property
    def subjects(self) -> list[str]:
        return [letter.subject for letter in self.mail.letters]


@pytest.fixture
async def cast(database: Database, clock: MovableClock) -> Cast:
    return Cast(await make_street(database, clock), Letters(), Post())


async def dana_gets(cast: Cast, wanted: ReportWanted = SESSIONS) -> Viewer:
    dana = viewer_of(cast.street.dana)
    await cast.desk.subscribe(wanted, by=dana)
    return dana


async def test_a_report_is_sent_once_a_day_at_its_hour_where_its_reader_is(cast: Cast) -> None:
    await dana_gets(cast)
    assert await cast.outbox().run() == 0
    cast.at(SEVEN - timedelta(seconds=1))
    assert await cast.outbox().run() == 0
    cast.at(SEVEN)
    assert [await cast.outbox().run() for _ in range(3)] == [1, 0, 0]
    cast.at(SEVEN + timedelta(days=1))
    assert await cast.outbox().run() == 1
    assert cast.subjects == ["2026-06-01 - 2026-06-01", "2026-06-02 - 2026-06-02"]
    newest, first = await cast.sent(cast.street.dana)
    assert (first.state, first.first, first.zone, first.attempts) == (
        RunState.SENT, date(2026, 6, 1), "America/Chicago", 1,
    )  # fmt: skip
    assert newest.sent_at == SEVEN + timedelta(days=1)


async def test_of_several_processes_at_once_one_sends(cast: Cast) -> None:
    await dana_gets(cast)
    cast.at(SEVEN)
    assert sum(await asyncio.gather(*[cast.outbox().run() for _ in range(4)])) == 1
    assert len(cast.mail.letters) == 1


async def test_a_kill_before_the_mail_is_out_loses_nothing_and_one_after_it_is_seen_by_its_id(cast: Cast) -> None:
    await dana_gets(cast)
    cast.at(SEVEN)
    cast.letters.fails = [KeyboardInterrupt()]  # type: ignore[list-item]
    with pytest.raises(KeyboardInterrupt):
        await cast.outbox().run()
    assert await cast.outbox().run() == 0, "under lease"
    cast.at(cast.clock.now() + timedelta(minutes=11))
    cast.mail.dies = True
    with pytest.raises(KeyboardInterrupt):
        await cast.outbox().run()
    cast.mail.dies = False
    cast.at(cast.clock.now() + timedelta(minutes=11))
    assert await cast.outbox().run() == 1
    assert len(cast.mail.letters) == 2 and len({letter.id for letter in cast.mail.letters}) == 1
    cast.at(cast.clock.now() + timedelta(hours=5))
    assert await cast.outbox().run() == 0
    assert [one.state for one in await cast.sent(cast.street.dana)] == [RunState.SENT]


async def test_a_mail_server_that_is_away_is_tried_again_and_one_that_refuses_the_address_is_not(cast: Cast) -> None:
    await dana_gets(cast)
    cast.at(SEVEN)
    cast.mail.fails = [Unavailable("away"), Unreachable("no such mailbox")]
    assert [await cast.outbox().run() for _ in range(2)] == [0, 0]
    (one,) = await cast.sent(cast.street.dana)
    assert (one.state, one.error, one.due_at) == (RunState.WAITING, "away", SEVEN + timedelta(minutes=1))
    cast.at(cast.clock.now() + timedelta(minutes=1))
    assert await cast.outbox().run() == 0
    (one,) = await cast.sent(cast.street.dana)
    assert (one.state, one.error, one.attempts) == (RunState.DEAD, "no such mailbox", 2)
    cast.at(cast.clock.now() + timedelta(hours=9))
    assert await cast.outbox().run() == 0 and cast.mail.letters == []


async def test_a_fault_of_ours_holds_no_other_report_back_and_is_raised(cast: Cast) -> None:
    await dana_gets(cast)
    await cast.desk.subscribe(SESSIONS, by=viewer_of(cast.street.ada))
    cast.at(SEVEN)
    cast.letters.fails = [ZeroDivisionError("by nothing")]
    with pytest.raises(ZeroDivisionError):
        await cast.outbox().run()
    assert len(cast.mail.letters) == 1
    cast.at(cast.clock.now() + timedelta(minutes=1))
    assert await cast.outbox().run() == 1


async def test_who_lost_the_right_or_may_not_sign_in_gets_none_and_sees_why(cast: Cast) -> None:
    await dana_gets(cast)
    cast.at(SEVEN)
    cast.letters.fails = [NotAllowed("your role lacks the right")]
    assert await cast.outbox().run() == 0
    await cast.street.people.change_person(cast.street.dana.id, active=False, by=viewer_of(cast.street.ada))
    cast.at(SEVEN + timedelta(days=1))
    assert await cast.outbox().run() == 0
    assert len(cast.letters.made) == 1, "nothing is read for who may not sign in"
    assert [(one.state, one.error) for one in await cast.sent(cast.street.dana)] == [
        (RunState.DROPPED, "this person may not sign in any more"),
        (RunState.DROPPED, "your role lacks the right"),
    ]
    assert cast.mail.letters == []


async def test_what_is_ended_comes_no_more_not_even_what_waits_and_its_link_takes_that_back(cast: Cast) -> None:
    dana = await dana_gets(cast)
    (report,) = await cast.desk.reports(dana.person_id)
    links = ReportLinks("a secret of the tests")
    token = links.token(report.id)
    cast.at(SEVEN)
    cast.mail.fails = [Unavailable("away")]
    await cast.outbox().run()
    assert await cast.desk.switch(links.read(token), on=False) == SESSIONS
    assert await cast.desk.switch(links.read(token), on=False) == SESSIONS
    cast.at(SEVEN + timedelta(days=3))
    assert await cast.outbox().run() == 0
    assert await cast.desk.reports(dana.person_id) == []
    assert [one.state for one in await cast.sent(cast.street.dana)] == [RunState.DROPPED]
    await cast.desk.switch(links.read(token), on=True)
    cast.at(SEVEN + timedelta(days=4))
    assert await cast.outbox().run() == 1
    assert cast.subjects == ["2026-06-05 - 2026-06-05"], "not what fell due while it was off"
    lines = await cast.street.people.audit.lines(object_id=str(report.id))
    assert [(line.action, line.source) for line in lines] == [
        ("report.subscribe", "link"), ("report.end", "link"), ("report.subscribe", "web"),
    ]  # fmt: skip


@pytest.mark.parametrize("token", ["", "nothing", ReportLinks("another secret").token(new_id())])
async def test_a_link_that_we_did_not_sign_is_none(token: str) -> None:
    with pytest.raises(NotFound):
        ReportLinks("a secret of the tests").read(token)


async def test_a_reader_who_moves_to_another_zone_gets_no_day_twice(cast: Cast) -> None:
    await dana_gets(cast)
    cast.at(SEVEN)
    assert await cast.outbox().run() == 1
    dana = viewer_of(cast.street.dana)
    await cast.street.preferences.set_zone(dana.person_id, "Pacific/Honolulu", by=dana)
    cast.at(SEVEN + timedelta(hours=5))
    assert await cast.outbox().run() == 0, "seven in Honolulu, of the same day"
    cast.at(SEVEN + timedelta(days=1, hours=5))
    assert await cast.outbox().run() == 1
    assert cast.subjects == ["2026-06-01 - 2026-06-01", "2026-06-02 - 2026-06-02"]


async def test_what_cannot_be_asked_is_refused_and_reports_are_their_readers_alone(cast: Cast) -> None:
    dana = await dana_gets(cast)
    with pytest.raises(Conflict):
        await cast.desk.subscribe(SESSIONS, by=dana)
    with pytest.raises(NotFound):
        await cast.desk.subscribe(ReportWanted(export="x", form="csv", cadence=Cadence.DAILY, hour=7), by=dana)
    with pytest.raises(Invalid):
        await cast.desk.subscribe(ReportWanted(export="sessions", form="csv", cadence=Cadence.DAILY, hour=24), by=dana)
    (report,) = await cast.desk.reports(dana.person_id)
    with pytest.raises(NotFound):
        await cast.desk.end(report.id, by=viewer_of(cast.street.ada))
    assert await cast.desk.reports(cast.street.ada.id) == []
    for hour in range(8, 8 + MOST_REPORTS - 1):
        wanted = ReportWanted(export="sessions", form="csv", cadence=Cadence.DAILY, hour=hour % 24)
        await cast.desk.subscribe(wanted, by=dana)
    with pytest.raises(Conflict):
        await cast.desk.subscribe(ReportWanted(export="sessions", form="pdf", cadence=Cadence.DAILY, hour=1), by=dana)
    await cast.desk.end(report.id, by=dana)
    with pytest.raises(NotFound):
        await cast.desk.end(report.id, by=dana)


async def test_what_was_sent_is_forgotten_after_a_year_and_never_sent_again(cast: Cast) -> None:
    dana = await dana_gets(cast)
    cast.at(SEVEN)
    await cast.outbox().run()
    (report,) = await cast.desk.reports(dana.person_id)
    await cast.desk.end(report.id, by=dana)
    assert await cast.desk.forget() == 0
    cast.at(cast.clock.now() + timedelta(days=366))
    assert await cast.desk.forget() == 2
    assert await cast.sent(cast.street.dana) == [] and await cast.outbox().run() == 0
