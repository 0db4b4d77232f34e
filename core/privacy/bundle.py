"""An export as a file: a ZIP with one JSON document, the photos, and a page that says what is what."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

README = """\
What MowthosOS keeps about one person
=====================================

Exported {at} UTC for {name} <{email}>.

person.json   One object. "sections" maps a section's name to its rows, each an object of column and value:
              moments are ISO 8601 in UTC, money is in minor units (cents) of "currency", areas are in square metres,
              lengths in metres, positions in degrees (WGS84). A section without rows is an empty list.
photos/       The pictures of problems they reported, as JPEG, named by the report's id.

Left out are secrets and digests of secrets (passwords, keys, codes): they say nothing about the person, and who has
this file must not be able to sign in with it. Positions of mowers are kept by mower, not by person; the minutes that
were mowed for their lots are in "minutes".

Sections
--------
{sections}
"""


def bundle(*, at: datetime, name: str, email: str, sections: Mapping[str, Sequence[Mapping[str, Any]]]) -> bytes:
    """The ZIP."""
    photos: dict[str, bytes] = {}
    told = {section: [_without_photo(row, photos) for row in rows] for section, rows in sections.items()}
    document = {"format": "mowthos-person/1", "exported_at": at.isoformat(), "sections": told}
    listed = "\n".join(f"{section:22} {len(rows)}" for section, rows in told.items())
    readme = README.format(at=at.strftime("%Y-%m-%d %H:%M"), name=name, email=email, sections=listed)
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", readme)
        archive.writestr("person.json", json.dumps(document, indent=2, ensure_ascii=False))
        for path, content in photos.items():
            archive.writestr(path, content)
    return target.getvalue()


def _without_photo(row: Mapping[str, Any], photos: dict[str, bytes]) -> Mapping[str, Any]:
    """The row with its picture beside it in the archive."""
    told = dict(row)
    for name, value in row.items():
        if isinstance(value, bytes):
            told[name] = path = f"photos/{row['problem_id']}.jpg"
            photos[path] = value
    return told
