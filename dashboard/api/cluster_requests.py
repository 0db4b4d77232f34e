"""What callers send about clusters, and changes that are previewed and sent back to be carried out."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from core.neighbourhood.clusters import Change, ChangePreview, ClusterState, Part
from dashboard.api.cluster_models import FindingOut, Out

type HomeId = Annotated[int, Field(ge=1, le=2**31 - 1, description="Key of the address point", examples=[17])]
type Version = Annotated[int, Field(ge=1, le=2**31 - 1, description="The version you saw; or send If-Match")]
type Said = Annotated[str, Field(max_length=1000, pattern=r"^[^\x00]*$")]
type Short = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00]*$")]


class Drawn(BaseModel):
    """A group as drawn."""

    host_id: HomeId
    home_ids: list[HomeId] = Field(max_length=60, description="The neighbours")


class DraftIn(Drawn):
    name: str = Field("", max_length=120, pattern=r"^[^\x00]*$")


class ReviseIn(DraftIn):
    expected_version: Version | None = None


class CheckIn(Drawn):
    cluster_id: UUID | None = None


class MoveIn(BaseModel):
    expected_version: Version | None = None
    comment: Said = ""


class JoinIn(BaseModel):
    home_id: HomeId
    code: str | None = Field(None, max_length=40, description="An invite code")
    cluster_id: UUID | None = Field(None, description="Instead of a code, for those who draw clusters")


class LeaveIn(BaseModel):
    home_id: HomeId
    comment: Said = ""


class ConsentIn(BaseModel):
    home_id: HomeId
    given_by: Short
    note: str = Field("", max_length=500, pattern=r"^[^\x00]*$")
    expected_version: Version | None = None


class ConfirmIn(BaseModel):
    home_id: HomeId
    reason: str = Field(min_length=1, max_length=500, pattern=r"^[^\x00]*$")
    expected_version: Version | None = None


class ChangeIn(BaseModel):
    """Split: ``source_id``, ``host_id``, ``home_ids``; merge: ``source_id``, ``target_id``; move: both and one home."""

    kind: Literal["split", "merge", "move"]
    source_id: UUID
    target_id: UUID | None = None
    host_id: HomeId | None = None
    home_ids: list[HomeId] = Field(default_factory=list, max_length=60)
    name: str = Field("", max_length=120, pattern=r"^[^\x00]*$")


class ChangeDoc(BaseModel):
    """A previewed change: send it back as it is to carry it out."""

    kind: Literal["split", "merge", "move"]
    source_id: UUID
    target_id: UUID | None = None
    home_ids: list[HomeId] = Field(min_length=1, max_length=60)
    host_id: HomeId | None = None
    name: str = Field("", max_length=120, pattern=r"^[^\x00]*$")
    expected: dict[UUID, Version] = Field(description="The versions that the preview saw")


class HomeMoveOut(BaseModel):
    home_id: int
    address: str
    from_code: str
    to_code: str
    part: Part
    price_words: str
    price_change_cents: int | None


class ClusterAfterOut(Out):
    cluster_id: UUID | None
    code: str
    state: ClusterState
    host_id: int
    neighbour_ids: list[int]
    findings: list[FindingOut]


class PreviewOut(BaseModel):
    change: ChangeDoc
    possible: bool
    moves: list[HomeMoveOut]
    clusters: list[ClusterAfterOut]
    words: list[str]


def preview_out(preview: ChangePreview) -> PreviewOut:
    change = preview.change
    return PreviewOut(
        change=ChangeDoc(
            kind=change.kind,  # type: ignore[arg-type]
            source_id=change.source_id,
            target_id=change.target_id,
            home_ids=list(change.home_ids),
            host_id=change.host_id,
            name=change.name,
            expected=dict(change.expected),
        ),
        possible=preview.possible,
        moves=[
            HomeMoveOut(
                home_id=move.home_id,
                address=move.address,
                from_code=move.from_code,
                to_code=move.to_code,
                part=move.part,
                price_words=move.price.words,
                price_change_cents=move.price.change_cents,
            )
            for move in preview.moves
        ],
        clusters=[ClusterAfterOut.model_validate(after) for after in preview.clusters],
        words=list(preview.words),
    )


def change_of(doc: ChangeDoc) -> Change:
    return Change(
        kind=doc.kind,
        source_id=doc.source_id,
        target_id=doc.target_id,
        home_ids=tuple(doc.home_ids),
        host_id=doc.host_id,
        name=doc.name,
        expected=tuple(doc.expected.items()),
    )
