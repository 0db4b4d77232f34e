"""What the caller is told, and how: matrix, quiet hours, zone, limit, phone. For admins: messages given up."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from core.accounts import Right, Viewer
from core.control import told as window_told
from core.notices import MOST_AN_HOUR, Channel, PhoneView, Preferences
from dashboard.api.bearer import Bearer
from dashboard.api.manners.keyset import KeyPage, keyed
from dashboard.api.problems import problems
from dashboard.notices.parts import Telling

type Minute = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="Time of day as HH:MM")]


class CellOut(BaseModel):
    event: str
    channel: Channel
    on: bool
    default: bool = Field(description="What holds for the caller's role without a choice")


class QuietHours(BaseModel):
    days: list[Annotated[int, Field(ge=0, le=6)]] = Field(min_length=1, max_length=7, description="0 = Monday")
    begins: Minute
    ends: Minute = Field(description="Of the next day, where it is not later than the beginning")


class PhoneOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    number: str
    verified: bool
    stopped: bool = Field(description="Its owner answered STOP: nothing is sent there")
    waiting_until: datetime | None = Field(description="Until when a code that was sent can be given back")


class PreferencesOut(BaseModel):
    time_zone: str
    most_an_hour: int
    quiet_hours: QuietHours | None
    channels: list[Channel] = Field(description="Those that are set up here")
    matrix: list[CellOut]
    phone: PhoneOut | None


class ChoiceIn(BaseModel):
    event: str = Field(max_length=40)
    channel: Channel
    on: bool


class QuietIn(BaseModel):
    quiet_hours: QuietHours | None = Field(description="Null: none")


class ZoneIn(BaseModel):
    time_zone: str = Field(max_length=60, description="IANA name; empty: that of the caller's home")


class LimitIn(BaseModel):
    most_an_hour: int = Field(ge=1, le=MOST_AN_HOUR, description="Messages an hour by each channel")


class NumberIn(BaseModel):
    number: str = Field(max_length=30, description="With + and country, or a national one of the US")


class CodeIn(BaseModel):
    code: str = Field(max_length=10)


class GivenUpOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    notice_id: UUID
    person_id: UUID
    channel: Channel
    kind: str
    title: str
    attempts: int
    last_error: str
    created_at: datetime


def account_notices_router(*, bearer: Bearer, telling: Telling) -> APIRouter:
    router = APIRouter(tags=["notices"])
    type Anybody = Annotated[Viewer, bearer.caller()]
    type Admin = Annotated[Viewer, bearer.caller(Right.MANAGE_PEOPLE)]
    desk, phones, book = telling.preferences, telling.phones, telling.deliveries

    async def shown(viewer: Viewer) -> PreferencesOut:
        return preferences_out(
            await desk.of(viewer.person_id), await phones.of(viewer.person_id), channels=telling.channels
        )

    @router.get("/account/notices", responses=problems(403), summary="What the caller is told, and how")
    async def read(viewer: Anybody) -> PreferencesOut:
        return await shown(viewer)

    @router.put("/account/notices/choices", responses=problems(403, 422), summary="Switch one event on one channel")
    async def choose(given: ChoiceIn, viewer: Anybody) -> PreferencesOut:
        await desk.choose(viewer.person_id, given.event, given.channel, given.on, by=viewer, source="api")
        return await shown(viewer)

    @router.put("/account/notices/quiet-hours", responses=problems(403, 422), summary="Set the caller's quiet hours")
    async def quiet(given: QuietIn, viewer: Anybody) -> PreferencesOut:
        window = None if given.quiet_hours is None else given.quiet_hours.model_dump()
        await desk.set_quiet(viewer.person_id, window, by=viewer, source="api")
        return await shown(viewer)

    @router.put("/account/notices/time-zone", responses=problems(403, 422), summary="Set the caller's time zone")
    async def zone(given: ZoneIn, viewer: Anybody) -> PreferencesOut:
        await desk.set_zone(viewer.person_id, given.time_zone, by=viewer, source="api")
        return await shown(viewer)

    @router.put("/account/notices/limit", responses=problems(403, 422), summary="Set how many messages an hour")
    async def limit(given: LimitIn, viewer: Anybody) -> PreferencesOut:
        await desk.set_limit(viewer.person_id, given.most_an_hour, by=viewer, source="api")
        return await shown(viewer)

    @router.delete("/account/notices", status_code=204, responses=problems(403), summary="Back to the defaults")
    async def reset(viewer: Anybody) -> None:
        await desk.reset(viewer.person_id, by=viewer, source="api")

    @router.post(
        "/account/phone", responses=problems(403, 409, 422, 424, 503), summary="Send a code to a number of the caller"
    )
    async def ask_code(given: NumberIn, viewer: Anybody) -> PhoneOut:
        return PhoneOut.model_validate(await phones.ask_code(given.number, by=viewer, source="api"))

    @router.post("/account/phone/verify", responses=problems(403, 404, 409, 422), summary="Give the code back")
    async def verify(given: CodeIn, viewer: Anybody) -> PhoneOut:
        return PhoneOut.model_validate(await phones.verify(given.code, by=viewer, source="api"))

    @router.delete("/account/phone", status_code=204, responses=problems(403, 404), summary="Remove the number")
    async def forget(viewer: Anybody) -> None:
        await phones.forget(by=viewer, source="api")

    @router.get("/notices/given-up", responses=problems(403, 422), summary="Messages that were given up, newest first")
    async def given_up(
        _viewer: Admin,
        paging: Annotated[KeyPage, keyed(datetime, UUID)],
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> list[GivenUpOut]:
        rows = paging.cut(await book.dead(limit, page=paging.page), lambda one: (one.created_at, one.id))
        return [GivenUpOut.model_validate(row) for row in rows]

    @router.post(
        "/notices/given-up/{delivery_id}/retry", status_code=204, responses=problems(403, 404, 422),
        summary="Try one again",
    )  # fmt: skip
    async def retry(delivery_id: UUID, viewer: Admin) -> None:
        await book.try_again(delivery_id, by=viewer, source="api")

    return router


def preferences_out(
    shown: Preferences, phone: PhoneView | None, *, channels: tuple[Channel, ...]
) -> PreferencesOut:  # fmt: skip
    return PreferencesOut(
        time_zone=shown.reader.zone.key,
        most_an_hour=shown.reader.most_an_hour,
        quiet_hours=None if shown.quiet is None else QuietHours.model_validate(window_told(shown.quiet)),
        channels=list(channels),
        matrix=[
            CellOut(event=cell.event.key, channel=cell.channel, on=cell.chosen, default=cell.usual)
            for row in shown.matrix
            for cell in row
        ],
        phone=None if phone is None else PhoneOut.model_validate(phone),
    )
