"""Lockout after repeated failures: a pure rule that knows addresses, not people, and so tells nothing of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class SignInRules:
    """Limits of sign-in and sessions. ``session_hours`` and ``refresh_days`` slide with use, the ``max``
    do not."""

    session_hours: int = 12
    session_max_days: int = 30
    token_minutes: int = 60
    refresh_days: int = 30
    refresh_max_days: int = 180
    attempts: int = 5
    lockout_minutes: int = 15

    def __post_init__(self) -> None:
        for name in (
            "session_hours",
            "session_max_days",
            "token_minutes",
            "refresh_days",
            "attempts",
            "lockout_minutes",
        ):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}, expected 1 or more")


@dataclass(frozen=True, slots=True)
class Attempts:
    """What is remembered of an address: tries since the last success, the last one's time, and a lock."""

    count: int = 0
    last_at: datetime | None = None
    locked_until: datetime | None = None


def next_attempt(attempts: Attempts, now: datetime, rules: SignInRules) -> tuple[Attempts, bool]:
    """Count one more try before its password is looked at; the second value says whether it may be looked at.

    The try that reaches the limit is still looked at and locks the address, so that many tries at once gain nothing. A
    lock that ended, or a quiet lockout period, starts the count anew. Tries during a lock do not make it longer.
    """
    if attempts.locked_until is not None and attempts.locked_until > now:
        return attempts, False
    quiet = attempts.last_at is None or now - attempts.last_at >= timedelta(minutes=rules.lockout_minutes)
    count = 1 if quiet or attempts.locked_until is not None else attempts.count + 1
    locked_until = now + timedelta(minutes=rules.lockout_minutes) if count >= rules.attempts else None
    return Attempts(count, now, locked_until), True
