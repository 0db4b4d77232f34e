"""The push channel: once a tick, one frame a scope, the same bytes to every browser of that scope."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from uuid import UUID

import structlog

from core.clock import Clock
from core.fleet.live import LiveFleet
from core.fleet.model import MowerChanged
from dashboard.i18n import SOURCE_LANGUAGE, use_language
from dashboard.live.mailbox import Mailbox
from dashboard.live.payload import to_json
from dashboard.live.scope import Scope
from dashboard.live.standing import Standing, Within
from dashboard.live.trails import Trails
from dashboard.live.view import ScopeView

log = structlog.get_logger(__name__)

TICK_S = 1.0
URGENT_GAP_S = 0.1
"""A change of state does not wait for the tick, but such frames keep this distance; large fleets a longer one."""
MOWERS_A_SECOND = 20_000
"""How many rows a second may be sent to one browser because of state changes."""

SESSION_ENDED = 4401
SERVER_STOPS = 1012

type RosterSource = Callable[[], Awaitable[Iterable[dict[str, Any]]]]
"""One row a mower: ``name`` and what else the browser should know of it (address, model ...)."""
type Detail = Callable[[str, Scope], dict[str, Any]]
"""Everything told of one selected mower in a scope that may see it."""


class Subscriber:
    """One browser's place in the channel."""

    def __init__(
        self,
        scope: Scope,
        session_id: UUID | None,
        language: str = SOURCE_LANGUAGE,
        *,
        person_id: UUID | None = None,
    ) -> None:
        self.scope = scope
        self.session_id = session_id
        self.language = language
        self.person_id = person_id
        self.mailbox = Mailbox()
        self.close_code: int | None = None
        self.watched: str | None = None
        self.watched_version = -1

    def close(self, code: int) -> None:
        """Ask its socket to end with this code once it has taken what waits."""
        self.close_code = code
        self.mailbox.wake()

    def watch(self, device_name: str | None) -> None:
        """Tell details of this mower, and no other, whenever they change."""
        self.watched = device_name
        self.watched_version = -1


class LiveChannel:
    """Frames for all. ``run`` is the one task that ticks; sockets only empty their own mailbox."""

    def __init__(
        self,
        live: LiveFleet,
        clock: Clock,
        roster: RosterSource,
        *,
        detail: Detail | None = None,
        tick_s: float = TICK_S,
    ) -> None:
        self.trails = Trails(live)
        self._live = live
        self._clock = clock
        self._roster = roster
        self._detail = detail
        self._tick_s = tick_s
        self._views: dict[str, ScopeView] = {}
        self._rows: dict[str, dict[str, Any]] | None = None
        self._rows_epoch = -1
        self._loading = asyncio.Lock()
        self._subscribers: dict[str, set[Subscriber]] = {}
        self._standing: dict[str, Standing] = {}
        self._stood: dict[str, ScopeView] = {}
        self._urgent = asyncio.Event()
        self._unsubscribe = (
            live.changed.subscribe(self._on_change),
            live.roster_changed.subscribe(lambda _epoch: self._urgent.set()),
        )

    # --- the tick ---

    async def run(self) -> None:
        """Tick until cancelled."""
        try:
            while True:
                began = self._clock.monotonic()
                try:
                    await self.tick()
                except Exception:  # a tick that fails is told and followed by the next: the map must not stand still
                    log.exception("live.tick_failed")
                await self._until_next(began)
        finally:
            for unsubscribe in self._unsubscribe:
                unsubscribe()
            for subscriber in self._everyone():
                subscriber.close(SERVER_STOPS)

    async def tick(self) -> None:
        """One frame for each scope that somebody watches."""
        self._urgent.clear()
        now_s = self._clock.now().timestamp()
        self.trails.sample(now_s)
        for subscribers in tuple(self._subscribers.values()):
            if not subscribers:
                continue
            view = await self.view(next(iter(subscribers)).scope)
            self._stand_again(view, subscribers)
            frame = view.changed_frame(now_s)
            beat = b"" if frame else view.heartbeat(now_s)
            details: dict[str, str] = {}
            for subscriber in tuple(subscribers):
                self._tell_detail(subscriber, view, details)
                if frame:
                    subscriber.mailbox.put_frame(frame)
                else:
                    subscriber.mailbox.put_heartbeat(beat)

    def _stand_again(self, view: ScopeView, subscribers: Iterable[Subscriber]) -> None:
        """Other mowers came into areas, or left them: what is told of them is told again."""
        key = view.scope.key
        if view.scope.homes is None or self._stood.get(key) is view:
            return
        self._stood[key] = view
        for name, standing in self._standing.items():
            text = standing.for_view(view)
            for subscriber in tuple(subscribers) if text is not None else ():
                subscriber.mailbox.put_message(name, text)

    async def _until_next(self, began: float) -> None:
        timer = asyncio.ensure_future(self._clock.sleep(self._tick_s))
        urgent = asyncio.ensure_future(self._urgent.wait())
        try:
            await asyncio.wait({timer, urgent}, return_when=asyncio.FIRST_COMPLETED)
            if not timer.done():
                gap = min(self._tick_s, max(URGENT_GAP_S, len(self._live) / MOWERS_A_SECOND))
                waited = self._clock.monotonic() - began
                if waited < gap:
                    await self._clock.sleep(gap - waited)
        finally:
            for task in (timer, urgent):
                task.cancel()
            await asyncio.gather(timer, urgent, return_exceptions=True)

    def _on_change(self, change: MowerChanged) -> None:
        if change.state_changed:
            self._urgent.set()

    # --- views ---

    async def view(self, scope: Scope) -> ScopeView:
        """The scope's view of the present roster; built when the roster changed."""
        view = self._views.get(scope.key)
        if view is None or view.fleet_epoch != self._live.epoch:
            rows = await self._present_rows()
            view = self._views[scope.key] = ScopeView(scope, self._live, rows)
        return view

    async def _present_rows(self) -> dict[str, dict[str, Any]]:
        async with self._loading:
            while self._rows is None or self._rows_epoch != self._live.epoch:
                epoch = self._live.epoch
                self._rows = {row["name"]: row for row in await self._roster()}
                self._rows_epoch = epoch
        return self._rows

    def roster_outdated(self) -> None:
        """Addresses, models or relations of mowers changed: read them again, which makes a new epoch where it shows."""
        self._rows = None
        self._views.clear()
        self._urgent.set()

    # --- subscribers ---

    async def subscribe(
        self,
        scope: Scope,
        session_id: UUID | None,
        language: str = SOURCE_LANGUAGE,
        *,
        person_id: UUID | None = None,
    ) -> Subscriber:
        """Enter; the mailbox holds a full frame and every standing message at once."""
        subscriber = Subscriber(scope, session_id, language, person_id=person_id)
        view = await self.view(scope)
        for key, standing in self._standing.items():
            if (text := standing.for_view(view)) is not None:
                subscriber.mailbox.put_message(key, text)
        subscriber.mailbox.put_frame(view.keyframe(self._clock.now().timestamp()))
        self._subscribers.setdefault(scope.key, set()).add(subscriber)
        return subscriber

    def unsubscribe(self, subscriber: Subscriber) -> None:
        key = subscriber.scope.key
        self._subscribers.get(key, set()).discard(subscriber)
        if not self._subscribers.get(key):
            self._subscribers.pop(key, None)
            self._views.pop(key, None)
            self._stood.pop(key, None)

    def end_session(self, session_id: UUID) -> None:
        """A session was revoked: its browsers are shown out at once."""
        for subscriber in self._everyone():
            if subscriber.session_id == session_id:
                subscriber.close(SESSION_ENDED)

    def session_ids(self) -> set[UUID]:
        """The sessions behind the browsers that listen now."""
        return {subscriber.session_id for subscriber in self._everyone() if subscriber.session_id is not None}

    @property
    def subscribers(self) -> int:
        return sum(1 for _ in self._everyone())

    # --- small messages ---

    def tell(self, key: str, message: dict[str, Any], *, device_name: str) -> None:
        """Send JSON about a mower to our own people whose scope holds it. A newer one of the same key replaces it."""
        self.tell_words(key, lambda: message, device_name=device_name)

    def tell_words(self, key: str, message: Callable[[], dict[str, Any]], *, device_name: str) -> None:
        """The same for a message with sentences in it: made once for each language that somebody hears it in."""
        texts: dict[str, str] = {}
        for scope_key, subscribers in self._subscribers.items():
            view = self._views.get(scope_key)
            if view is None or view.scope.private or device_name not in view:
                continue
            for subscriber in subscribers:
                if subscriber.language not in texts:
                    with use_language(subscriber.language):
                        texts[subscriber.language] = to_json(message())
                subscriber.mailbox.put_message(key, texts[subscriber.language])

    def hears(self, person_id: UUID) -> bool:
        """Whether this person has a browser here."""
        return any(subscriber.person_id == person_id for subscriber in self._everyone())

    def tell_person(self, person_id: UUID, key: str, message: Callable[[], dict[str, Any]]) -> None:
        """Send JSON to every browser of one person, each in its language."""
        for subscriber in self._everyone():
            if subscriber.person_id == person_id:
                with use_language(subscriber.language):
                    subscriber.mailbox.put_message(key, to_json(message()))

    def keep_telling(
        self, key: str, message: dict[str, Any], *, meant_for: Callable[[Scope], bool], within: Within | None = None
    ) -> None:
        """Send JSON now to the scopes it is meant for, and to each browser of theirs that comes later. Those who are
        bounded by areas get what ``within`` makes of it."""
        self._standing[key] = standing = Standing(to_json(message), meant_for, within)
        for scope_key, subscribers in self._subscribers.items():
            for subscriber in subscribers:
                if subscriber.scope.homes is not None:  # without a view the next tick makes one, and tells it all
                    view = self._views.get(scope_key)
                    text = None if view is None else standing.for_view(view)
                else:
                    text = standing.text if meant_for(subscriber.scope) else None
                if text is not None:
                    subscriber.mailbox.put_message(key, text)

    def refresh_detail(self, device_name: str) -> None:
        """What is told of a mower changed although the mower itself did not (a command is under way)."""
        for subscriber in self._everyone():
            if subscriber.watched == device_name:
                subscriber.watched_version = -1
                self._urgent.set()

    def _tell_detail(self, subscriber: Subscriber, view: ScopeView, built: dict[str, str]) -> None:
        name = subscriber.watched
        if name is None or self._detail is None or name not in self._live or not view.visible(name):
            return
        version = self._live.get(name).version
        if version == subscriber.watched_version:
            return
        subscriber.watched_version = version
        if name not in built:
            built[name] = to_json({"type": "detail", "mower": self._detail(name, view.scope)})
        subscriber.mailbox.put_message("detail", built[name])

    def _everyone(self) -> list[Subscriber]:
        return [subscriber for subscribers in self._subscribers.values() for subscriber in subscribers]
