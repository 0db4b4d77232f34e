"""A home that waits in line is told of a place: until when it is held, and where to take it; or that it went on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from core.clock import Clock
from core.db.reads.lot_cuts import people_of_household
from core.neighbourhood.clusters import PlaceTold, WaitingView
from core.notices import Notice, Weight, put_notices
from core.texts import N_, Moment, Text

WORDS: Mapping[PlaceTold, tuple[str, str]] = {
    PlaceTold.OFFERED: (
        N_("A place is free for {address}"),
        N_("It is held for you until {until:when}. Then it goes to the next in line."),
    ),
    PlaceTold.LAPSED: (
        N_("The place for {address} went to the next in line"),
        N_("It was held until {until:when}. You can wait in line again."),
    ),
}


@dataclass(frozen=True, slots=True)
class PlaceNotices:
    """`core.neighbourhood.clusters.ports.PlaceTeller`."""

    clock: Clock

    async def __call__(
        self, session: AsyncSession, told: PlaceTold, *, waiting: WaitingView, code: str, until: datetime,
        household_id: UUID | None,
    ) -> None:  # fmt: skip
        people = [] if household_id is None else await people_of_household(session, household_id)
        asker = [] if waiting.person_id is None else [waiting.person_id]
        link = "/join" if people else f"/clusters/{waiting.cluster_id}"
        await put_notices(session, place_notices(told, waiting, until, people or asker, link=link), self.clock)


def place_notices(
    told: PlaceTold, waiting: WaitingView, until: datetime, people: Sequence[UUID], *, link: str = "/join"
) -> list[Notice]:
    """One for each, unique by the wait and what is told. Pure."""
    title, body = WORDS[told]
    return [
        Notice(
            key=f"place/{waiting.id}/{told}/{person}",
            person_id=person,
            kind="cluster.place",
            title=Text(title, address=waiting.address),
            body=Text(body, until=Moment(until)),
            link=link,
            group=f"place:{waiting.id}",
            weight=Weight.WARNING if told is PlaceTold.OFFERED else Weight.INFO,
        )
        for person in people
    ]
