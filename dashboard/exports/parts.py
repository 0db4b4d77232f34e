"""Exports and reports by mail, made once and handed to pages, REST and the timetable."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.accounts import People, Viewer
from core.clock import Clock
from core.db import Database
from core.db.reads.export_counts import export_counts
from core.notices import Channel
from core.reports import ReportDesk, ReportLinks, ReportOutbox, ReportWanted
from dashboard.exports.letters import MEGABYTE, ReportMail, check_wanted
from dashboard.exports.sources import ExportSources
from dashboard.exports.table import EXPORTS, Asked, offered
from dashboard.notices.parts import Telling

IN_MEMORY = frozenset({"mowers", "clusters"})
"""Exports of few rows, which are counted by reading them."""


@dataclass(frozen=True, slots=True)
class Exports:
    """``mail``: whether mails are set up here."""

    database: Database
    clock: Clock
    sources: ExportSources
    reports: ReportDesk
    outbox: ReportOutbox
    links: ReportLinks
    telling: Telling
    mail: bool

    async def counts(self, viewer: Viewer, since: datetime, until: datetime, mower: str = "") -> Mapping[str, int]:
        """How many rows each export of the viewer would have, by name; those too dear to count are left out."""
        names = frozenset(one.name for one in offered(viewer))
        asked = Asked(viewer=viewer, since=since, until=until)
        few = {name: len(await EXPORTS[name].rows(self.sources, asked)) for name in IN_MEMORY & names}
        number = self.sources.live.get(mower).number if mower else None
        return few | dict(await export_counts(self.database, since, until, wanted=names, number=number))


def make_exports(
    *,
    database: Database,
    clock: Clock,
    people: People,
    telling: Telling,
    sources: ExportSources,
    most_megabytes: int = 10,
) -> Exports:
    outside = telling.outside
    links = ReportLinks(outside.secret, former=outside.former_secrets)
    sender = outside.senders.get(Channel.MAIL)

    def checked(viewer: Viewer, wanted: ReportWanted) -> None:
        check_wanted(sources, viewer, wanted)

    mail = ReportMail(
        people=people,
        sources=sources,
        links=links,
        clock=clock,
        base_url=outside.base_url,
        most_bytes=most_megabytes * MEGABYTE,
    )
    return Exports(
        database=database,
        clock=clock,
        sources=sources,
        reports=ReportDesk(
            database=database, clock=clock, audit=people.audit, readers=telling.readers, checked=checked
        ),
        outbox=ReportOutbox(database=database, clock=clock, readers=telling.readers, letters=mail, sender=sender),
        links=links,
        telling=telling,
        mail=sender is not None,
    )
