"""Passwords: what is accepted, and argon2id hashes computed off the event loop."""

import asyncio
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from core.errors import Invalid
from core.texts import N_, Text, joined

MIN_LENGTH = 10
MAX_LENGTH = 200
COMMON = frozenset(
    """
    1234567890 12345678910 123456789a 0123456789 0987654321 qwertyuiop qwerty12345 1q2w3e4r5t password1 password12
    password123 password1234 passwordpassword iloveyou123 letmein1234 administrator welcome123 welcome1234 changeme123
    mowthos123 mowthosos1 lawnmower1 lawnmower123 mammotion1 mammotion123
    """.split()  # noqa: SIM905 - quotes around every word would hide the words
)
"""Passwords tried first by anyone who guesses; compared in lower case."""


def check_password(password: str, *, email: str) -> None:
    """``Invalid`` with every rule the password breaks: length, the account's own name, repetition, common words."""
    reasons: list[str] = []
    lowered = password.lower()
    if len(password) < MIN_LENGTH:
        reasons.append(Text("has {n} characters, needs {least} or more", n=len(password), least=MIN_LENGTH))
    if len(password) > MAX_LENGTH:
        reasons.append(Text("has {n} characters, may have {most} at most", n=len(password), most=MAX_LENGTH))
    if lowered in {email.lower(), email.lower().partition("@")[0]}:
        reasons.append(N_("is the account's own name"))
    if len(set(password)) < 4:
        reasons.append(N_("repeats fewer than 4 different characters"))
    if lowered in COMMON:
        reasons.append(N_("is one of the passwords tried first by anyone who guesses"))
    if reasons:
        raise Invalid(Text("the password {reasons}", reasons=joined(reasons, "; ")), reasons=reasons)


@dataclass(frozen=True, slots=True)
class HashCost:
    """argon2id cost. The defaults are RFC 9106's second recommended option (64 MiB, 3 passes, 4 lanes)."""

    time_cost: int = 3
    memory_kib: int = 65_536
    parallelism: int = 4


class Passwords:
    """Hashes and verifies. A check against a missing account costs the same as one against a real one."""

    def __init__(self, cost: HashCost | None = None) -> None:
        cost = cost or HashCost()
        self._hasher = PasswordHasher(
            time_cost=cost.time_cost, memory_cost=cost.memory_kib, parallelism=cost.parallelism
        )
        self._nobody: str | None = None
        self._turn = asyncio.Semaphore(2)  # each hash holds 64 MiB: a flood of sign-ins must not eat the machine

    async def hash(self, password: str) -> str:
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether ``password`` made ``stored``; ``None`` (no such account) does the same work and is never right."""
        if self._nobody is None:
            self._nobody = await self.hash("the account that nobody has")
        async with self._turn:
            matches = await asyncio.to_thread(self._matches, stored or self._nobody, password)
        return matches and stored is not None

    def outdated(self, stored: str) -> bool:
        """Whether the hash was made with another cost and should be made again at the next sign-in."""
        return self._hasher.check_needs_rehash(stored)

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except VerifyMismatchError:
            return False
        except (VerificationError, InvalidHashError) as error:
            raise Invalid(N_("the stored password hash cannot be read")) from error
