"""Unsaved drawings, and who has a lot open: both in the database, so that any process sees them."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.errors import Invalid
from core.neighbourhood.lawns.model import DraftView, Drawing, Editor
from core.neighbourhood.lawns.tables import LawnDraft, LawnPresence
from core.neighbourhood.lots.ports import By
from core.texts import N_, Text

PRESENCE_S = 60
"""Seconds after which someone who has not been seen no longer has the lot open."""

MOST_DRAFT_BYTES = 1_000_000


def drawing_dict(drawing: Drawing) -> dict[str, Any]:
    """A drawing as JSON, however unfinished. ``Invalid`` for what JSON cannot hold or what is too large."""
    plain = {"lawns": list(drawing.lawns), "boundary": drawing.boundary, "dock": drawing.dock}
    try:
        text = json.dumps(plain, allow_nan=False)
    except (ValueError, TypeError, RecursionError) as error:
        raise Invalid(Text("the drawing holds something that is no number ({problem})", problem=error)) from error
    if len(text) > MOST_DRAFT_BYTES:
        raise Invalid(N_("the drawing is too large to be kept"))
    kept: dict[str, Any] = json.loads(text)
    return kept


def drawing_of(kept: dict[str, Any]) -> Drawing:
    """What `drawing_dict` was given."""
    dock = kept.get("dock")
    return Drawing(tuple(kept["lawns"]), kept.get("boundary"), None if dock is None else (dock[0], dock[1]))


async def keep_draft(
    session: AsyncSession, lot_id: UUID, by: By, drawing: dict[str, Any], base_version: int, now: datetime
) -> LawnDraft:
    """One draft a person and lot; a later one takes the place of the earlier."""
    draft = await session.get(LawnDraft, (lot_id, by.person_id))
    if draft is None:
        draft = LawnDraft(
            lot_id=lot_id, person_id=by.person_id, editor=by.name[:120],
            base_version=base_version, drawing=drawing, changed_at=now,
        )  # fmt: skip
        session.add(draft)
    else:
        draft.drawing, draft.base_version, draft.changed_at = drawing, base_version, now
        draft.editor = by.name[:120]
    return draft


async def drop_draft(session: AsyncSession, lot_id: UUID, person_id: UUID) -> None:
    mine = (col(LawnDraft.lot_id) == lot_id, col(LawnDraft.person_id) == person_id)
    await session.exec(delete(LawnDraft).where(*mine))


def draft_view(draft: LawnDraft, version: int) -> DraftView:
    return DraftView(
        lot_id=draft.lot_id,
        person_id=draft.person_id,
        editor=draft.editor,
        drawing=drawing_of(draft.drawing),
        base_version=draft.base_version,
        changed_at=draft.changed_at,
        outdated=draft.base_version != version,
    )


async def seen_at_lot(session: AsyncSession, lot_id: UUID, by: By, now: datetime) -> tuple[Editor, ...]:
    """Note that a person has the lot open, forget who is gone, and tell who else is there, longest first."""
    gone = now - timedelta(seconds=PRESENCE_S)
    here = (col(LawnPresence.lot_id) == lot_id, col(LawnPresence.seen_at) <= gone)
    await session.exec(delete(LawnPresence).where(*here))
    mine = await session.get(LawnPresence, (lot_id, by.person_id))
    if mine is None:
        name = (by.name or by.email)[:120]
        session.add(LawnPresence(lot_id=lot_id, person_id=by.person_id, name=name, since=now, seen_at=now))
    else:
        mine.seen_at = now
    others = select(LawnPresence).where(col(LawnPresence.lot_id) == lot_id, col(LawnPresence.person_id) != by.person_id)
    found = await session.exec(others.order_by(col(LawnPresence.since)))
    return tuple(Editor(one.person_id, one.name, one.since, one.seen_at) for one in found)


async def leave_lot(session: AsyncSession, lot_id: UUID, person_id: UUID) -> None:
    mine = (col(LawnPresence.lot_id) == lot_id, col(LawnPresence.person_id) == person_id)
    await session.exec(delete(LawnPresence).where(*mine))
