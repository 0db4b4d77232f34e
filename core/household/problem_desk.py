"""Visits rated, problems reported by a household, answered by the office: mown again, credited, or answered."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts import Audit, PersonName, Right, Viewer
from core.clock import Clock
from core.db import Database
from core.db.reads.household_people import people_of_lot
from core.db.reads.mown_again import kept_promises
from core.errors import Conflict, NotAllowed, NotFound
from core.events import Event
from core.geo import Point
from core.household.model import HouseholdLot, LotBook
from core.household.photos import Photo, clean_photo
from core.household.problem_store import (
    ratings_of,
    read_problem,
    read_problems,
    reported_since,
    write_problem,
)
from core.household.problems import (
    MOST_A_DAY,
    STATE_WORDS,
    Problem,
    ProblemKind,
    ProblemState,
    Rating,
    checked_credit,
    checked_pin,
    checked_stars,
    checked_words,
    in_time,
    may_become,
)
from core.household.tables import LawnProblem, ProblemPhoto, VisitRating
from core.ids import new_id
from core.notices import Notice, Weight, put_notices
from core.scheduling import TO_COME, Also, Visit, VisitSite
from core.texts import N_, Text, sentence

BY_JOB = "home.close_mown_again"


class Visits(Protocol):
    """``NotFound`` for a visit that is out of the viewer's sight; `core.scheduling.VisitDesk` is one."""

    async def get(self, visit_id: UUID, *, viewer: Viewer) -> tuple[Visit, VisitSite]: ...


class Extras(Protocol):
    """Visits beside the plan; `core.scheduling.extra.ExtraVisits` is one."""

    async def add(
        self, lot_id: UUID, *, begins_at: datetime | None = None, minutes: int | None = None, note: str = "",
        by: Viewer, also: Also | None = None, source: str = "web",
    ) -> Visit: ...  # fmt: skip


class Credits(Protocol):
    """Books a credit for a lot's subscription; the same ``key`` again does nothing. Its currency.

    ``Conflict`` where none is live."""

    async def __call__(self, lot_id: UUID, minor: int, *, note: str, key: str, by: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Reported:
    """A problem with where it is and, where it is to be mown again, with which visit."""

    problem: Problem
    address: str
    time_zone: str
    remow: Visit | None = None


class ProblemDesk:
    """Every verb is one transaction, and refuses what was changed in between."""

    def __init__(
        self, *, database: Database, clock: Clock, lots: LotBook, visits: Visits, extras: Extras, credits: Credits,
        audit: Audit, audience: Callable[[], Awaitable[Sequence[PersonName]]],
    ) -> None:  # fmt: skip
        self.changed: Event[UUID] = Event("problems_changed")
        """A lot."""
        self._database, self._clock, self._lots, self._visits = database, clock, lots, visits
        self._credits, self._audit, self._audience, self._extras = credits, audit, audience, extras

    async def rate(self, *, visit_id: UUID, stars: int, words: str = "", by: Viewer, source: str = "web") -> Rating:
        """One person's word on a visit of their own lot; another replaces it."""
        visit, lot = await self._own_visit(visit_id, by)
        now = self._clock.now()
        in_time(visit.ends_at, visit.begins_at, now)
        row = VisitRating(
            visit_id=visit_id, person_id=by.person_id, lot_id=lot.id, stars=checked_stars(stars),
            words=checked_words(words), rated_at=now,
        )  # fmt: skip
        rating = Rating(visit_id, by.person_id, row.stars, row.words, now)
        async with self._database.session() as session:
            await session.merge(row)
            await self._record(session, by, "visit.rate", "visit", visit_id, {"stars": rating.stars}, source)
        self.changed.emit(lot.id)
        return rating

    async def rating(self, visit_id: UUID, *, by: Viewer) -> Rating | None:
        """The viewer's own word."""
        await self._own_visit(visit_id, by)
        async with self._database.session() as session:
            found = await ratings_of(session, visit_ids=[visit_id])
        return next((one for one in found if one.person_id == by.person_id), None)

    async def report(
        self, *, lot_id: UUID, kind: ProblemKind, words: str = "", visit_id: UUID | None = None,
        pin: Point | None = None, photo: bytes | None = None, by: Viewer, source: str = "web",
    ) -> Problem:  # fmt: skip
        """A problem on the viewer's own lot. ``Invalid`` for a pin outside it or a photo that cannot be cleaned."""
        lot = await self._lots.own(lot_id, by, staff=Right.PLAN_VISITS)
        now, said = self._clock.now(), checked_words(words)
        checked_pin(pin, lot.own)
        if visit_id is not None:
            visit, its = await self._own_visit(visit_id, by)
            if its.id != lot_id:
                raise NotFound(Text("no visit {id}", id=visit_id))
            in_time(visit.ends_at, visit.begins_at, now)
        clean = None if photo is None else await asyncio.to_thread(clean_photo, photo)
        row = LawnProblem(
            id=new_id(), lot_id=lot_id, visit_id=visit_id, person_id=by.person_id, kind=kind.value, words=said,
            longitude=None if pin is None else pin.longitude, latitude=None if pin is None else pin.latitude,
            reported_by=by.email, reported_at=now, state=ProblemState.OPEN.value,
        )  # fmt: skip
        async with self._database.session() as session:
            if await reported_since(session, lot_id, now - timedelta(days=1)) >= MOST_A_DAY:
                raise Conflict(N_("that is a lot for one day: call your operator"))
            session.add(row)
            await session.flush()
            if clean is not None:
                session.add(
                    ProblemPhoto(problem_id=row.id, content=clean.content, width=clean.width, height=clean.height)
                )
            after = {"kind": kind.value, "photo": clean is not None, "pin": pin is not None}
            await self._record(session, by, "problem.report", "problem", row.id, after, source)
            await put_notices(session, await self._office_notices(lot, row.id), self._clock)
            made = await read_problem(session, row.id)
        assert made is not None
        self.changed.emit(lot_id)
        return made

    async def of_lots(self, lot_ids: Sequence[UUID], *, viewer: Viewer) -> Sequence[Reported]:
        """Those of some lots of the viewer's, newest first."""
        for lot_id in lot_ids:
            await self._lots.own(lot_id, viewer, staff=Right.SEE_SCHEDULE)
        async with self._database.session() as session:
            found = await read_problems(session, lot_ids=lot_ids)
        return await self._reported(found, viewer)

    async def all(self, *, viewer: Viewer, only_open: bool = False) -> Sequence[Reported]:
        """The office's list, newest first. ``NotAllowed`` for those who do not see the schedule."""
        if not viewer.may(Right.SEE_SCHEDULE):
            raise NotAllowed(N_("your role does not include this"))
        states = [ProblemState.OPEN, ProblemState.REMOW, ProblemState.OFFERED] if only_open else None
        async with self._database.session() as session:
            found = await read_problems(session, states=states)
        return await self._reported([one for one in found if viewer.sight.lot(one.lot_id)], viewer)

    async def photo(self, problem_id: UUID, *, viewer: Viewer) -> Photo:
        """``NotFound`` where there is none, or it is out of sight."""
        await self.get(problem_id, viewer=viewer)
        async with self._database.session() as session:
            row = await session.get(ProblemPhoto, problem_id)
        if row is None:
            raise NotFound(N_("there is no photo"))
        return Photo(row.content, row.width, row.height)

    async def get(self, problem_id: UUID, *, viewer: Viewer) -> Problem:
        async with self._database.session() as session:
            found = await read_problem(session, problem_id)
        if found is None:
            raise _no_such(problem_id)
        try:
            await self._lots.own(found.lot_id, viewer, staff=Right.SEE_SCHEDULE)
        except NotFound:
            raise _no_such(problem_id) from None
        return found

    async def mow_again(
        self, problem_id: UUID, *, visit_id: UUID, answer: str = "", by: Viewer, source: str = "web"
    ) -> Problem:
        """With a visit of the same lot that is to come. ``Conflict`` for any other."""
        problem = await self._to_decide(problem_id, by)
        visit, _site = await self._visits.get(visit_id, viewer=by)
        if visit.lot_id != problem.lot_id or visit.state not in TO_COME or visit.ends_at <= self._clock.now():
            raise Conflict(N_("expected a visit of this lot that is to come"))
        fields = {"remow_visit_id": visit_id, "answer": checked_words(answer)}
        return await self._decide(problem, ProblemState.REMOW, fields, by, source)

    async def mow_extra(
        self, problem_id: UUID, *, begins_at: datetime | None = None, minutes: int | None = None, answer: str = "",
        by: Viewer, source: str = "web",
    ) -> Problem:  # fmt: skip
        """With a visit beside the plan, at a time or at the first that is free; its minutes are not billed. The visit
        and the promise are written together or not at all."""
        problem = await self._to_decide(problem_id, by)
        may_become(problem, ProblemState.REMOW)
        words = checked_words(answer)
        promised: list[Problem] = []

        async def promise(session: AsyncSession, visit: Visit) -> None:
            fields = {"remow_visit_id": visit.id, "answer": words}
            promised.append(await self._write(session, problem, ProblemState.REMOW, fields, by, source))

        await self._extras.add(problem.lot_id, begins_at=begins_at, minutes=minutes, by=by, also=promise, source=source)
        self.changed.emit(problem.lot_id)
        return promised[0]

    async def close_mown(self) -> int:
        """The job: problems whose promised visit is done are closed, and their households told; how many."""
        closed = 0
        for problem_id in await kept_promises(self._database):
            async with self._database.session() as session:
                problem = await read_problem(session, problem_id)
                if problem is None or problem.state is not ProblemState.REMOW:
                    continue
                now = self._clock.now()
                if not await write_problem(session, problem, BY_JOB, now, state=ProblemState.CLOSED.value):
                    continue
                await self._audit.record(
                    actor=BY_JOB, action="problem.closed", object_type="problem", object_id=str(problem_id),
                    after={"state": ProblemState.CLOSED.value, "visit": str(problem.remow_visit_id)}, source="job",
                    session=session,
                )  # fmt: skip
                after = replace(problem, state=ProblemState.CLOSED, version=problem.version + 1)
                told = await self._household_notices(session, after, "", title=N_("Your lawn was mown again"))
                await put_notices(session, told, self._clock)
            closed += 1
            self.changed.emit(problem.lot_id)
        return closed

    async def offer_credit(
        self, problem_id: UUID, *, minor: int, answer: str = "", by: Viewer, source: str = "web"
    ) -> Problem:
        """``minor`` cents, to be booked by who manages billing; who does so already books it at once."""
        problem = await self._to_decide(problem_id, by)
        fields = {"credit_minor": checked_credit(minor), "answer": checked_words(answer)}
        offered = await self._decide(problem, ProblemState.OFFERED, fields, by, source)
        if not by.may(Right.MANAGE_BILLING):
            return offered
        return await self.book_credit(problem_id, by=by, source=source)

    async def book_credit(self, problem_id: UUID, *, by: Viewer, source: str = "web") -> Problem:
        """The offered credit goes to the household's balance, once however often it is asked."""
        if not by.may(Right.MANAGE_BILLING):
            raise NotAllowed(N_("your role does not include billing"))
        problem = await self.get(problem_id, viewer=by)
        may_become(problem, ProblemState.CREDITED)
        assert problem.credit_minor is not None
        currency = await self._credits(
            problem.lot_id, problem.credit_minor, note=problem.answer or "problem reported",
            key=f"problem/{problem_id}", by=by.email,
        )  # fmt: skip
        return await self._decide(problem, ProblemState.CREDITED, {"currency": currency}, by, source)

    async def close(self, problem_id: UUID, *, answer: str, by: Viewer, source: str = "web") -> Problem:
        """Answered in words."""
        problem = await self._to_decide(problem_id, by)
        return await self._decide(problem, ProblemState.CLOSED, {"answer": checked_words(answer)}, by, source)

    async def ratings(self, *, viewer: Viewer) -> Sequence[Rating]:
        """The newest, for the office, in its areas."""
        if not viewer.may(Right.SEE_SCHEDULE):
            raise NotAllowed(N_("your role does not include this"))
        async with self._database.session() as session:
            return await ratings_of(session, lot_ids=viewer.sight.lots if viewer.sight.bounded else None)

    async def _own_visit(self, visit_id: UUID, by: Viewer) -> tuple[Visit, HouseholdLot]:
        visit, _site = await self._visits.get(visit_id, viewer=by)
        return visit, await self._lots.own(visit.lot_id, by, staff=Right.PLAN_VISITS)

    async def _to_decide(self, problem_id: UUID, by: Viewer) -> Problem:
        problem = await self.get(problem_id, viewer=by)
        if not by.may(Right.PLAN_VISITS):
            raise NotAllowed(N_("your role does not include planning visits"))
        return problem

    async def _decide(
        self, problem: Problem, state: ProblemState, fields: dict[str, Any], by: Viewer, source: str
    ) -> Problem:
        may_become(problem, state)
        async with self._database.session() as session:
            after = await self._write(session, problem, state, fields, by, source)
        self.changed.emit(problem.lot_id)
        return after

    async def _write(
        self, session: AsyncSession, problem: Problem, state: ProblemState, fields: dict[str, Any], by: Viewer,
        source: str,
    ) -> Problem:  # fmt: skip
        if not await write_problem(session, problem, by.email, self._clock.now(), state=state.value, **fields):
            raise Conflict(N_("somebody answered it in between: look at it again"))
        told = {name: str(value) for name, value in fields.items()} | {"state": state.value}
        await self._record(session, by, f"problem.{state.value}", "problem", problem.id, told, source)
        after = await read_problem(session, problem.id)
        assert after is not None
        await put_notices(session, await self._household_notices(session, after, by.email), self._clock)
        return after

    async def _reported(self, found: Sequence[Problem], viewer: Viewer) -> Sequence[Reported]:
        lots = await self._lots.read({one.lot_id for one in found})
        told = []
        for one in found:
            again = one.remow_visit_id
            visit = None if again is None else (await self._visits.get(again, viewer=viewer))[0]
            if (lot := lots.get(one.lot_id)) is not None:
                told.append(Reported(one, lot.address, lot.own.time_zone, visit))
        return told

    async def _office_notices(self, lot: HouseholdLot, problem_id: UUID) -> list[Notice]:
        return [
            Notice(
                key=f"problem/{problem_id}/{person.person_id}", person_id=person.person_id, kind="problem.reported",
                title=Text(N_("{address}: a problem was reported"), address=lot.address), link="/requests",
                group=f"lot:{lot.id}", weight=Weight.WARNING,
            )
            for person in await self._audience()
            if person.sight.lot(lot.id)
        ]  # fmt: skip

    @staticmethod
    async def _household_notices(session: AsyncSession, problem: Problem, by: str, *, title: str = "") -> list[Notice]:
        people = await people_of_lot(session, problem.lot_id)
        return [answer_notice(problem, person, title) for person, email, _address in people if email != by]

    async def _record(
        self, session: AsyncSession, by: Viewer, action: str, kind: str, key: UUID, after: dict[str, Any], source: str
    ) -> None:
        await self._audit.record(
            actor=by.email, person_id=by.person_id, action=action, object_type=kind, object_id=str(key), after=after,
            source=source, session=session,
        )  # fmt: skip


def answer_notice(problem: Problem, person_id: UUID, title: str = "") -> Notice:
    """What one of the household is told of an answer; once for each version of the problem. Pure."""
    return Notice(
        key=f"problem/{problem.id}/{problem.version}/{person_id}",
        person_id=person_id,
        kind="problem.answered",
        title=title or Text(N_("Your report: {state}"), state=sentence(STATE_WORDS[problem.state])),
        body=problem.answer,
        link="/home",
        group=f"lot:{problem.lot_id}",
    )


def _no_such(problem_id: UUID) -> NotFound:
    return NotFound(Text("no problem {id}", id=problem_id))
