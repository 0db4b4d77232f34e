"""What every part of the simulated Stripe stands on: the store, the time, what is due, and what has happened."""

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from core.clock import Clock
from external.stripe.simulator.blanks import blank
from external.stripe.simulator.store import Doc, Store, fresh

API_VERSION = "2026-10-28.endive"
HOUR, DAY = 3600, 86_400
WALL = ""


@dataclass(slots=True)
class Rules:
    """How the simulated account is set up; the control API changes them.

    ``retry_days``: days after the first failed charge of an invoice on which it is tried again, rising.
    ``then``: what becomes of a subscription when the last of them fails (unpaid, cancel or past_due).
    ``finalize_after_s``: seconds a renewal stays a draft. ``tax_basis_points``: 700 is a tax of 7 percent.
    """

    retry_days: tuple[int, ...] = tuple(range(3, 31, 3))
    then: str = "unpaid"
    finalize_after_s: int = HOUR
    least_charge: int = 50
    tax_basis_points: int = 0


@dataclass(slots=True)
class World:
    """``at`` overrides the time while something that was due earlier is carried out."""

    store: Store
    clock: Clock
    rules: Rules = field(default_factory=Rules)
    url: str = ""
    at: int | None = None
    happened: list[Doc] = field(default_factory=list)
    on_event: Callable[[Doc], None] | None = None
    request_id: str | None = None
    key: str | None = None
    trial_run: bool = False
    _due: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    _said: dict[str, Doc] = field(default_factory=dict)

    def wall(self) -> int:
        return int(self.clock.now().timestamp())

    def now(self, doc: Doc | None = None) -> int:
        """Seconds since 1970 by the test clock of ``doc``, or by the wall."""
        if self.at is not None:
            return self.at
        clock_id = (doc or {}).get("test_clock")
        if clock_id:
            return int(self.store.get("test_helpers.test_clock", clock_id)["frozen_time"])
        return self.wall()

    def fork(self, at: int) -> "World":
        """A world to try things out in: nothing of it is kept, sent or scheduled."""
        return World(self.store.fork(), self.clock, self.rules, self.url, at=at, trial_run=True)

    @contextmanager
    def at_time(self, moment: int) -> Iterator[None]:
        before, self.at = self.at, moment
        try:
            yield
        finally:
            self.at = before

    # what is due

    def plan(self, at: int, what: str, doc: Doc) -> None:
        """Carry out ``what`` on ``doc`` once its clock reaches ``at``."""
        if self.trial_run:
            return
        clock_id = doc.get("test_clock") or WALL
        row = {"id": fresh("due"), "at": at, "what": what, "on": doc["id"], "clock": clock_id}
        self.store.put(row, kind="_due")
        heapq.heappush(self._due.setdefault(clock_id, []), (at, row["id"]))

    def recall_plans(self) -> None:
        """Read what is due from the store, after a restart."""
        self._due = {}
        for row in self.store.every("_due"):
            heapq.heappush(self._due.setdefault(row["clock"], []), (row["at"], row["id"]))

    def next_due(self, clock_id: str, until: int) -> Doc | None:
        """Take the earliest plan that is due at or before ``until``."""
        heap = self._due.get(clock_id, [])
        while heap and heap[0][0] <= until:
            _at, row_id = heapq.heappop(heap)
            row = self.store.find(row_id)
            if row is not None:
                self.store.remove(row_id)
                return row
        return None

    def forget_old(self) -> None:
        """Idempotency keys and meter identifiers count for a day only."""
        for kind in ("_key", "_identifier"):
            for row in self.store.every(kind):
                if row["until"] <= self.wall():
                    self.store.remove(row["id"])

    # what has happened

    def tell(self, kind: str, doc: Doc, **before: Any) -> None:
        """Make an event of ``kind`` with the object as it stands; `shown` removes what the API does not show."""
        if self.trial_run:
            return
        from external.stripe.simulator.show import shown  # noqa: PLC0415 - show reads the world's store

        seen = shown(self, doc, ())
        data: Doc = {"object": seen}
        if kind.endswith(".updated"):
            last = self._said.get(doc["id"], {})
            data["previous_attributes"] = before or {
                name: value for name, value in last.items() if name in seen and seen[name] != value
            }
        self._said[doc["id"]] = seen  # a copy already, and nobody changes what an event holds
        event = blank(
            "event", id=fresh("evt"), api_version=API_VERSION, created=self.now(doc), data=data, livemode=False,
            pending_webhooks=0, request={"id": self.request_id, "idempotency_key": self.key}, type=kind,
        )  # fmt: skip
        self.store.put(event)
        self.happened.append(event)
        if self.on_event is not None:
            self.on_event(event)
