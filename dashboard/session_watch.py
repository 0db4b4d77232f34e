"""A session that ends takes its open pages along. One that ran out lets them stand still until its person is back."""

import asyncio
import json
from dataclasses import replace
from uuid import UUID

import structlog
from nicegui import Client, app, background_tasks
from sqlalchemy.exc import SQLAlchemyError

from core.accounts import People, Viewer
from core.clock import Clock

log = structlog.get_logger(__name__)

LOOK_SECONDS = 30
LEAVE_SECONDS = 2
"""What a browser gets to leave, or to ask for the sign-in, before its page is taken away or stands still."""
STILL_SECONDS = 1_800
"""How long a page waits for its person before what was typed in it is given up."""
STILL = "mowthos: session ran out"
"""Under this name the page's removal stands among those that NiceGUI plans, so that it does not clear it before."""


class SessionWatch:
    """Watches the sessions behind open pages; ends are told by ``People``, expiry is found by looking."""

    def __init__(self, people: People, clock: Clock) -> None:
        self._people = people
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._ran_out: set[UUID] = set()
        people.session_ended.subscribe(self._ended)

    def start(self) -> None:
        app.on_connect(stay_still)
        self._task = asyncio.create_task(self._keep_looking())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look(self) -> None:
        """Tell everybody, once, of each session behind an open page that is over."""
        open_ids = {
            viewer.session_id
            for client in _clients()
            if (viewer := _viewer(client)) and viewer.session_id and STILL not in client._delete_tasks
        }
        if not open_ids:
            return
        over = await self._people.over(open_ids)
        self._ran_out = await self._people.ran_out(session_ids=over) if over else set()
        for session_id in over:
            self._people.session_ended.emit(session_id)
        self._ran_out = set()

    async def _keep_looking(self) -> None:
        while True:
            await self._clock.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except SQLAlchemyError:  # the database is away for a moment: pages stay, the next look decides
                log.warning("session_watch.database_away")

    def _ended(self, session_id: UUID) -> None:
        waits = session_id in self._ran_out
        for client in _clients():
            viewer = _viewer(client)
            if viewer is not None and viewer.session_id == session_id:
                leads = (
                    f"location.assign({json.dumps(way_back(viewer))})" if viewer.watcher else "window.mowthos?.leave()"
                )
                client.run_javascript("window.mowthos?.toSignIn()" if waits else leads)
                then = self._wait_for_person(client) if waits else self._take_away(client)
                background_tasks.create(then, name="session ended")

    async def _take_away(self, client: Client) -> None:
        await self._clock.sleep(LEAVE_SECONDS)
        if client.has_socket_connection and not client.is_deleted:  # NiceGUI itself clears those that left
            client.delete()

    async def _wait_for_person(self, client: Client) -> None:
        """Let the page stand still: nothing of it is heard and nothing told, until ``go_on`` or for half an hour."""
        viewer = _viewer(client)
        await self._clock.sleep(LEAVE_SECONDS)
        if client.is_deleted or not client.has_socket_connection or _viewer(client) != viewer:
            return
        client._delete_tasks[STILL] = background_tasks.create(self._give_up(client), name=STILL)
        stay_still(client)

    async def _give_up(self, client: Client) -> None:
        await self._clock.sleep(STILL_SECONDS)
        client._delete_tasks.pop(STILL, None)
        if not client.is_deleted:
            client.delete()


def stay_still(client: Client) -> None:
    """Neither hear nor tell a page that waits for its person, also when its socket comes back."""
    if STILL in client._delete_tasks:
        client.tab_id = None


def go_on(client_id: str, viewer: Viewer) -> bool:
    """Let an open page go on with the session that its person has just opened.

    ``False`` when it is gone, or was made for somebody else or for other rights: it has to be loaded anew.
    """
    client = Client.instances.get(client_id)
    before = None if client is None else _viewer(client)
    if client is None or before is None:
        return False
    if replace(before, session_id=viewer.session_id, expires_at=viewer.expires_at) != viewer:
        return False
    client.request.scope["mowthos.viewer"] = viewer
    if (removal := client._delete_tasks.pop(STILL, None)) is not None:
        removal.cancel()
        if client._socket_to_document_id:
            client.tab_id = client._pinned_tab_id
    return True


def now_behind(client: Client, viewer: Viewer) -> Viewer:
    """The viewer of an open page as they are signed in now; ``viewer``: as they were when it was made."""
    return _viewer(client) or viewer


def way_back(viewer: Viewer) -> str:
    """Where who looked through somebody's eyes goes on, who is signed in themselves all the while."""
    return f"/admin/people/{viewer.person_id}"


def _clients() -> list[Client]:
    return list(Client.instances.values())


def _viewer(client: Client) -> Viewer | None:
    viewer: Viewer | None = client.request.scope.get("mowthos.viewer") if client._request is not None else None
    return viewer
