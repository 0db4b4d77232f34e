"""Second factors of people: made, confirmed, used and taken away. A role's need of one: `second_factor.FactorRules`."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import pyotp
from sqlalchemy import delete, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts import passkeys
from core.accounts.audit import Audit
from core.accounts.second_factor import FactorRules, matching_step, new_recovery_codes, recovery_hash
from core.accounts.sign_in_tables import RecoveryCode, SecondFactor
from core.accounts.steps import StepKind, find_step, open_step, use_step
from core.accounts.tables import Person
from core.accounts.viewer import Viewer
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, Invalid, NotFound
from core.ports import SecretBox
from core.texts import N_

MOST_FACTORS = 10
ISSUER = "MowthosOS"


class FactorKind(StrEnum):
    TOTP = "totp"
    PASSKEY = "passkey"


@dataclass(frozen=True, slots=True)
class FactorView:
    """A factor as its owner sees it: never its secret."""

    id: UUID
    kind: FactorKind
    name: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewApp:
    """What an authenticator app is told, shown once: ``secret`` (base32) by hand, or ``uri`` as a QR code."""

    factor_id: UUID
    secret: str
    uri: str


class SecondFactors:
    """Keeps them. ``box`` seals the apps' secrets as it does those of vendors."""

    def __init__(self, database: Database, clock: Clock, box: SecretBox, rules: FactorRules | None = None) -> None:
        self.rules = rules or FactorRules()
        self._database, self._clock, self._box = database, clock, box
        self._audit = Audit(database, clock)

    async def of(self, person_id: UUID) -> list[FactorView]:
        """A person's confirmed factors, oldest first."""
        async with self._database.session() as session:
            rows = await _confirmed(session, person_id)
        return [FactorView(row.id, FactorKind(row.kind), row.name, row.created_at, row.used_at) for row in rows]

    async def codes_left(self, person_id: UUID) -> int:
        """Recovery codes not used yet."""
        query = select(func.count()).select_from(RecoveryCode).where(
            col(RecoveryCode.person_id) == person_id, col(RecoveryCode.used_at).is_(None)
        )  # fmt: skip
        async with self._database.session() as session:
            return int((await session.exec(query)).one())

    async def begin_app(self, viewer: Viewer) -> NewApp:
        """A new authenticator app, which counts once a code of it was told. One begun before and left is forgotten."""
        secret = pyotp.random_base32()
        row = SecondFactor(
            person_id=viewer.person_id, kind=FactorKind.TOTP.value, name="", sealed=self._box.seal(secret),
            created_at=self._clock.now(),
        )  # fmt: skip
        async with self._database.session() as session:
            await session.exec(
                delete(SecondFactor).where(
                    col(SecondFactor.person_id) == viewer.person_id, col(SecondFactor.confirmed_at).is_(None)
                )
            )
            await _room(session, viewer.person_id)
            session.add(row)
        uri = pyotp.TOTP(secret).provisioning_uri(name=viewer.email, issuer_name=ISSUER)
        return NewApp(row.id, secret, uri)

    async def confirm_app(self, viewer: Viewer, factor_id: UUID, code: str, *, name: str) -> list[str]:
        """Take the app in; with the first factor come recovery codes, shown once. ``Invalid`` for a wrong code."""
        async with self._database.session() as session:
            row = await session.get(SecondFactor, factor_id)
            if row is None or row.person_id != viewer.person_id or row.confirmed_at is not None:
                raise NotFound(N_("this setup is over: begin it again"))
            step = matching_step(self._box.open(row.sealed), _digits(code), self._clock.now(), None)
            if step is None:
                raise Invalid(N_("that is not the code the app shows now; check the clock of your phone"))
            row.last_step = step
            return await self._take_in(session, viewer, row, name)

    async def begin_passkey(self, viewer: Viewer, site: passkeys.Site) -> tuple[dict[str, object], str]:
        """Options for the browser's dialog, and the secret of the step."""
        async with self._database.session() as session:
            await _room(session, viewer.person_id)
            known = [row.credential_id for row in await _confirmed(session, viewer.person_id) if row.credential_id]
            options, challenge = passkeys.options_to_make(
                site, user_id=viewer.person_id.bytes, email=viewer.email, name=viewer.name, known=known
            )
            content = {"challenge": challenge}
            step = await open_step(
                session, self._clock, StepKind.NEW_PASSKEY, person_id=viewer.person_id, content=content
            )
        return options, step

    async def finish_passkey(
        self, viewer: Viewer, site: passkeys.Site, step: str, credential: str, *, name: str
    ) -> list[str]:  # fmt: skip
        """Take in the passkey the browser made. ``NotAllowed`` unless it answers the step, ``Conflict`` if known."""
        async with self._database.session() as session:
            begun = await find_step(session, self._clock, StepKind.NEW_PASSKEY, step)
            if begun.person_id != viewer.person_id:
                raise NotFound(N_("this setup is over: begin it again"))
            new = passkeys.made(site, credential, begun.content["challenge"])
            await use_step(session, self._clock, begun)
            taken = select(SecondFactor.id).where(SecondFactor.credential_id == new.credential_id)
            if (await session.exec(taken)).first() is not None:
                raise Conflict(N_("this passkey is in use already"))
            row = SecondFactor(
                person_id=viewer.person_id, kind=FactorKind.PASSKEY.value, name="", credential_id=new.credential_id,
                public_key=new.public_key, sign_count=new.sign_count, created_at=self._clock.now(),
            )  # fmt: skip
            return await self._take_in(session, viewer, row, name)

    async def remove(self, viewer: Viewer, factor_id: UUID) -> None:
        """Take one of the viewer's own away; with the last one go the recovery codes."""
        async with self._database.session() as session:
            row = await session.get(SecondFactor, factor_id)
            if row is None or row.person_id != viewer.person_id:
                raise NotFound(N_("there is no such factor"))
            await session.delete(row)
            await session.flush()
            if not await _confirmed(session, viewer.person_id):
                person = await session.get_one(Person, viewer.person_id)
                person.second_factor_at = None
                session.add(person)
                await session.exec(delete(RecoveryCode).where(col(RecoveryCode.person_id) == viewer.person_id))
            await self._tell(session, viewer, "factor.remove", row.id, {"kind": row.kind, "name": row.name})

    async def renew_codes(self, viewer: Viewer) -> list[str]:
        """New recovery codes, shown once; the old ones are good no longer. ``Conflict`` without any factor."""
        async with self._database.session() as session:
            if not await _confirmed(session, viewer.person_id):
                raise Conflict(N_("set up an app or a passkey first"))
            codes = await self._new_codes(session, viewer.person_id)
            await self._tell(session, viewer, "factor.new_codes", viewer.person_id, {"codes": len(codes)})
        return codes

    async def use_code(self, person_id: UUID, code: str) -> bool:
        """Whether a code of an app, or a recovery code, is good; it is used up by asking."""
        async with self._database.session() as session:
            if await self._use_recovery(session, person_id, code):
                return True
            for row in await _confirmed(session, person_id):
                if row.kind == FactorKind.TOTP and await self._use_app(session, row, _digits(code)):
                    return True
        return False

    async def passkeys_of(self, person_id: UUID) -> list[str]:
        """The ids (base64url) of a person's passkeys."""
        async with self._database.session() as session:
            return [row.credential_id for row in await _confirmed(session, person_id) if row.credential_id]

    async def use_passkey(
        self, session: AsyncSession, site: passkeys.Site, credential: str, challenge: str, *, alone: bool
    ) -> UUID:  # fmt: skip
        """Whose passkey signed the challenge. ``NotAllowed`` for an unknown one and for one that did not."""
        query = select(SecondFactor).where(SecondFactor.credential_id == passkeys.credential_id_of(credential))
        row = (await session.exec(query.where(col(SecondFactor.confirmed_at).is_not(None)))).first()
        if row is None:
            raise passkeys.refused()
        row.sign_count = passkeys.proven(
            site, credential, challenge, public_key=row.public_key, sign_count=row.sign_count, alone=alone
        )
        row.used_at = self._clock.now()
        session.add(row)
        return row.person_id

    async def _use_app(self, session: AsyncSession, row: SecondFactor, code: str) -> bool:
        step = matching_step(self._box.open(row.sealed), code, self._clock.now(), row.last_step)
        if step is None:
            return False
        unused = col(SecondFactor.last_step).is_(None) | (col(SecondFactor.last_step) < step)
        done = await session.exec(
            update(SecondFactor).where(col(SecondFactor.id) == row.id, unused)
            .values(last_step=step, used_at=self._clock.now())
        )  # fmt: skip
        return bool(done.rowcount == 1)  # of two at once with the same code, one finds it used

    async def _use_recovery(self, session: AsyncSession, person_id: UUID, code: str) -> bool:
        done = await session.exec(
            update(RecoveryCode)
            .where(col(RecoveryCode.code_hash) == recovery_hash(person_id, code), col(RecoveryCode.used_at).is_(None))
            .values(used_at=self._clock.now())
        )
        return bool(done.rowcount == 1)

    async def _take_in(self, session: AsyncSession, viewer: Viewer, row: SecondFactor, name: str) -> list[str]:
        first = not await _confirmed(session, viewer.person_id)
        row.name, row.confirmed_at = name.strip()[:60] or row.kind, self._clock.now()
        session.add(row)
        if first:
            person = await session.get_one(Person, viewer.person_id)
            person.second_factor_at = self._clock.now()
            session.add(person)
        await self._tell(session, viewer, "factor.add", row.id, {"kind": row.kind, "name": row.name})
        return await self._new_codes(session, viewer.person_id) if first else []

    async def _new_codes(self, session: AsyncSession, person_id: UUID) -> list[str]:
        codes = new_recovery_codes()
        await session.exec(delete(RecoveryCode).where(col(RecoveryCode.person_id) == person_id))
        for code in codes:
            session.add(
                RecoveryCode(
                    person_id=person_id, code_hash=recovery_hash(person_id, code), created_at=self._clock.now()
                )
            )
        return codes

    async def _tell(
        self, session: AsyncSession, viewer: Viewer, action: str, object_id: UUID, after: dict[str, object]
    ) -> None:
        await self._audit.record(
            actor=viewer.email, person_id=viewer.person_id, action=action, object_type="factor",
            object_id=str(object_id), after=after, session=session,
        )  # fmt: skip


async def _confirmed(session: AsyncSession, person_id: UUID) -> list[SecondFactor]:
    query = select(SecondFactor).where(SecondFactor.person_id == person_id, col(SecondFactor.confirmed_at).is_not(None))
    return list((await session.exec(query.order_by(col(SecondFactor.created_at)))).all())


async def _room(session: AsyncSession, person_id: UUID) -> None:
    if len(await _confirmed(session, person_id)) >= MOST_FACTORS:
        raise Conflict(N_("you have ten factors already: take one away first"))


def _digits(code: str) -> str:
    return "".join(code.split())
