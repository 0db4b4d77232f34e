"""One message a household when a whole day is rained out: where each of its visits went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from core.notices.model import Notice, Weight
from core.texts import N_, Moment, Text, joined


@dataclass(frozen=True, slots=True)
class PutOff:
    """A visit that does not take place at ``begins``; ``instead`` ``None`` = no new time is known yet."""

    address: str
    begins: datetime
    instead: datetime | None


def rain_out_notices(put_off: Sequence[PutOff], *, people: Sequence[UUID], link: str = "/home") -> list[Notice]:
    """One a person, whatever number of visits it tells of; the same ones again make the same notice."""
    if not put_off:
        return []
    lines = [
        Text("{address}: no new time yet.", address=one.address)
        if one.instead is None
        else Text("{address}: it comes {instead:when} instead.", address=one.address, instead=Moment(one.instead))
        for one in put_off
    ]
    told = "|".join(f"{one.address}/{one.begins.isoformat()}/{one.instead}" for one in put_off)
    mark = sha256(told.encode()).hexdigest()[:24]
    return [
        Notice(
            key=f"rain_out/{mark}/{person}",
            person_id=person,
            kind="visit.skipped",
            title=Text(N_("Rain: nobody comes on {begins:day}"), begins=Moment(put_off[0].begins)),
            body=joined(lines),
            link=link,
            group=f"rain_out:{mark}",
            weight=Weight.INFO,
        )
        for person in people
    ]
