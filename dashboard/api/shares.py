"""Links to share over REST: made, listed, taken back; the secret is in one answer only."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from core.accounts import Right, Viewer
from core.shares import MOST_HOURS, ShareKind, ShareState
from dashboard.api.bearer import Bearer
from dashboard.api.problems import problems
from dashboard.shares.parts import Shares


class ShareIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: ShareKind
    subject: str = Field(
        min_length=1, max_length=64, pattern=r"^[^\x00]*$", description="Device name of a mower, id of a cluster",
        examples=["Luba-7F3A"],
    )  # fmt: skip
    hours: int = Field(24, ge=1, le=MOST_HOURS)
    note: str = Field("", max_length=120, pattern=r"^[^\x00]*$", description="For whom; only our own people see it")


class ShareOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: ShareKind
    subject: str
    note: str
    made_by: str
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str
    state: ShareState


class MadeShareOut(BaseModel):
    link: ShareOut
    path: str = Field(description="Where the page is, with its secret: shown here and never again")


def shares_router(*, bearer: Bearer, shares: Shares) -> APIRouter:
    router = APIRouter(prefix="/share-links", tags=["shares"])
    type Sharer = Annotated[Viewer, bearer.caller(Right.SHARE_LINKS)]

    @router.get("", responses=problems(403), summary="Every link, newest first")
    async def everything(viewer: Sharer) -> list[ShareOut]:
        return [ShareOut.model_validate(one) for one in await shares.desk.links(by=viewer)]

    @router.post("", status_code=201, responses=problems(403, 404, 409, 422), summary="Share a mower or a cluster")
    async def make(body: ShareIn, viewer: Sharer) -> MadeShareOut:
        """Whoever has the path sees its state and about where it is, until it ends or is taken back."""
        subject_id, subject = await shares.subject(body.kind, body.subject)
        made = await shares.desk.make(
            body.kind, subject_id, subject, hours=body.hours, note=body.note, by=viewer, source="api"
        )
        return MadeShareOut(link=ShareOut.model_validate(made.view), path=f"/s/{made.secret}")

    @router.delete("/{link_id}", status_code=204, responses=problems(403, 404, 409, 422), summary="Take a link back")
    async def revoke(link_id: UUID, viewer: Sharer) -> Response:
        await shares.desk.revoke(link_id, by=viewer, source="api")
        return Response(status_code=204)

    return router
