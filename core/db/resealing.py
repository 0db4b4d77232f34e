"""Seals every stored secret anew, so that a former key may be forgotten.

A column named ``sealed``, or ``sealed_`` and more, holds text of `core.ports.SecretBox`: by that rule it is found.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy import Column, Table, select, update

from core.db.engine import Database
from core.db.tables import metadata

if TYPE_CHECKING:  # core.ports speaks of values of packages that stand on this one
    from core.ports import SecretBox


def sealed_columns() -> Iterator[tuple[Table, Column[str | None]]]:
    """Every column that holds sealed text."""
    for table in metadata.sorted_tables:
        yield from ((table, column) for column in table.columns if f"{column.name}_".startswith("sealed_"))


async def reseal(database: Database, box: "SecretBox") -> dict[str, int]:
    """How many secrets were sealed anew, by ``table.column``; all or, when one cannot be opened (``Invalid``), none.

    A secret that another process changes meanwhile is left as that one wrote it.
    """
    done: dict[str, int] = {}
    async with database.connection() as connection:
        for table, column in sealed_columns():
            keys = list(table.primary_key.columns)
            rows = (await connection.execute(select(*keys, column).where(column.is_not(None), column != ""))).all()
            name = f"{table.name}.{column.name}"
            done[name] = 0
            for *key, sealed in rows:
                same = [one == value for one, value in zip(keys, key, strict=True)]
                anew = update(table).where(*same, column == sealed).values({column.name: box.seal(box.open(sealed))})
                done[name] += (await connection.execute(anew)).rowcount
    return done
