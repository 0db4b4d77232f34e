"""Quiet hours of a site, read and written as a whole; every change is audited with what held before."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import col, delete

from core.clock import Clock
from core.control.ports import AuditTrail, Operator
from core.control.quiet import MOST_WINDOWS, QuietWindow, minute_of, window_of
from core.control.sites import Site, SiteBook
from core.control.tables import QuietHours
from core.db import Database
from core.errors import Conflict, Invalid
from core.texts import N_, Text


class QuietDesk:
    """Quiet hours hang on the lot of the mower's host, in that lot's time zone."""

    def __init__(self, database: Database, sites: SiteBook, clock: Clock, audit: AuditTrail) -> None:
        self._database, self._sites, self._clock, self._audit = database, sites, clock, audit

    async def of(self, device_name: str) -> Site:
        """The mower's site. ``NotFound`` for an unknown mower, ``Conflict`` when it has no host's lot."""
        site = await self._sites.named(device_name)
        if site.row.host is None:
            raise Conflict(
                Text("{device_name} has no host's lot, and so no site: assign it to one first", device_name=device_name)
            )
        return site

    async def set(
        self, device_name: str, windows: Sequence[Mapping[str, Any]], by: Operator, *, source: str = "web"
    ) -> Site:
        """Replace the site's windows. ``Invalid`` for a wrong one: nothing is changed then."""
        if len(windows) > MOST_WINDOWS:
            raise Invalid(Text("windows: {n} (expected at most {most})", n=len(windows), most=MOST_WINDOWS))
        wanted = [window_of(window) for window in windows]
        site = await self.of(device_name)
        lot = site.row.host
        assert lot is not None
        async with self._database.session() as session:
            await session.exec(delete(QuietHours).where(col(QuietHours.lot_id) == lot.id))
            session.add_all(
                QuietHours(
                    lot_id=lot.id,
                    position=place,
                    days="".join(map(str, sorted(window.days))),
                    begins_minute=minute_of(window.begins),
                    ends_minute=minute_of(window.ends),
                    set_by=by.email,
                    set_at=self._clock.now(),
                )
                for place, window in enumerate(wanted)
            )
            await self._audit.record(
                actor=by.email,
                person_id=by.person_id,
                action="quiet_hours.set",
                object_type="lot",
                object_id=str(lot.id),
                before={"windows": [told(window) for window in site.windows]},
                after={"windows": [told(window) for window in wanted], "mower": device_name},
                source=source,
                session=session,
            )
        self._sites.outdated()
        return await self.of(device_name)


def told(window: QuietWindow) -> dict[str, Any]:
    """A window in plain values, as `window_of` takes them."""
    return {
        "days": sorted(window.days),
        "begins": window.begins.isoformat(timespec="minutes"),
        "ends": window.ends.isoformat(timespec="minutes"),
    }


DAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
