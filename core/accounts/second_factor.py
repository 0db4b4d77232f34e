"""The rules of second factors: who needs one, which code is good, what a recovery code looks like. All pure."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from uuid import UUID

import pyotp

from core.accounts.roles import PERMISSIONS, Right, Role

STEP_SECONDS = 30
DRIFT_STEPS = 1
"""An app's clock may be off by one step of 30 s each way (RFC 6238, 5.2)."""
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is mistaken for another on paper
_CODE_LENGTH = 16  # of 31 letters: 79 random bits, so that a plain digest will do

CONTROLS = frozenset({Right.COMMAND_MOWERS, Right.SERVICE_MOWERS, Right.OVERRIDE_GUARD, Right.MANAGE_BILLING})
"""Rights that move mowers or money: a password alone is too little for them."""


@dataclass(frozen=True, slots=True)
class FactorRules:
    """``required``: roles that control mowers or money need a second factor, ``grace_days`` after they first sign in
    without one. Not required, it is offered to everybody all the same."""

    required: bool = False
    grace_days: int = 7

    def __post_init__(self) -> None:
        if self.grace_days < 0:
            raise ValueError(f"grace_days is {self.grace_days}, expected 0 or more")

    def requires(self, role: Role) -> bool:
        # A program has no phone: it signs in with a key of its own.
        return self.required and role is not Role.SERVICE and bool(PERMISSIONS[role] & CONTROLS)

    def due(self, now: datetime) -> datetime:
        """When somebody who signs in now without a factor must have one."""
        return now + timedelta(days=self.grace_days)


def step_of(now: datetime) -> int:
    """The 30 s step since 1970 that an instant lies in (RFC 6238)."""
    return int(now.timestamp()) // STEP_SECONDS


def matching_step(secret: str, code: str, now: datetime, last_step: int | None) -> int | None:
    """The step whose code this is, within the drift and after the last one taken; ``None`` for a wrong, old or used
    code. ``secret``: base32."""
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        return None
    totp, here = pyotp.TOTP(secret), step_of(now)
    for step in range(here - DRIFT_STEPS, here + DRIFT_STEPS + 1):
        fresh = last_step is None or step > last_step
        if compare_digest(totp.generate_otp(step), code) and fresh:
            return step
    return None


def new_recovery_codes() -> list[str]:
    """Codes for paper, in groups of four."""
    made = ["".join(secrets.choice(_LETTERS) for _letter in range(_CODE_LENGTH)) for _code in range(RECOVERY_CODES)]
    return ["-".join(code[start : start + 4] for start in range(0, _CODE_LENGTH, 4)) for code in made]


def recovery_hash(person_id: UUID, code: str) -> str:
    """What is kept of a recovery code, however it was typed."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return sha256(f"{person_id}:{plain}".encode()).hexdigest()
