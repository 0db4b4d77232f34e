"""The bell in the frame of every page: its button, the addresses its script asks, and the push to open pages.

Nobody polls: a page asks once when it opens, and after that hears over its socket, NiceGUI's or that of the live map,
when its person's bell changes.
"""

import json
from collections.abc import Callable, Sequence
from html import escape
from typing import Annotated, Any, Protocol
from uuid import UUID

from fastapi import APIRouter
from nicegui import Client, background_tasks
from pydantic import BaseModel, Field

from core.accounts import Right, Viewer
from core.clock import Clock
from core.fleet.alarms import KINDS, AlarmKind
from core.notices import NoticeDesk, NoticeView, Weight
from dashboard.asks import asks
from dashboard.clusters.screen_api import ScreenRoute
from dashboard.frame_parts import icon
from dashboard.i18n import _, ngettext, told, use_language, use_zone

HEARING = (Right.HANDLE_ALARMS, Right.SEE_OWN_BILL)
GATHER_S = 0.25
"""Several notices within this are pushed as one."""


def hears(viewer: Viewer) -> bool:
    """Whether there is anything that this viewer may be told."""
    return any(viewer.may(right) for right in HEARING)


def bell_html(viewer: Viewer) -> str:
    """The button, and the layer it opens; the script fills both."""
    texts = {
        "none": _("No notices yet"),
        "label": _("Notices"),
        "unread": _("Notices, {n} unread"),
        "failed": _("The notices could not be read. Try again."),
    }
    foot = f'<a class="m-notices-foot" href="/account/notices">{escape(_("Choose what you are told"))}</a>'
    if viewer.may(Right.HANDLE_ALARMS):
        foot = f'<a class="m-notices-foot" href="/alarms">{escape(_("All alarms"))}</a>{foot}'
    return (
        f'<button type="button" class="m-bell" popovertarget="m-notices" aria-label="{escape(_("Notices"))}"'
        f' data-texts="{escape(json.dumps(texts))}">{icon("o_notifications")}'
        '<b class="m-bell-count" hidden></b></button>'
        f'<div id="m-notices" class="m-menu m-notices" popover><div class="m-notices-head">'
        f"<h2>{escape(_('Notices'))}</h2>"
        f'<button type="button" class="m-button m-button-quiet m-button-small" data-bell-all>'
        f"{escape(_('Mark all read'))}</button></div>"
        f'<ul class="m-notices-list"></ul>{foot}</div>'
        '<div class="m-visually-hidden" id="m-bell-said" role="status" aria-live="polite"></div>'
    )


class ReadIn(BaseModel):
    """Which notices were read; none named: all."""

    ids: list[UUID] | None = Field(None, max_length=500)


def bell_router(notices: NoticeDesk) -> APIRouter:
    """``/bell`` and ``/bell/read``, for the frame's script."""
    router = APIRouter(include_in_schema=False, route_class=ScreenRoute)

    @router.get("/bell")
    async def bell(viewer: Annotated[Viewer, asks(*HEARING)]) -> dict[str, Any]:
        shown = await notices.bell(viewer.person_id, since=viewer.sight.since)
        with use_zone(await notices.zone(viewer.person_id)):
            return {"unread": shown.unread, "groups": [group_told(group) for group in shown.groups]}

    @router.post("/bell/read")
    async def read(viewer: Annotated[Viewer, asks(*HEARING)], read: ReadIn) -> dict[str, int]:
        await notices.mark_read(viewer.person_id, ids=read.ids)
        return {"unread": await notices.unread(viewer.person_id)}

    return router


def group_told(group: Sequence[NoticeView]) -> dict[str, Any]:
    """One entry of the bell: the newest of its group, and how many stand behind it."""
    newest = group[0]
    unread = [notice for notice in group if notice.read_at is None]
    more = ""
    if len(unread) > 1:
        words = ngettext("and {n} more of this kind", "and {n} more of this kind", len(unread) - 1)
        more = words.format(n=len(unread) - 1)
    return {
        "title": told(newest.title),
        "body": told(newest.body),
        "kind": _source_word(newest),
        "more": more,
        "link": newest.link if len(unread) < 2 else _group_link(newest),
        "weight": newest.weight.value,
        "at": newest.created_at.isoformat(),
        "ids": [str(notice.id) for notice in unread],
        "unread": bool(unread),
    }


class LivePages(Protocol):
    """The open pages that NiceGUI does not know (``dashboard.sealed``)."""

    def hears(self, person_id: UUID) -> bool: ...

    def tell_person(self, person_id: UUID, key: str, message: Callable[[], dict[str, Any]]) -> None: ...


class BellPush:
    """Tells the open pages of a person that their bell is another."""

    def __init__(self, notices: NoticeDesk, clock: Clock, *, live_pages: LivePages | None = None) -> None:
        self._live_pages = live_pages
        self._notices = notices
        self._clock = clock
        self._pending: dict[UUID, list[NoticeView]] = {}
        notices.changed.subscribe(self._changed)
        notices.arrived.subscribe(self._arrived)

    def _arrived(self, told_to: tuple[UUID, NoticeView]) -> None:
        self._pending.setdefault(told_to[0], []).append(told_to[1])

    def _changed(self, person_id: UUID) -> None:
        if clients_of(person_id) or (self._live_pages is not None and self._live_pages.hears(person_id)):
            background_tasks.create_lazy(self.push(person_id), name=f"bell {person_id}")
        else:
            self._pending.pop(person_id, None)

    async def push(self, person_id: UUID) -> None:
        """Gather for a moment, then tell every open page of the person."""
        await self._clock.sleep(GATHER_S)
        unread = await self._notices.unread(person_id)
        fresh = self._pending.pop(person_id, [])
        for client, viewer in clients_of(person_id):
            with use_language(viewer.language):
                said = spoken(fresh)
            client.run_javascript(f"window.mowthos?.bell?.({unread}, {json.dumps(said)})")
        if self._live_pages is not None:
            self._live_pages.tell_person(
                person_id, "bell", lambda: {"type": "bell", "unread": unread, "said": spoken(fresh)}
            )


def spoken(fresh: Sequence[NoticeView]) -> str:
    """What a screen reader says once: critical ones by name, others only as a number."""
    critical = [told(notice.title) for notice in fresh if notice.weight is Weight.CRITICAL]
    if critical:
        return _("New critical alarm: {title}").format(title="; ".join(critical[:3]))
    if not fresh:
        return ""
    return ngettext("{n} new notice", "{n} new notices", len(fresh)).format(n=len(fresh))


def clients_of(person_id: UUID) -> Sequence[tuple[Client, Viewer]]:
    """The open pages of a person."""
    found = []
    for client in tuple(Client.instances.values()):
        viewer = client.request.scope.get("mowthos.viewer") if client._request is not None else None
        if viewer is not None and viewer.person_id == person_id:
            found.append((client, viewer))
    return found


def _source_word(notice: NoticeView) -> str:
    """What the notice is about, in a word."""
    if notice.kind.startswith("billing_"):
        return _("Billing")
    return _("Visits") if notice.kind.startswith("visit.") else _kind_word(notice.group)


def _kind_word(group: str) -> str:
    kind = group.removeprefix("alarm:")
    return _(KINDS[AlarmKind(kind)].word) if kind in set(AlarmKind) else ""


def _group_link(newest: NoticeView) -> str:
    kind = newest.group.removeprefix("alarm:")
    return f"/alarms?kind={kind}" if kind in set(AlarmKind) else newest.link
