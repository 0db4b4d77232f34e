"""Lawns as the editor's script reads and sends them."""

from typing import Any

from pydantic import BaseModel, Field

from core.neighbourhood.lawns import Drawing, LawnCheck, LawnFile, LawnSheet, Repair
from dashboard.i18n import N_, _, told

MOST_LAWNS = 60

RULE_WORDS = {
    "shape": N_("Shape"),
    "crossing": N_("Crossing lines"),
    "hole": N_("Hole"),
    "small": N_("Too small"),
    "large": N_("Too large"),
    "corners": N_("Corners"),
    "outside": N_("Outside the lot"),
    "road": N_("Over a road"),
    "house": N_("Over the house"),
    "neighbour": N_("On a neighbour's ground"),
    "own": N_("Over another lawn"),
    "boundary": N_("Lot boundary"),
    "dock": N_("Dock"),
}


class Drawn(BaseModel):
    """What is on the screen: GeoJSON polygons, each perhaps with its ``part``."""

    lawns: list[dict[str, Any]] = Field(max_length=MOST_LAWNS)

    def drawing(self) -> Drawing:
        """The lot's own boundary and dock stay: this editor leaves them alone."""
        return Drawing(tuple(self.lawns))


class Kept(Drawn):
    """A drawing begun from a version of the lot."""

    version: int


def check_told(check: LawnCheck) -> dict[str, Any]:
    return {
        "problems": [
            {
                "code": problem.rule.value,
                "title": _(RULE_WORDS[problem.rule.value]),
                "level": problem.level.value,
                "words": told(problem.words),
                "lawn": problem.lawn,
                "geometry": problem.geometry,
            }
            for problem in check.problems
        ],
        "area_m2": check.area_m2,
        "area_ft2": check.area_ft2,
        "ok": check.ok,
    }


def sheet_told(sheet: LawnSheet) -> dict[str, Any]:
    """All that the editor opens with."""
    around = sheet.surroundings
    return {
        "lot": {
            "id": str(sheet.lot_id),
            "address": sheet.address,
            "city": sheet.city,
            "boundary": around.boundary,
            "estimate": around.estimate,
            "estimated": around.boundary is None,
            "house": around.house,
            "place": list(around.address_point),
        },
        "saved": list(sheet.saved.lawns),
        "draft": None if sheet.draft is None else list(sheet.draft.drawing.lawns),
        "outdated": sheet.draft is not None and sheet.draft.outdated,
        "version": sheet.version,
        "others": [editor.name for editor in sheet.others],
        "scale": list(sheet.metres_per_degree),
    }


def repair_told(repair: Repair) -> dict[str, Any]:
    return {
        "lawns": list(repair.lawns),
        "changes": [told(words) for words in repair.changes],
        "check": check_told(repair.check),
    }


def file_told(read: LawnFile) -> dict[str, Any]:
    """What a file holds, and what of it was not taken."""
    return {
        "lawns": list(read.lawns),
        "refused": [f"{one.name or one.index + 1}: {told(one.reason)}" for one in read.refused],
        "warnings": [told(words) for words in read.warnings],
    }
