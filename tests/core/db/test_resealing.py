"""A key is replaced without losing what the old one sealed."""

import pytest
from sqlmodel import select

from core.clock import MovableClock
from core.db import Database
from core.db.resealing import reseal, sealed_columns
from core.errors import Invalid
from core.fleet import AccountBook
from core.fleet.tables import VendorAccount
from external.sealing import FernetBox

OLD, NEW = "the key of last year, long enough", "the key of this year, long enough"


async def stored(database: Database) -> VendorAccount:
    async with database.session() as session:
        return (await session.exec(select(VendorAccount))).one()


@pytest.fixture
async def linked(database: Database, clock: MovableClock) -> Database:
    """An account that was linked under last year's key."""
    await AccountBook(database, FernetBox(OLD), clock).store("fleet@elm.example", "s3cret of the vendor")
    return database


async def test_after_rotation_the_new_key_alone_opens_everything(linked: Database) -> None:
    done = await reseal(linked, FernetBox(NEW, OLD))
    assert done["vendor_account.sealed_password"] == 1
    sealed = (await stored(linked)).sealed_password
    assert sealed is not None
    assert FernetBox(NEW).open(sealed) == "s3cret of the vendor"
    with pytest.raises(Invalid):
        FernetBox(OLD).open(sealed)


async def test_until_rotation_the_old_key_beside_the_new_one_still_opens_it(linked: Database) -> None:
    sealed = (await stored(linked)).sealed_password
    assert sealed is not None
    assert FernetBox(NEW, OLD).open(sealed) == "s3cret of the vendor"


async def test_a_secret_that_no_key_opens_stops_it_and_nothing_changes(linked: Database) -> None:
    before = (await stored(linked)).sealed_password
    with pytest.raises(Invalid):
        await reseal(linked, FernetBox(NEW))
    assert (await stored(linked)).sealed_password == before


async def test_rotating_twice_keeps_it_readable(linked: Database) -> None:
    await reseal(linked, FernetBox(NEW, OLD))
    await reseal(linked, FernetBox(NEW))
    sealed = (await stored(linked)).sealed_password
    assert sealed is not None
    assert FernetBox(NEW).open(sealed) == "s3cret of the vendor"


def test_every_column_that_holds_sealed_text_is_found_by_its_name() -> None:
    found = {f"{table.name}.{column.name}" for table, column in sealed_columns()}
    assert found == {
        "hook_endpoint.sealed_secret", "hook_endpoint.sealed_old", "signing_key.sealed", "second_factor.sealed",
        "idempotent_answer.sealed", "vendor_account.sealed_password", "vendor_account.sealed_tokens",
    }  # fmt: skip
