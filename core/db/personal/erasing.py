"""Takes a person out of every table, by the table of places. Books, minutes and visits stay, without their name."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Table, case, delete, func, insert, or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.db.personal.places import ACTED, BLANKED, GUARDED, REMOVED, SPOKEN, Word
from core.db.personal.subject import Subject
from core.db.tables import metadata

SHORTEST = 6
"""A shorter word within a sentence may be chance."""
PASS = metadata.tables["erasure_pass"]


async def open_pass(connection: AsyncConnection) -> None:
    """Let this transaction change rows that otherwise never change. Of two erasures one waits for the other."""
    await connection.execute(insert(PASS).values(id=1))


async def close_pass(connection: AsyncConnection) -> None:
    await connection.execute(delete(PASS))


async def erase(connection: AsyncConnection, subject: Subject) -> int:
    """Remove, blank and rename; how many rows it touched. The audit is not among them (`core.accounts.redact_audit`).

    Needs the pass; ``subject`` is as it was read before."""
    touched = 0
    for gone in REMOVED:
        table = metadata.tables[gone.table]
        if keys := subject.keys[gone.by]:
            touched += await _done(connection, delete(table).where(table.c[gone.column].in_(keys)))
    for place in BLANKED:
        table = metadata.tables[place.table]
        values = {name: _word(value, subject) for name, value in place.values.items()}
        if keys := subject.keys[place.by]:
            touched += await _done(connection, update(table).where(table.c[place.column].in_(keys)).values(values))
    for table, columns in acted_columns():
        touched += await _done(connection, _renamed(table, columns, subject))
    for name, column_name in SPOKEN:
        touched += await _spoken(connection, metadata.tables[name], column_name, subject)
    touched += await _provider_bodies(connection, subject)
    return touched


def acted_columns() -> Iterator[tuple[Table, list[Column[str]]]]:
    """The columns, by table, that say who did something."""
    for table in metadata.sorted_tables:
        columns = [column for column in table.columns if column.name in ACTED]
        if columns and table.name not in GUARDED:
            yield table, columns


def _word(value: Any, subject: Subject) -> Any:
    if value is Word.PSEUDONYM:
        return subject.pseudonym
    return subject.nowhere if value is Word.ADDRESS else value


def _renamed(table: Table, columns: list[Column[str]], subject: Subject) -> Any:
    names = [subject.email, *([subject.name] if subject.only_one_of_name else [])]
    values = {column.name: case((column.in_(names), subject.pseudonym), else_=column) for column in columns}
    return update(table).where(or_(*(column.in_(names) for column in columns))).values(values)


async def _spoken(connection: AsyncConnection, table: Table, name: str, subject: Subject) -> int:
    """Words are kept as they were said, or as JSON of a sentence with its values (`core.texts.kept`)."""
    words = {form: instead for word, instead in subject.words.items() if len(word) >= SHORTEST for form in _forms(word)}
    column: Any = table.c[name]
    anew = column
    for word, instead in words.items():
        anew = func.replace(anew, word, instead)
    found = or_(*(column.contains(word, autoescape=True) for word in words))
    return await _done(connection, update(table).where(found).values({name: anew})) if words else 0


def _forms(word: str) -> set[str]:
    return {word, json.dumps(word)[1:-1]}


async def _provider_bodies(connection: AsyncConnection, subject: Subject) -> int:
    """What the payment provider told of them was kept as it came: JSON with their address and name."""
    inbox = metadata.tables["billing_webhook"]
    address = json.dumps(subject.email)[1:-1]
    body = func.replace(inbox.c.body, address, subject.nowhere)
    body = func.replace(body, json.dumps(subject.name), json.dumps(subject.pseudonym))
    theirs = inbox.c.body.contains(address, autoescape=True)
    return await _done(connection, update(inbox).where(theirs).values(body=body))


async def _done(connection: AsyncConnection, statement: Any) -> int:
    return int((await connection.execute(statement)).rowcount)
