"""Every object of the simulated Stripe, in memory and in one SQLite file; a fork tries things out without a trace."""

import copy
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.ids import new_id
from external.stripe.simulator.faults import missing

type Doc = dict[str, Any]


class Store:
    """Documents by kind and id. Whoever changes a document in place tells `touch`; `flush` writes what was touched."""

    def __init__(self, path: Path | None = None) -> None:
        self._kinds: dict[str, dict[str, Doc]] = {}
        self._kind_of: dict[str, str] = {}
        self._dirty: dict[str, Doc | None] = {}
        self._file: sqlite3.Connection | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(path)
            self._file.execute("PRAGMA journal_mode=WAL")
            self._file.execute("CREATE TABLE IF NOT EXISTS object (id TEXT PRIMARY KEY, kind TEXT, body TEXT)")
            for object_id, kind, body in self._file.execute("SELECT id, kind, body FROM object ORDER BY rowid"):
                self._place(object_id, kind, json.loads(body))

    def _place(self, object_id: str, kind: str, doc: Doc) -> None:
        self._kinds.setdefault(kind, {})[object_id] = doc
        self._kind_of[object_id] = kind

    def put(self, doc: Doc, *, kind: str | None = None) -> Doc:
        """Keep a new document; ``kind`` is given for those that are not Stripe's objects."""
        self._place(doc["id"], kind or doc["object"], doc)
        self.touch(doc)
        return doc

    def touch(self, doc: Doc) -> None:
        self._dirty[doc["id"]] = doc

    def remove(self, object_id: str) -> None:
        self._kinds[self._kind_of.pop(object_id)].pop(object_id)
        self._dirty[object_id] = None

    def get(self, kind: str, object_id: str, param: str = "id") -> Doc:
        """Stripe's "no such ..." when there is none."""
        found = self.find(object_id)
        if found is None or self._kind_of.get(object_id) != kind:
            raise missing(kind.rsplit(".", maxsplit=1)[-1].lstrip("_"), object_id, param)
        return found

    def find(self, object_id: str) -> Doc | None:
        kind = self._kind_of.get(object_id)
        return self._kinds[kind].get(object_id) if kind else None

    def every(self, kind: str) -> Iterator[Doc]:
        """In order of creation."""
        return iter(list(self._kinds.get(kind, {}).values()))

    def side(self, kind: str, owner: str) -> Doc:
        """Our own notes beside one of Stripe's objects: ``{"list": []}`` until something is noted."""
        return self.find(f"{kind}:{owner}") or self.put({"id": f"{kind}:{owner}", "list": []}, kind=kind)

    def fork(self) -> "Store":
        return Fork(self)

    def flush(self) -> None:
        """Write what changed since the last flush, in one transaction."""
        if self._file is None:
            self._dirty.clear()
            return
        gone = [(object_id,) for object_id, doc in self._dirty.items() if doc is None]
        kept = [(object_id, self._kind_of[object_id], json.dumps(doc)) for object_id, doc in self._dirty.items() if doc]
        with self._file:
            self._file.executemany("DELETE FROM object WHERE id = ?", gone)
            self._file.executemany(
                "INSERT INTO object VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body", kept
            )
        self._dirty.clear()

    def clear(self) -> None:
        """Forget everything."""
        for object_id in list(self._kind_of):
            self.remove(object_id)
        self.flush()

    def close(self) -> None:
        if self._file is not None:
            self.flush()
            self._file.close()
            self._file = None


class Fork(Store):
    """Reads through to another store and copies what it hands out; nothing of it is kept."""

    def __init__(self, base: Store) -> None:
        super().__init__()
        self._base = base
        self._gone: set[str] = set()

    def find(self, object_id: str) -> Doc | None:
        own = super().find(object_id)
        if own is not None or object_id in self._gone:
            return own
        below = self._base.find(object_id)
        if below is None:
            return None
        doc = copy.deepcopy(below)
        self._place(object_id, self._base._kind_of[object_id], doc)
        return doc

    def every(self, kind: str) -> Iterator[Doc]:
        for doc in self._base.every(kind):
            self.find(doc["id"])
        return super().every(kind)

    def remove(self, object_id: str) -> None:
        self.find(object_id)
        super().remove(object_id)
        self._gone.add(object_id)


def fresh(prefix: str) -> str:
    """A new id; ids sort by the time they were made."""
    return f"{prefix}_{new_id().hex}"
