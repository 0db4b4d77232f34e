"""Making a backup, in this order: dump, seal, open again, restore into a scratch database, compare, name, tidy up."""

import asyncio
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import structlog

from core.backups.keeping import kept
from core.backups.model import STAMP, Backup, Contents, Dumper, Header
from core.backups.sealing import COST, open_sealed, read_header, seal
from core.clock import Clock
from core.errors import Conflict, Invalid, NotFound
from core.texts import Text

log = structlog.get_logger(__name__)


class BackupDesk:
    """The backups of one database in one folder, under one passphrase."""

    def __init__(
        self, *, dumper: Dumper, clock: Clock, folder: Path, passphrase: str, keep_days: int, cost: int = COST
    ) -> None:
        self._dumper, self._clock, self._folder = dumper, clock, folder
        self._passphrase, self._keep_days, self._cost = passphrase, keep_days, cost

    async def run(self) -> str:
        """Make one, verify it, forget what is too old; says how large it is. Raises what `make` raises."""
        made = await self.make()
        gone = await asyncio.to_thread(self.tidy)
        return f"{made.path.name}, {made.size_bytes:,} bytes, restored well; {gone} forgotten"

    async def make(self) -> Backup:
        """A backup that was restored well. Raises ``Invalid`` when it could not be: the file is kept as ``.bad``."""
        return await asyncio.to_thread(self._make)

    def all(self) -> Sequence[Backup]:
        """Every backup there is, newest first."""
        found = [backup for path in self._folder.glob("*.mbk") if (backup := Backup.at(path)) is not None]
        return sorted(found, key=lambda backup: backup.created_at, reverse=True)

    def tidy(self) -> int:
        """Forget what the rule does not keep, and files of attempts that came to nothing; how many went."""
        now, there = self._clock.now(), self.all()
        stay = kept([one.created_at for one in there], now=now, keep_days=self._keep_days)
        gone = [one.path for one in there if one.created_at not in stay]
        oldest = now.timestamp() - self._keep_days * 86_400
        gone += [path for path in self._folder.glob("*.bad") if path.stat().st_mtime < oldest]
        for path in gone:
            path.unlink(missing_ok=True)
        return len(gone)

    async def verify(self, path: Path) -> Header:
        """Restore ``path`` into a scratch database and compare. ``Invalid`` says what differs."""
        return await asyncio.to_thread(self._verify, path)

    async def restore(self, path: Path, *, replace: bool = False) -> Header:
        """Bring ``path`` into the real database. ``Conflict`` when that holds data and ``replace`` is not said."""
        return await asyncio.to_thread(self._restore, path, replace)

    def _make(self) -> Backup:
        now = self._clock.now()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"mowthos-{now.strftime(STAMP)}-{self._dumper.dialect}"
        part = self._folder / f"{name}.part"
        try:
            with _scratch(self._folder) as folder:
                contents = self._dumper.dump(folder / "dump")
                header = Header(now, self._dumper.dialect, contents)
                seal(folder / "dump", part, header=header, passphrase=self._passphrase, cost=self._cost)
            self._verify(part)
        except Invalid:
            if part.exists():
                part.replace(part.with_suffix(".bad"))
            raise
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        done = self._folder / f"{name}.mbk"
        part.replace(done)
        made = Backup.at(done)
        assert made is not None
        log.info("backup.made", file=done.name, bytes=made.size_bytes, rows=sum(contents.rows.values()))
        return made

    def _verify(self, path: Path) -> Header:
        header = self._matching(path)
        with _scratch(self._folder) as folder:
            open_sealed(path, folder / "dump", passphrase=self._passphrase)
            _compare(header.contents, self._dumper.rehearse(folder / "dump"))
        return header

    def _restore(self, path: Path, replace: bool) -> Header:
        header = self._matching(path)
        with _scratch(self._folder) as folder:
            open_sealed(path, folder / "dump", passphrase=self._passphrase)
            _compare(header.contents, self._dumper.rehearse(folder / "dump"))  # before anything is replaced
            _compare(header.contents, self._dumper.restore(folder / "dump", replace=replace))
        log.info("backup.restored", file=path.name, rows=sum(header.contents.rows.values()))
        return header

    def _matching(self, path: Path) -> Header:
        if not path.is_file():
            raise NotFound(Text("no backup at {path}", path=path))
        header = read_header(path)
        if header.dialect != self._dumper.dialect:
            raise Conflict(
                Text(
                    "this backup is of {found}, the configured database is {wanted}",
                    found=header.dialect,
                    wanted=self._dumper.dialect,
                )
            )
        return header


def _compare(expected: Contents, found: Contents) -> None:
    if reasons := expected.missing(found):
        raise Invalid(
            Text("what was restored differs from what was backed up: {first}", first=reasons[0]), reasons=reasons
        )


@contextmanager
def _scratch(beside: Path) -> Iterator[Path]:
    """A folder that only we can read, for what is not sealed; gone in the end."""
    beside.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=beside, prefix=".open-") as folder:
        os.chmod(folder, 0o700)
        yield Path(folder)
