"""A reminder before a mower comes over a lot whose notes name a gate, a pet or a way in (H9).

It is the same in its words whether the lot is mown or lies on the way, so that it tells nothing of anybody else; and it
names what the notes are about, not what they say: a code of a gate travels in no mail.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from core.clock import Clock
from core.db import Database
from core.db.reads.crossings import Crossing
from core.db.reads.household_people import people_of_lot
from core.household.tables import LotNote
from core.notices import Notice, put_notices
from core.texts import N_, Moment, Text, joined, sentence

TITLE = N_("The mower comes over your ground {begins:when}")
BODY = N_("{address}: see to what your notes name.")
NAMED = {"gate": N_("Gate"), "pets": N_("Pets"), "access": N_("Way in")}
"""Field of the notes to its word, in the order in which they are told."""

type Crossings = Callable[[datetime, datetime], Awaitable[Sequence[Crossing]]]
"""What comes over whose lot after one moment, up to another; `core.db.reads.crossings` is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRules:
    """``minutes`` before the mower sets out, 5 to 240."""

    minutes: int = 45

    def __post_init__(self) -> None:
        if not 5 <= self.minutes <= 240:
            raise ValueError(f"minutes {self.minutes}: expected 5 to 240")


class GateReminders:
    """The job; a reminder is made once for each lot and time, however often it is asked."""

    def __init__(
        self, *, database: Database, clock: Clock, crossings: Crossings, rules: GateRules | None = None
    ) -> None:
        self._database, self._clock, self._crossings = database, clock, crossings
        self._rules = rules or GateRules()

    async def remind(self) -> int:
        """How many reminders are new."""
        now = self._clock.now()
        coming = await self._crossings(now, now + timedelta(minutes=self._rules.minutes))
        if not coming:
            return 0
        made = 0
        query = select(LotNote).where(col(LotNote.lot_id).in_({one.lot_id for one in coming}))
        async with self._database.session() as session:
            notes = {row.lot_id: named(row) for row in (await session.exec(query)).all()}
            for one in coming:
                if notes.get(one.lot_id):
                    people = await people_of_lot(session, one.lot_id)
                    made += await put_notices(session, reminders(one, notes[one.lot_id], people), self._clock)
        return made


def named(note: LotNote) -> tuple[str, ...]:
    """What the notes are about, in words; empty: nothing asks for a reminder."""
    return tuple(word for field, word in NAMED.items() if getattr(note, field))


def reminders(crossing: Crossing, about: Sequence[str], people: Sequence[tuple[UUID, str, str]]) -> list[Notice]:
    """One for each of the household. Pure."""
    return [
        Notice(
            key=f"gate/{crossing.lot_id}/{crossing.begins_at:%Y%m%d%H%M}/{person}",
            person_id=person,
            kind="visit.gate",
            title=Text(TITLE, begins=Moment(crossing.begins_at)),
            body=joined([Text(BODY, address=address), *(sentence(word) for word in about)]),
            link="/home",
            group=f"lot:{crossing.lot_id}",
        )
        for person, _email, address in people
    ]
