"""Pages of lists that grow without bound, read by key: the rows after the last one seen, and one more than asked for,
which tells whether there is another page. However far in, as much is read as is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, literal, tuple_


@dataclass(frozen=True, slots=True)
class Page:
    """``size`` rows after the one whose keys are ``after``; from the beginning without it."""

    size: int
    after: tuple[Any, ...] | None = None


def paged[Query: Any](query: Query, keys: Sequence[Any], page: Page, *, newest_first: bool = True) -> Query:
    """``query`` ordered by ``keys``, whose last one is unique, and cut to the page and one row more.

    The keys are compared as one row value, which an index over them answers (SQLite and PostgreSQL alike)."""
    columns: list[ColumnElement[Any]] = list(keys)
    if page.after is not None:
        seen = tuple_(*[literal(value, column.type) for value, column in zip(page.after, columns, strict=True)])
        here = tuple_(*columns)
        query = query.where(here < seen if newest_first else here > seen)
    order = [column.desc() if newest_first else column.asc() for column in columns]
    cut: Query = query.order_by(None).order_by(*order).limit(page.size + 1)
    return cut
