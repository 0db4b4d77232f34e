"""Alarms over REST: lists, detail, and what people do about them; the caller's notices."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from core.accounts import Right, Viewer
from core.fleet import Severity
from core.fleet.alarms import AlarmKind, AlarmService, narrowed
from core.notices import NoticeDesk
from dashboard.api.alarm_models import (
    AlarmDetailOut,
    AlarmOut,
    AssignIn,
    ClearIn,
    CommentIn,
    NoticeOut,
    PersonOut,
    ReadIn,
    ReadOut,
    alarm_out,
    detail_out,
)
from dashboard.api.bearer import Bearer
from dashboard.api.manners.keyset import KeyPage, keyed
from dashboard.api.problems import problems

MOST = 500


def alarms_router(*, bearer: Bearer, alarms: AlarmService, notices: NoticeDesk) -> APIRouter:
    router = APIRouter(tags=["alarms"])
    desk, lexicon = alarms.desk, alarms.lexicon
    type Caller = Annotated[Viewer, bearer.caller(Right.HANDLE_ALARMS)]

    async def detailed(alarm_id: UUID, viewer: Viewer) -> AlarmDetailOut:
        return detail_out(narrowed(await alarms.book.detail(alarm_id), viewer.sight), lexicon)

    @router.get("/alarms", responses=problems(403, 422), summary="Open alarms, the worst first; or those that are over")
    async def list_alarms(
        viewer: Caller,
        over: Annotated[bool, Query(description="Those that are over, last cleared first")] = False,
        mine: Annotated[bool, Query(description="Only the caller's own")] = False,
        unacknowledged: bool = False,
        severity: Severity | None = None,
        kind: AlarmKind | None = None,
        mower: Annotated[str | None, Query(max_length=64)] = None,
        before: Annotated[datetime | None, Query(description="Of those that are over: cleared before")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
        *,
        paging: Annotated[KeyPage, keyed(datetime, UUID)],
    ) -> list[AlarmOut]:
        if over:
            mowers = viewer.sight.mowers if viewer.sight.bounded else None
            past = await alarms.book.past(
                mower=mower, mowers=mowers, kind=kind, before=before, limit=limit, page=paging.page
            )
            rows = paging.cut(past, lambda one: (one.cleared_at, one.id))
        else:
            rows = alarms.book.seen(viewer.sight) if mower is None else alarms.book.of_mower(mower)
        return [
            alarm_out(one, lexicon)
            for one in rows
            if (severity is None or one.severity is severity)
            and (kind is None or one.kind is kind)
            and not (mine and one.owner_id != viewer.person_id)
            and not (unacknowledged and one.acknowledged_at is not None)
        ][:limit]

    @router.get("/alarms/handlers", responses=problems(403), summary="Whom an alarm may be given to")
    async def handlers(_viewer: Caller) -> list[PersonOut]:
        return [PersonOut.model_validate(one) for one in await desk.handlers()]

    @router.get("/alarms/{alarm_id}", responses=problems(403, 404, 422), summary="One alarm with its timeline")
    async def one_alarm(alarm_id: UUID, viewer: Caller) -> AlarmDetailOut:
        return await detailed(alarm_id, viewer)

    @router.post("/alarms/{alarm_id}/acknowledge", responses=problems(403, 404, 409, 422), summary="I have seen it")
    async def acknowledge(alarm_id: UUID, viewer: Caller) -> AlarmDetailOut:
        await desk.acknowledge(alarm_id, by=viewer, source="api")
        return await detailed(alarm_id, viewer)

    @router.post("/alarms/{alarm_id}/assign", responses=problems(403, 404, 409, 422), summary="Give it an owner")
    async def assign(alarm_id: UUID, given: AssignIn, viewer: Caller) -> AlarmDetailOut:
        await desk.assign(alarm_id, given.person_id or viewer.person_id, by=viewer, source="api")
        return await detailed(alarm_id, viewer)

    @router.post("/alarms/{alarm_id}/comments", responses=problems(403, 404, 422), summary="Add a comment")
    async def comment(alarm_id: UUID, given: CommentIn, viewer: Caller) -> AlarmDetailOut:
        await desk.comment(alarm_id, given.words, by=viewer, source="api")
        return await detailed(alarm_id, viewer)

    @router.post("/alarms/{alarm_id}/clear", responses=problems(403, 404, 409, 422), summary="End it by hand")
    async def clear(alarm_id: UUID, given: ClearIn, viewer: Caller) -> AlarmDetailOut:
        await desk.clear(alarm_id, given.reason, by=viewer, source="api")
        return await detailed(alarm_id, viewer)

    @router.get("/notices", responses=problems(403, 422), summary="The caller's notices, newest first")
    async def my_notices(
        viewer: Annotated[Viewer, bearer.caller()],
        unread: bool = False,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
        *,
        paging: Annotated[KeyPage, keyed(datetime, UUID)],
    ) -> list[NoticeOut]:
        rows = await notices.notices(
            viewer.person_id, unread_only=unread, since=viewer.sight.since, limit=limit, page=paging.page
        )
        return [NoticeOut.model_validate(row) for row in paging.cut(rows, lambda one: (one.created_at, one.id))]

    @router.post("/notices/read", responses=problems(403, 422), summary="Mark notices read")
    async def read(given: ReadIn, viewer: Annotated[Viewer, bearer.caller()]) -> ReadOut:
        marked = await notices.mark_read(viewer.person_id, ids=given.ids)
        return ReadOut(marked=marked, unread=await notices.unread(viewer.person_id))

    return router
