"""PostgreSQL's own pg_dump and pg_restore, of one exported snapshot, so that rows can be counted as of the same moment.

The password goes to the tools by environment, never as an argument that others on the machine can read.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from core.backups.model import Contents
from core.errors import Conflict, Invalid, NeedsHuman, Unavailable
from core.ids import new_id
from core.texts import N_, Text

TOOL_SECONDS = 4 * 3_600
CONNECT_SECONDS = 10


class PostgresDumper:
    """Implements `core.backups.Dumper`. Rehearsals need a role that may create databases."""

    dialect = "postgresql"

    def __init__(self, address: str) -> None:
        self._url = make_url(address).set(drivername="postgresql")

    def dump(self, to: Path) -> Contents:
        try:
            with _connect(self._url) as connection, connection.transaction():
                connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()
                assert snapshot is not None
                contents = _contents(connection)
                self._tool(
                    "pg_dump", "--format=custom", f"--snapshot={snapshot[0]}", f"--file={to}", database=self._url
                )
                return contents
        except psycopg.OperationalError as error:
            raise Unavailable(Text("the database does not answer: {error}", error=_first_line(error))) from error

    def rehearse(self, dump: Path) -> Contents:
        with self._scratch_database() as url:
            self._restore_into(url, dump)
            with _connect(url) as connection:
                return _contents(connection)

    def restore(self, dump: Path, *, replace: bool) -> Contents:
        """In one transaction: who reads meanwhile sees all of the old or all of the new."""
        try:
            with _connect(self._url) as connection:
                if not replace and any(_contents(connection).rows.values()):
                    raise Conflict(N_("the database holds data: say --replace to put the backup in its place"))
            self._restore_into(self._url, dump, "--clean", "--if-exists")
            with _connect(self._url) as connection:
                return _contents(connection)
        except psycopg.OperationalError as error:
            raise Unavailable(Text("the database does not answer: {error}", error=_first_line(error))) from error

    def _restore_into(self, url: URL, dump: Path, *options: str) -> None:
        self._tool(
            "pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", *options,
            f"--dbname={url.database}", str(dump), database=url,
        )  # fmt: skip

    @contextmanager
    def _scratch_database(self) -> Iterator[URL]:
        name = f"mowthos_rehearsal_{new_id().hex[-12:]}"
        try:
            with _connect(self._url, autocommit=True) as connection:
                connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege as error:
            raise NeedsHuman(
                N_("the database's role may not create databases, so no backup is rehearsed: ALTER ROLE ... CREATEDB")
            ) from error
        except psycopg.OperationalError as error:
            raise Unavailable(Text("the database does not answer: {error}", error=_first_line(error))) from error
        try:
            yield self._url.set(database=name)
        finally:
            with _connect(self._url, autocommit=True) as connection:
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _tool(self, name: str, *arguments: str, database: URL) -> None:
        path = shutil.which(name)
        if path is None:
            raise NeedsHuman(Text("{name} is not installed: add PostgreSQL's client tools", name=name))
        done = subprocess.run(
            [path, "--no-password", *arguments],
            env={**_path(), **_environment(database)},
            capture_output=True,
            text=True,
            timeout=TOOL_SECONDS,
            check=False,
        )
        if done.returncode:
            told = (done.stderr.strip().splitlines() or ["no reason given"])[0]
            kind = Invalid if name == "pg_restore" else Unavailable
            raise kind(Text("{name} failed: {told}", name=name, told=told))


def _connect(url: URL, *, autocommit: bool = False) -> psycopg.Connection[tuple[object, ...]]:
    address = url.render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=autocommit, connect_timeout=CONNECT_SECONDS)


def _path() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}


def _environment(url: URL) -> dict[str, str]:
    """The names libpq reads (https://www.postgresql.org/docs/current/libpq-envars.html)."""
    asked = {str(name): str(value) for name, value in url.query.items()}
    given = {
        "PGHOST": url.host or asked.get("host", ""),
        "PGPORT": str(url.port or asked.get("port", "")),
        "PGUSER": url.username or "",
        "PGPASSWORD": str(url.password or ""),
        "PGDATABASE": url.database or "",
        "PGSSLMODE": asked.get("sslmode", ""),
        "PGSSLROOTCERT": asked.get("sslrootcert", ""),
    }
    return {name: value for name, value in given.items() if value}


def _contents(connection: psycopg.Connection[tuple[object, ...]]) -> Contents:
    names = [
        str(row[0])
        for row in connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        ).fetchall()
    ]
    rows = {name: _one(connection, sql.SQL("SELECT COUNT(*) FROM {}").format(sql.Identifier(name))) for name in names}
    version = ""
    if "alembic_version" in names:
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        version = str(found[0]) if found else ""
    return Contents(version, {name: int(str(rows[name])) for name in names if name != "alembic_version"})


def _one(connection: psycopg.Connection[tuple[object, ...]], query: sql.Composed) -> object:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
