"""A report by mail: its file for its reader as they are at this moment, and the words around it."""

from urllib.parse import urlencode

from core.accounts import People, Role, Viewer
from core.clock import Clock
from core.errors import Invalid, NotAllowed
from core.exports import Form
from core.exports.files import MEDIA
from core.notices import Attachment, Letter
from core.reports import DueReport, Packed, ReportLinks, ReportWanted
from core.texts import N_
from dashboard.exports.making import make_file
from dashboard.exports.sources import ExportSources
from dashboard.exports.table import Asked, Export, wanted_export
from dashboard.exports.words import cadence_words, days_words, report_title
from dashboard.i18n import _, use_language, use_zone
from dashboard.notices.mail_html import mail_html

MEGABYTE = 1_000_000
OUTSIDE_THE_OFFICE = (Role.HOMEOWNER, Role.SERVICE)


def may_subscribe(viewer: Viewer) -> bool:
    """Whether reports by mail are for them: homeowners have their pages, programs have no mailbox."""
    return viewer.role not in OUTSIDE_THE_OFFICE


def check_wanted(sources: ExportSources, viewer: Viewer, wanted: ReportWanted) -> Export:
    """`core.reports.CheckWanted`: asked when a report is ordered, and again before each is sent."""
    if not may_subscribe(viewer):
        raise NotAllowed(N_("reports by mail are for people of the office"))
    export = wanted_export(wanted.export, wanted.form, viewer)
    if export.of_mower and not wanted.mower:
        raise Invalid(N_("mower: this export is of one mower, name it"))
    if wanted.mower and not export.by_mower:
        raise Invalid(N_("mower: this export is of no single mower"))
    if wanted.mower:
        sources.live.get(wanted.mower)
    return export


class ReportMail:
    """`core.reports.ReportLetters`. A file of more than ``most_bytes`` is not attached: the letter leads to it."""

    def __init__(
        self,
        *,
        people: People,
        sources: ExportSources,
        links: ReportLinks,
        clock: Clock,
        base_url: str,
        most_bytes: int = 10 * MEGABYTE,
    ) -> None:
        self._people, self._sources, self._links, self._clock = people, sources, links, clock
        self._base, self._most = base_url.rstrip("/"), most_bytes

    async def letter(self, due: DueReport) -> Packed:
        viewer = await self._people.viewer_of(due.reader.person_id)
        if viewer is None:
            raise NotAllowed(N_("this person may not sign in any more"))
        export, form = check_wanted(self._sources, viewer, due.wanted), Form(due.wanted.form)
        asked = Asked(viewer=viewer, since=due.since, until=due.until, mower=due.wanted.mower)
        content = await make_file(self._sources, export, form, asked, now=self._clock.now())
        linked = len(content) > self._most
        name = f"{export.name}-{due.first}-{due.last}.{form}"
        files = () if linked else (Attachment(name, MEDIA[form], content),)
        with use_language(due.reader.language), use_zone(due.reader.zone):
            return Packed(self._words(due, files, len(content)), linked)

    def _words(self, due: DueReport, files: tuple[Attachment, ...], size: int) -> Letter:
        title = f"{report_title(due.wanted)}, {days_words(due.first, due.last)}"
        greeting = _("Hello {name},").format(name=due.reader.name)
        days = {"from": due.first.isoformat(), "to": due.last.isoformat()}
        link = f"{self._base}/exports?" + urlencode(days | ({"mower": due.wanted.mower} if due.wanted.mower else {}))
        body = _("Your report is attached.") if files else _(
            "Your report is too large for a mail ({size} MB). Fetch it on the page of exports."
        ).format(size=round(size / MEGABYTE, 1))  # fmt: skip
        why = _("You get this report {how_often}, from {hour}:00 on.").format(
            how_often=cadence_words()[due.wanted.cadence], hour=due.wanted.hour
        )
        zone = _("Times are in {zone}.").format(zone=due.reader.zone.key)
        off = f"{self._base}/reports/off/{self._links.token(due.report_id)}"
        ends = [
            f"MowthosOS. {why} {zone}",
            _("Your reports: {link}").format(link=f"{self._base}/exports"),
            _("No more mails of this kind: {link}").format(link=off),
        ]
        return Letter(
            id=due.id,
            to=due.reader.email,
            subject=title,
            text="\n".join([greeting, "", title, body, "", link, "", "--", *ends]) + "\n",
            html=mail_html(
                title=title, greeting=greeting, body=body, link=link, others=(), foot=f"{why} {zone}",
                settings=f"{self._base}/exports", unsubscribe=off,
            ),
            unsubscribe=off,
            attachments=files,
        )  # fmt: skip
