"""People put together from settings, and what the command line stores without a running dashboard. Nothing of the pages
and of the vendors' libraries is loaded here: a command answers at once."""

from functools import partial
from typing import Any

from core.accounts import FactorRules, People, Role, SecondFactors, SeenBy, SignInRules
from core.areas import Sights
from core.clock import Clock, SystemClock
from core.db import Database
from core.db.reads.area_places import area_places
from core.fleet import AccountBook
from core.neighbourhood import households_of_person
from core.settings import Settings
from external.sealing import FernetBox


def make_people(database: Database, clock: Clock, settings: Settings, sight_of: SeenBy | None = None) -> People:
    rules = SignInRules(
        session_hours=settings.session_hours,
        token_minutes=settings.token_minutes,
        refresh_days=settings.refresh_days,
        attempts=settings.sign_in_attempts,
        lockout_minutes=settings.lockout_minutes,
    )
    factors = SecondFactors(
        database,
        clock,
        FernetBox(*settings.secret_keys),
        FactorRules(required=settings.second_factor == "required", grace_days=settings.second_factor_grace_days),
    )
    return People(
        database,
        clock,
        rules=rules,
        household_ids=partial(households_of_person, database),
        sight_of=sight_of or make_sights(database, clock),
        factors=factors,
    )


def make_sights(database: Database, clock: Clock) -> Sights:
    """What people see who work in areas."""
    return Sights(database, clock, partial(area_places, database))


async def create_person(
    database: Database, settings: Settings, *, email: str, name: str, role: Role, password: str
) -> dict[str, Any]:
    """The command line's way to a first person."""
    people = make_people(database, SystemClock(), settings)
    person = await people.create_person(email=email, name=name or email, role=role, password=password, source="cli")
    return {"id": person.id, "email": person.email, "role": person.role}


async def store_vendor_account(
    database: Database, settings: Settings, *, account: str, password: str
) -> dict[str, Any]:
    """Seal and store; the process that owns the links logs in and writes back how it went."""
    box = FernetBox(*settings.secret_keys)
    stored = await AccountBook(database, box, SystemClock()).store(account, password)
    return {"account": stored.account, "state": stored.state}


async def reseal_secrets(database: Database, settings: Settings) -> dict[str, int]:
    """Seal with the newest key whatever a former one sealed; how many by column."""
    from core.db.resealing import reseal  # noqa: PLC0415 - knows every table, and so loads the whole of core

    return await reseal(database, FernetBox(*settings.secret_keys))
