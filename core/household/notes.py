"""What those who come have to know of a lot (H9): gate, pets, way in. Written by the household, read by staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from core.accounts import Audit, Right, Viewer
from core.clock import Clock
from core.db import Database
from core.db.reads.household_lots import lots_of_mower
from core.errors import Conflict, Invalid, NotAllowed
from core.household.model import LotBook
from core.household.tables import LotNote
from core.texts import N_, Text

LENGTH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """``version`` 0: nobody wrote any yet."""

    lot_id: UUID
    address: str
    gate: str = ""
    pets: str = ""
    access: str = ""
    version: int = 0
    changed_at: datetime | None = None

    @property
    def empty(self) -> bool:
        return not (self.gate or self.pets or self.access)


class NoteDesk:
    """Reads and writes them."""

    def __init__(self, *, database: Database, clock: Clock, lots: LotBook, audit: Audit) -> None:
        self._database, self._clock, self._lots, self._audit = database, clock, lots, audit

    async def of(self, lot_id: UUID, *, viewer: Viewer) -> Notes:
        """A lot's notes: its household's, and those who work there."""
        lot = await self._lots.own(lot_id, viewer, staff=Right.SEE_SCHEDULE)
        return (await self._read({lot_id: lot.address}))[0]

    async def of_mower(self, device_name: str, *, viewer: Viewer) -> Sequence[Notes]:
        """Those of the lots that a mower serves, the host's first; lots without any are left out."""
        if not viewer.may(Right.SEE_FLEET):
            raise NotAllowed(N_("your role does not include this"))
        ids = await lots_of_mower(self._database, device_name)
        lots = await self._lots.read(ids)
        found = await self._read({key: lots[key].address for key in ids if key in lots})
        return [one for one in found if not one.empty]

    async def write(
        self, lot_id: UUID, *, gate: str, pets: str, access: str, expected_version: int, by: Viewer,
        source: str = "web",
    ) -> Notes:  # fmt: skip
        """Replace them. ``Conflict`` when somebody wrote in between."""
        lot = await self._lots.own(lot_id, by, staff=Right.PLAN_VISITS)
        fields = {"gate": _checked(gate), "pets": _checked(pets), "access": _checked(access)}
        values: dict[str, Any] = {
            **fields, "version": expected_version + 1, "changed_by": by.email, "changed_at": self._clock.now(),
        }  # fmt: skip
        try:
            async with self._database.session() as session:
                if expected_version == 0:
                    session.add(LotNote(lot_id=lot_id, **values))
                    await session.flush()
                else:
                    where = (col(LotNote.lot_id) == lot_id, col(LotNote.version) == expected_version)
                    done = await session.exec(update(LotNote).where(*where).values(**values))
                    if done.rowcount != 1:
                        raise _changed()
                await self._audit.record(
                    actor=by.email, person_id=by.person_id, action="lot_note.write", object_type="lot",
                    object_id=str(lot_id), after={name: bool(words) for name, words in fields.items()}, source=source,
                    session=session,
                )  # fmt: skip
        except IntegrityError as error:
            raise _changed() from error
        return (await self._read({lot_id: lot.address}))[0]

    async def _read(self, addresses: dict[UUID, str]) -> list[Notes]:
        query = select(LotNote).where(col(LotNote.lot_id).in_(list(addresses)))
        async with self._database.session() as session:
            rows = {row.lot_id: row for row in (await session.exec(query)).all()}
        return [_notes(lot_id, address, rows.get(lot_id)) for lot_id, address in addresses.items()]


def _notes(lot_id: UUID, address: str, row: LotNote | None) -> Notes:
    if row is None:
        return Notes(lot_id=lot_id, address=address)
    return Notes(
        lot_id=lot_id, address=address, gate=row.gate, pets=row.pets, access=row.access, version=row.version,
        changed_at=row.changed_at,
    )  # fmt: skip


def _checked(text: str) -> str:
    words = text.strip()
    if len(words) > LENGTH:
        raise Invalid(Text("expected at most {most} characters", most=LENGTH))
    return words


def _changed() -> Conflict:
    return Conflict(N_("somebody changed the notes in between: look at them again"))
