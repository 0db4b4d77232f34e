"""A parcel in words: mail (text and HTML) and text message, in its reader's language and zone, with Babel's dates."""

import base64
from collections.abc import Sequence
from uuid import UUID

from core.errors import NotFound
from core.notices import EVENTS, Channel, Letter, NoticeView, Parcel, Unsubscribing, event_of
from core.texts import N_, Moment
from dashboard.i18n import _, moment_words, ngettext, told, use_language, use_zone
from dashboard.measures import use_measures, written_measures
from dashboard.notices.mail_html import mail_html

LISTED = 20
"""Notices that a message lists beside its own; the app has them all."""
LONGEST_SMS = 480
"""Characters: three segments, so that nobody pays for a novel."""


class PostWording:
    """`core.notices.Wording`. ``base_url`` is where browsers reach us; without ``unsubscribing`` no link is given."""

    def __init__(self, base_url: str, unsubscribing: Unsubscribing | None = None) -> None:
        self._base, self._unsubscribing = base_url.rstrip("/"), unsubscribing

    def letter(self, parcel: Parcel) -> Letter:
        reader = parcel.reader
        with (
            use_language(reader.language),
            use_zone(reader.zone),
            use_measures(written_measures(reader.units, reader.hours)),
        ):
            return self._mail(parcel) if parcel.channel is Channel.MAIL else self._sms(parcel)

    def _mail(self, parcel: Parcel) -> Letter:
        notice, unsubscribe = parcel.notice, self._unsubscribe(parcel)
        title, body = told(notice.title), told(notice.body)
        others, more = _lines(parcel.others), _more(len(parcel.others))
        greeting = _("Hello {name},").format(name=parcel.reader.name)
        link = self._base + (notice.link or "/")
        why = _("You get this because “{event}” is on for mail.").format(event=_event_word(notice))
        zone = _("Times are in {zone}.").format(zone=parcel.reader.zone.key)
        settings = f"{self._base}/account/notices"
        text = [greeting, "", title, *([body] if body else []), "", link]
        if others:
            text += ["", _("Held back meanwhile:"), *(f"- {line}" for line in others)]
        text += ["", "--", f"MowthosOS. {why} {zone}", _("Choose what you are told: {link}").format(link=settings)]
        if unsubscribe:
            text.append(_("No more mails of this kind: {link}").format(link=unsubscribe))
        return Letter(
            id=parcel.id,
            to=parcel.reader.email,
            subject=f"{title} ({more})" if more else title,
            text="\n".join(text) + "\n",
            html=mail_html(
                title=title, greeting=greeting, body=body, link=link, others=others, foot=f"{why} {zone}",
                settings=settings, unsubscribe=unsubscribe,
            ),
            unsubscribe=unsubscribe,
        )  # fmt: skip

    def _sms(self, parcel: Parcel) -> Letter:
        """The link at its end is the notice's own, which makes the text like no other (`external.sms.client`)."""
        link = f"{self._base}/n/{short_of(parcel.notice.id)}"
        more = _more(len(parcel.others))
        end = f" ({more}) {link}" if more else f" {link}"
        title = f"MowthosOS: {told(parcel.notice.title)}"
        room = LONGEST_SMS - len(end)
        title = title if len(title) <= room else title[: room - 1] + "…"
        return Letter(id=parcel.id, to=parcel.reader.phone, subject="", text=title + end)

    def _unsubscribe(self, parcel: Parcel) -> str:
        event = event_of(parcel.notice.kind, parcel.notice.weight)
        if self._unsubscribing is None or event not in EVENTS:
            return ""
        return f"{self._base}/unsubscribe/{self._unsubscribing.token(parcel.reader.person_id, event.key)}"


def code_words(language: str, code: str) -> str:
    """The text message that carries a code."""
    with use_language(language):
        return _("{code} is your MowthosOS code. It is good for ten minutes.").format(code=code)


def short_of(notice_id: UUID) -> str:
    """A notice's id in 22 characters, for links in text messages."""
    return base64.urlsafe_b64encode(notice_id.bytes).decode().rstrip("=")


def id_of(short: str) -> UUID:
    """The id that `short_of` made short; ``NotFound`` for anything else."""
    try:
        return UUID(bytes=base64.urlsafe_b64decode(short + "=="))
    except ValueError:
        raise NotFound(N_("this link is incomplete, or not one of ours")) from None


def _lines(others: Sequence[NoticeView]) -> list[str]:
    lines = [f"{told(one.title)} ({moment_words(Moment(one.created_at), 'when')})" for one in others[:LISTED]]
    rest = len(others) - LISTED
    if rest > 0:
        lines.append(ngettext("and {n} more, in the app", "and {n} more, in the app", rest).format(n=rest))
    return lines


def _more(count: int) -> str:
    return ngettext("and {n} more notice", "and {n} more notices", count).format(n=count) if count else ""


def _event_word(notice: NoticeView) -> str:
    return _(event_of(notice.kind, notice.weight).word)
