"""Things half done at sign-in: each is a row, named by a random secret that one browser holds, good for minutes."""

from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts.sessions import hashed, new_secret
from core.accounts.sign_in_tables import SignInStep
from core.clock import Clock
from core.errors import NotAllowed
from core.texts import N_

STEP_LIFE = timedelta(minutes=10)


class StepKind(StrEnum):
    SECOND = "second"  # the password was right, the second factor is awaited
    PASSKEY = "passkey"  # a passkey is asked for at sign-in
    NEW_PASSKEY = "new_passkey"  # a passkey is being made
    SIGN_ON = "sign_on"  # somebody went to the identity provider
    TIE = "tie"  # a signed-in person, having proven it, goes to the provider to tie an account there
    LINK = "link"  # they came back, and sign in once more to tie both accounts


async def open_step(
    session: AsyncSession,
    clock: Clock,
    kind: StepKind,
    *,
    person_id: UUID | None = None,
    content: dict[str, Any] | None = None,
) -> str:
    """Add a step; its secret is returned once and kept nowhere."""
    secret, now = new_secret(), clock.now()
    session.add(
        SignInStep(
            kind=kind.value, secret_hash=hashed(secret), person_id=person_id, content=content or {}, created_at=now,
            expires_at=now + STEP_LIFE,
        )
    )  # fmt: skip
    return secret


async def find_step(session: AsyncSession, clock: Clock, kind: StepKind, secret: str) -> SignInStep:
    """The step under way; ``NotAllowed`` for one that is over, used, or never was."""
    query = select(SignInStep).where(
        col(SignInStep.secret_hash) == hashed(secret), col(SignInStep.kind) == kind.value,
        col(SignInStep.used_at).is_(None), col(SignInStep.expires_at) > clock.now(),
    )  # fmt: skip
    row = (await session.exec(query)).first()
    if row is None:
        raise _over()
    return row


async def use_step(session: AsyncSession, clock: Clock, step: SignInStep) -> None:
    """Use it up; of two at once, one is refused."""
    done = await session.exec(
        update(SignInStep)
        .where(col(SignInStep.id) == step.id, col(SignInStep.used_at).is_(None))
        .values(used_at=clock.now())
    )
    if done.rowcount != 1:
        raise _over()


def _over() -> NotAllowed:
    return NotAllowed(N_("This sign-in took too long or was used already: begin again."))
