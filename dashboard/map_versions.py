"""Choosing a version of a map, and restoring one for display with a line in the audit."""

from uuid import UUID

from core.accounts import Audit, Viewer
from core.clock import Clock
from core.errors import NotFound
from core.fleet import MapLibrary, MapVersion
from core.texts import Text


async def chosen_version(
    maps: MapLibrary, device_name: str, version_id: UUID | None, *, earlier_than: MapVersion | None = None
) -> MapVersion:
    """The version of that id; without one the newest, or the one before ``earlier_than``. ``NotFound`` without it."""
    versions = list(await maps.history(device_name))
    if version_id is None and earlier_than is not None:
        ids = [version.id for version in versions]
        versions = versions[ids.index(earlier_than.id) + 1 :] if earlier_than.id in ids else []
    found = next((version for version in versions if version_id in (None, version.id)), None)
    if found is None:
        raise NotFound(Text("{device_name} has no such version of its map", device_name=device_name))
    return found


async def restore_version(
    *,
    maps: MapLibrary,
    audit: Audit,
    clock: Clock,
    device_name: str,
    version_id: UUID | None,
    by: Viewer,
    source: str = "web",
) -> MapVersion:
    """Draw a version on every map; ``None`` = the newest again. ``NotFound`` when there is no such version."""
    restored = await maps.restore(device_name, version_id, clock.now())
    await audit.record(
        actor=by.email,
        person_id=by.person_id,
        action="map.restore",
        object_type="mower",
        object_id=device_name,
        after={"version": str(restored.id), "newest": restored.newest},
        source=source,
    )
    return restored
