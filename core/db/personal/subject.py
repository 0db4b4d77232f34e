"""Who somebody is in every table: the ids and words by which their rows are found."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.db.personal.places import By
from core.db.tables import metadata

_T = metadata.tables


@dataclass(frozen=True, slots=True)
class Subject:
    """A person as the tables know them. ``keys`` holds, for each way to find rows, what their column must be."""

    person_id: UUID
    email: str
    name: str
    role: str
    phone: str
    keys: Mapping[By, frozenset[Any]]
    households: Mapping[UUID, tuple[str, str, str]]
    """Those nobody else belongs to: name, email, phone."""
    only_one_of_name: bool

    @property
    def pseudonym(self) -> str:
        """What stands in the place of their name: the end of their id, which is random."""
        return f"erased-{self.person_id.hex[-12:]}"

    @property
    def nowhere(self) -> str:
        """An address of the same kind; ``.invalid`` is reserved, no mail ever goes there (RFC 2606)."""
        return f"{self.pseudonym}@erased.invalid"

    @property
    def words(self) -> dict[str, str]:
        """Every word that tells who they are, with what takes its place."""
        words = {self.email: self.pseudonym, self.phone: self.pseudonym}
        if self.only_one_of_name:
            words[self.name] = self.pseudonym
        for name, email, phone in self.households.values():
            words |= {name: self.pseudonym, email: self.pseudonym, phone: self.pseudonym}
        return {word: instead for word, instead in words.items() if word}


async def subject_of(read: AsyncConnection, person_id: UUID) -> Subject | None:
    """The person and all that is theirs; ``None`` for a stranger."""
    person = (await read.execute(select(_T["person"]).where(_T["person"].c.id == person_id))).mappings().first()
    if person is None:
        return None
    belongs, homes = _T["household_person"], _T["lot"]
    mine = await _ids(read, belongs.c.household_id, belongs.c.person_id == person_id)
    shared = await _ids(
        read, belongs.c.household_id, belongs.c.household_id.in_(mine), belongs.c.person_id != person_id
    )
    alone = mine - shared
    phone = await _ids(read, _T["notice_phone"].c.number, _T["notice_phone"].c.person_id == person_id)
    payer, subscription = _T["billing_payer"], _T["billing_subscription"]
    payers = await _ids(read, payer.c.id, or_(payer.c.person_id == person_id, payer.c.email == person["email"]))
    keys = {
        By.PERSON: frozenset({person_id}),
        By.EMAIL: frozenset({person["email"]}),
        By.ADDRESS_HASH: frozenset({sha256(person["email"].encode()).hexdigest()}),
        By.HOUSEHOLD: mine,
        By.ALONE: alone,
        By.LOT: await _ids(read, homes.c.id, homes.c.household_id.in_(mine)),
        By.LOT_ALONE: await _ids(read, homes.c.id, homes.c.household_id.in_(alone)),
        By.HOME: await _ids(read, homes.c.home_id, homes.c.household_id.in_(mine)) - {None},
        By.HOME_ALONE: await _ids(read, homes.c.home_id, homes.c.household_id.in_(alone)) - {None},
        By.PAYER: payers,
        By.SUBSCRIPTION: await _ids(
            read, subscription.c.id, or_(subscription.c.household_id.in_(mine), subscription.c.payer_id.in_(payers))
        ),
        By.PROBLEM: await _ids(read, _T["lawn_problem"].c.id, _T["lawn_problem"].c.person_id == person_id),
        By.SESSION: await _ids(read, _T["sign_in_session"].c.id, _T["sign_in_session"].c.person_id == person_id),
    }
    household = _T["household"]
    rows = (await read.execute(select(household).where(household.c.id.in_(alone)))).mappings().all()
    same = select(func.count()).select_from(_T["person"]).where(_T["person"].c.name == person["name"])
    return Subject(
        person_id=person_id, email=person["email"], name=person["name"], role=person["role"],
        phone=next(iter(phone), ""), keys=keys,
        households={row["id"]: (row["name"], row["email"], row["phone"]) for row in rows},
        only_one_of_name=(await read.execute(same)).scalar_one() == 1,
    )  # fmt: skip


async def _ids(read: AsyncConnection, column: Any, *where: Any) -> frozenset[Any]:
    return frozenset((await read.execute(select(column).where(*where))).scalars().all())
