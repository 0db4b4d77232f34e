"""What programs need of this house, put together: tokens, keys, and the manners of the API."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.accounts import ApiKeys, People, Tokens
from core.clock import Clock
from core.db import Database
from core.hooks import HookDesk, HookOutbox, HookPost
from core.ports import SecretBox
from dashboard.api.callers import Callers
from dashboard.counts import Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiLimits:
    """How often one may call, and whose pages may."""

    user_a_minute: int = 100
    address_an_hour: int = 1_000
    cors_origins: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """Handed to `create_api`; ``box`` seals answers that are kept for repeated calls."""

    database: Database
    tokens: Tokens
    keys: ApiKeys
    box: SecretBox
    limits: ApiLimits
    hooks: HookDesk
    hook_outbox: HookOutbox
    counts: Counts
    callers: Callers


def make_programs(
    *,
    database: Database,
    clock: Clock,
    people: People,
    box: SecretBox,
    limits: ApiLimits,
    post: HookPost,
    redis: str | None = None,
) -> Programs:
    tokens, keys = Tokens(database, clock, people, box), ApiKeys(database, clock, people)
    return Programs(
        database=database,
        tokens=tokens,
        keys=keys,
        box=box,
        limits=limits,
        hooks=HookDesk(database, clock, people.audit, box),
        hook_outbox=HookOutbox(database, clock, box, post),
        counts=Counts(redis),
        callers=Callers(people, tokens, keys, database.writes, clock, alone=redis is None),
    )
