"""What is kept about a person is handed out whole, and taken out so that nobody can find them again."""

import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlalchemy.exc import DBAPIError

from core.accounts import (
    ConsentKind,
    HashCost,
    Passwords,
    People,
    Role,
    check_chain,
    seal_lines,
    withdraw_consent,
)
from core.clock import MovableClock
from core.db import Database
from core.db.personal.places import ACTED, BLANKED, NOT_ABOUT_PEOPLE, REMOVED, SHOWN, SPOKEN
from core.db.tables import metadata
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from tests.core.privacy.cast import COMPLAINT, EMAIL, FAMILY, GATE, NAME, PASSWORD, PHONE, SECRETS, House, furnish

CHEAP = HashCost(time_cost=1, memory_kib=8, parallelism=1)


@pytest.fixture
async def house(database: Database, clock: MovableClock) -> House:
    return await furnish(database, clock, People(database, clock, passwords=Passwords(CHEAP)))


def test_every_table_is_about_people_or_said_not_to_be() -> None:
    placed = {one.table for one in (*SHOWN, *REMOVED, *BLANKED)} | {"audit_entry"}
    tables = set(metadata.tables)
    assert placed - tables == set()
    assert NOT_ABOUT_PEOPLE - tables == set()
    assert placed & NOT_ABOUT_PEOPLE == set()
    assert tables - placed - NOT_ABOUT_PEOPLE == set(), "say in core/db/personal/places.py what becomes of these"


def test_every_column_that_holds_a_person_stands_among_the_places() -> None:
    """A table with a person's id is shown or removed: whoever erases must have seen it."""
    placed = {one.table for one in (*SHOWN, *REMOVED)} | {"audit_entry"}
    held = {name for name, table in metadata.tables.items() if {"person_id", "owner_id"} & set(table.columns.keys())}
    assert held - placed == set()


def test_the_columns_named_in_the_table_of_places_exist() -> None:
    for one in (*SHOWN, *REMOVED, *BLANKED):
        assert one.column in metadata.tables[one.table].columns
    for shown in SHOWN:
        assert set(shown.hidden) <= set(metadata.tables[shown.table].columns.keys())
    for table, column in SPOKEN:
        assert column in metadata.tables[table].columns
    columns = {column.name for table in metadata.tables.values() for column in table.columns}
    assert ACTED - columns == set()


def test_no_secret_is_handed_out() -> None:
    secret = ("hash", "sealed", "public_key", "credential_id")
    shown = {(one.table, column.name) for one in SHOWN for column in metadata.tables[one.table].columns
             if column.name not in one.hidden}  # fmt: skip
    assert {pair for pair in shown if any(mark in pair[1] for mark in secret)} == {("home_import", "content_hash")}


async def test_the_export_holds_everything_about_the_person_and_nothing_of_the_neighbours(house: House) -> None:
    export = await house.privacy.export(house.nora.id, by=house.admin)
    with ZipFile(BytesIO(export.content)) as archive:
        readme = archive.read("README.txt").decode()
        text = archive.read("person.json").decode()
        told = json.loads(text)["sections"]
        (photo,) = [name for name in archive.namelist() if name.startswith("photos/")]
        assert archive.read(photo) == b"\xff\xd8a picture"
    for word in (EMAIL, NAME, PHONE, FAMILY, GATE, COMPLAINT):
        assert word in text
    assert "tom@elm.example" not in text
    assert told["photos"][0]["content"] == photo
    assert told["invoices"][0]["total_minor"] == 2999
    assert told["consents"][0]["version"] == "2026-05"
    assert [row["channel"] for row in told["notice_choices"]] == ["sms"]
    assert {"session.sign_in", "household.contact", "person.create"} <= {line["action"] for line in told["audit"]}
    assert all(f"{section} " in readme for section in told)
    (line,) = await house.people.audit.lines(action="person.export")
    assert (line.actor, line.object_id) == ("ada@elm.example", str(house.nora.id))


async def test_after_an_erasure_no_word_of_the_person_stands_anywhere(house: House) -> None:
    assert any(EMAIL in told for told in (await house.dump()).values())
    await house.erase()
    found = {name: word for name, told in (await house.dump()).items() for word in SECRETS if word in told}
    assert found == {}


async def test_after_an_erasure_the_books_add_up_and_the_chain_holds(house: House) -> None:
    before = await check_chain(house.database)
    await house.erase()
    after = await check_chain(house.database, noted=before.head)
    assert after.faults == ()
    assert after.lines > before.lines
    (line,) = await house.people.audit.lines(action="person.erase")
    assert line.after is not None
    assert line.after["lines"] >= 3
    assert NAME not in line.reason
    assert (await house.run("SELECT COUNT(*), SUM(minor) FROM billing_journal")).one() == (2, 0)
    assert (await house.run("SELECT total_minor, state FROM billing_invoice")).one() == (2999, "paid")
    assert (await house.run("SELECT SUM(minutes) FROM usage_entry")).scalar_one() == 48
    assert (await house.run("SELECT stars FROM visit_rating")).scalar_one() == 5


async def test_after_an_erasure_they_are_out_and_cannot_come_in_again(house: House) -> None:
    token = (await house.people.sign_in(EMAIL, PASSWORD)).token
    ended: list[object] = []
    house.people.session_ended.subscribe(ended.append)
    await house.erase()
    assert len(ended) == 2
    assert await house.people.viewer_for_token(token) is None
    again = await house.people.create_person(email=EMAIL, role=Role.HOMEOWNER, password=PASSWORD, name=NAME)
    assert again.id != house.nora.id  # the address is free: nothing says that it was here before


async def test_a_second_erasure_leaves_the_chain_of_the_first_whole(house: House) -> None:
    await house.people.audit.record(
        actor="tom@elm.example", action="talk", object_type="person", object_id="x",
        reason=f"{EMAIL} and tom@elm.example",
    )  # fmt: skip
    await house.erase()
    await house.privacy.erase(house.tom.id, by=house.admin, typed="tom@elm.example", reason="asked")
    assert (await check_chain(house.database)).faults == ()
    assert "tom@elm.example" not in (await house.dump())["audit_entry"]


async def test_a_line_changed_under_cover_of_an_erasure_is_found(house: House) -> None:
    await house.erase()
    await seal_lines(house.database)
    await house.run("INSERT INTO erasure_pass (id) VALUES (1)")
    await house.run("UPDATE audit_entry SET reason = 'never' WHERE action = 'household.contact'")
    assert len((await check_chain(house.database)).faults) == 1


async def test_a_redaction_that_no_erasure_tells_of_is_found(house: House) -> None:
    await seal_lines(house.database)
    await house.run(
        "INSERT INTO audit_redaction (erasure_id, entry_id, line_hash, at) VALUES (:id, 1, 'x', :at)",
        id=new_id().hex if house.database.dialect == "sqlite" else new_id(), at=house.clock.now(),
    )  # fmt: skip
    assert "without an erasure" in (await check_chain(house.database)).faults[-1]


@pytest.mark.parametrize("table", ["audit_entry", "cluster_event", "billing_fact", "usage_entry"])
async def test_without_an_erasure_the_database_refuses_to_change_them_as_ever(house: House, table: str) -> None:
    column = "by" if table == "usage_entry" else "actor"
    await house.erase()  # and after one, too
    for statement in (f"UPDATE {table} SET \"{column}\" = 'nobody'", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match="append-only"):
            await house.run(statement)


async def test_even_an_erasure_removes_no_line(house: House) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        async with house.database.connection() as connection:
            await connection.exec_driver_sql("INSERT INTO erasure_pass (id) VALUES (1)")
            await connection.exec_driver_sql("DELETE FROM audit_entry")


async def test_a_neighbours_place_ends_as_if_they_had_left(house: House) -> None:
    await house.erase()
    assert house.left == [(house.cluster, 12)]


async def test_the_typed_address_and_a_reason_are_asked_for(house: House) -> None:
    for change in ({"typed": "nora"}, {"reason": "  "}):
        with pytest.raises(Invalid):
            await house.erase(**change)
    with pytest.raises(NotFound):
        await house.privacy.erase(new_id(), by=house.admin, typed=EMAIL, reason="asked")
    assert any(EMAIL in told for told in (await house.dump()).values())


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE cluster_member SET part = 'host'", "They host cluster C-0001"),
        ("UPDATE billing_invoice SET state = 'open'", "Invoice 1 of 12 ELM ST, 29.99 USD, is open"),
        ("UPDATE billing_subscription SET status = 'active'", "The subscription of 12 ELM ST runs"),
        ("INSERT INTO on_call_step (position, after_minutes, people) VALUES (1, 5, '[\"{nora}\"]')", "on-call rota"),
        ("UPDATE person SET role = 'admin' WHERE email = 'nora@elm.example'", ""),
    ],
)
async def test_what_speaks_against_it_is_told_and_nothing_is_changed(house: House, statement: str, words: str) -> None:
    await house.run(statement.replace("{nora}", str(house.nora.id)).replace(":", "\\:"))
    if not words:  # another admin is left
        await house.erase()
        return
    with pytest.raises(Conflict) as refused:
        await house.erase()
    assert [reason for reason in refused.value.reasons if words in reason]
    assert house.left == []
    assert EMAIL in (await house.dump())["person"]


async def test_nobody_erases_themselves(house: House) -> None:
    with pytest.raises(Conflict) as refused:
        await house.privacy.erase(house.admin.person_id, by=house.admin, typed=house.admin.email, reason="tired")
    assert len(refused.value.reasons) == 2  # one's own, and the last admin's


async def test_who_shares_a_household_leaves_it_to_the_others(house: House) -> None:
    await house.run(
        "INSERT INTO household_person (household_id, person_id) SELECT :home, id FROM person WHERE email = :tom",
        home=house.household.hex if house.database.dialect == "sqlite" else house.household, tom="tom@elm.example",
    )  # fmt: skip
    await house.erase()
    told = await house.dump()
    assert house.left == []
    assert FAMILY in told["household"]
    assert GATE in told["lot_note"]
    assert EMAIL not in told["person"]


async def test_consents_are_told_with_when_they_were_withdrawn(house: House) -> None:
    house.clock.move(60)
    async with house.database.session() as session:
        await withdraw_consent(session, house.nora.id, ConsentKind.TERMS, at=house.clock.now(), source="web")
    crossing, terms = sorted(await house.privacy.consents(house.nora.id), key=lambda one: one.kind)
    assert (terms.kind, terms.subject, terms.by) == (ConsentKind.TERMS, "2026-05", "web")
    assert terms.withdrawn_at == house.clock.now()
    assert (crossing.kind, crossing.subject, crossing.withdrawn_at) == (ConsentKind.CROSSING, "C-0001", None)
