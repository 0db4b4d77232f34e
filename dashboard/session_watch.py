"""A session that ends closes its open pages: they are told, led to the sign-in page, and can do nothing more."""

import asyncio
from uuid import UUID

import structlog
from nicegui import Client, background_tasks
from sqlalchemy.exc import SQLAlchemyError

from core.accounts import People, Viewer
from core.clock import Clock

log = structlog.get_logger(__name__)

LOOK_SECONDS = 30
LEAVE_SECONDS = 2
"""What a browser gets to leave before its page is taken away on the server."""


class SessionWatch:
    """Watches the sessions behind open pages; ends are told by ``People``, expiry is found by looking."""

    def __init__(self, people: People, clock: Clock) -> None:
        self._people = people
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        people.session_ended.subscribe(self._ended)

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep_looking())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look(self) -> None:
        """Tell everybody, once, of each session behind an open page that is over."""
        open_ids = {viewer.session_id for client in _clients() if (viewer := _viewer(client)) and viewer.session_id}
        if open_ids:
            for session_id in await self._people.over(open_ids):
                self._people.session_ended.emit(session_id)

    async def _keep_looking(self) -> None:
        while True:
            await self._clock.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except SQLAlchemyError:  # the database is away for a moment: pages stay, the next look decides
                log.warning("session_watch.database_away")

    def _ended(self, session_id: UUID) -> None:
        for client in _clients():
            viewer = _viewer(client)
            if viewer is not None and viewer.session_id == session_id:
                client.run_javascript("window.mowthos?.toSignIn()")
                background_tasks.create(self._take_away(client), name="session ended")

    async def _take_away(self, client: Client) -> None:
        await self._clock.sleep(LEAVE_SECONDS)
        if client.has_socket_connection and not client.is_deleted:  # NiceGUI itself clears those that left
            client.delete()


def _clients() -> list[Client]:
    return list(Client.instances.values())


def _viewer(client: Client) -> Viewer | None:
    viewer: Viewer | None = client.request.scope.get("mowthos.viewer") if client._request is not None else None
    return viewer
