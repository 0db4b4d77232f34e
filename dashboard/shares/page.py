"""``/s/{secret}``: one mower or cluster as whoever has the link sees it: a plain page, without script, for nobody's
index. It tells state, age and about where; no household, no address."""

from datetime import datetime
from html import escape
from math import cos, radians
from typing import Annotated

from babel.dates import format_datetime
from fastapi import APIRouter, Path, Request
from nicegui import app
from starlette.responses import Response

from core.db.reads.shared import AROUND_DEG, CELL_DEG, SharedMower, Surroundings
from core.errors import NotFound
from core.fleet.model import Confidence, MowerSnapshot
from core.shares import ShareState, ShareView
from dashboard.i18n import _, locale, ngettext
from dashboard.plain_page import brand_html, plain_page
from dashboard.shares.parts import Shares, Shown
from dashboard.state_style import state_badge
from dashboard.throttle import ShareThrottle

REFRESH_S = 30
SIDE = 320
"""Of the small map, in its own units."""


def register(*, shares: Shares, throttle: ShareThrottle) -> None:
    """Serve ``/s/{secret}``."""
    app.include_router(share_router(shares, throttle))


def share_router(shares: Shares, throttle: ShareThrottle) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/s/{secret}")
    async def share_page(request: Request, secret: Annotated[str, Path(max_length=100)]) -> Response:
        if not await throttle.hit(request):
            words = _("Too many requests from your network. Wait a minute and try again.")
            return _answer(request, _("Too many requests"), f"<p>{escape(words)}</p>", status=429)
        try:
            link = await shares.desk.opened(secret)
        except NotFound:
            words = _("There is no such link. It may be incomplete: ask whoever sent it.")
            return _answer(request, _("Link not found"), f"<p>{escape(words)}</p>", status=404)
        if link.state is not ShareState.LIVE:
            return _over(request, link)
        try:
            shown = await shares.shown(link)
        except NotFound:
            words = _("What this link showed is no longer in service.")
            return _answer(request, _("No longer in service"), f"<p>{escape(words)}</p>", status=410)
        response = _answer(request, shown.title, _body(shown, link, shares))
        response.headers["Refresh"] = str(REFRESH_S)
        return response

    return router


def _over(request: Request, link: ShareView) -> Response:
    if link.state is ShareState.REVOKED:
        title, words = _("Link taken back"), _("Whoever made this link has taken it back. Ask them for another.")
    else:
        title = _("Link expired")
        words = _("This link was good until {until}. Ask whoever sent it for another.").format(
            until=_moment(link.expires_at)
        )
    return _answer(request, title, f"<p>{escape(words)}</p>", status=410)


def _answer(request: Request, title: str, body: str, *, status: int = 200) -> Response:
    head = f'<div class="m-brand">{brand_html()}<div><h1>{escape(title)}</h1></div></div>'
    response = plain_page(request, title=title, body=head + body, status=status)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _body(shown: Shown, link: ShareView, shares: Shares) -> str:
    now = shares.clock.now()
    parts = []
    if shown.homes:
        parts.append(ngettext("{n} home", "{n} homes", shown.homes).format(n=shown.homes))
    if shown.city:
        parts.append(shown.city.title())
    facts = f'<p class="m-muted">{escape(", ".join(parts))}</p>' if parts else ""
    rows = "".join(_mower(mower, snapshot, now) for mower, snapshot in shown.mowers)
    listed = f'<ul class="m-list">{rows}</ul>' if rows else f"<p>{escape(_('No mower serves it yet.'))}</p>"
    until = _("This link is good until {until}. The page refreshes itself.").format(until=_moment(link.expires_at))
    return f'{facts}{listed}{_map(shown.around)}<p class="m-muted m-small">{escape(until)}</p>'


def _mower(mower: SharedMower, snapshot: MowerSnapshot | None, now: datetime) -> str:
    if snapshot is None:
        return f"<li><b>{escape(mower.device_name)}</b> <span>{escape(_('Nothing heard yet'))}</span></li>"
    stale = snapshot.confidence is Confidence.STALE
    badge = state_badge(snapshot.state, stale=stale, last_known=snapshot.last_known)
    battery = None if snapshot.reading is None else snapshot.reading.battery_percent
    charge = "" if battery is None else " · " + _("battery {n} %").format(n=battery)
    told = escape(age_words(snapshot.age_s(now)) + charge)
    name = escape(" · ".join(part for part in (mower.device_name, mower.model) if part))
    return f'<li><div><b>{name}</b><br>{badge}<br><span class="m-muted m-small">{told}</span></div></li>'


def age_words(seconds: float | None) -> str:
    """How old a word of the mower is; the page has no script that would tick it."""
    if seconds is None:
        return _("Nothing heard yet")
    for unit, most, words in ((1, 90, _("{n} s ago")), (60, 5_400, _("{n} min ago")), (3_600, 172_800, _("{n} h ago"))):
        if seconds < most:
            return words.format(n=int(seconds // unit))
    return _("{n} days ago").format(n=int(seconds // 86_400))


def _map(around: Surroundings | None) -> str:
    """Roads, and a circle within which it is; no house is drawn and none can be told."""
    if around is None:
        return ""
    wide = cos(radians(around.middle.latitude))

    def point(longitude: float, latitude: float) -> str:
        x = (longitude - around.middle.longitude) * wide / AROUND_DEG + 1
        y = (around.middle.latitude - latitude) / AROUND_DEG + 1
        return f"{x * SIDE / 2:.1f},{y * SIDE / 2:.1f}"

    roads = "".join(f'<polyline points="{" ".join(point(*place) for place in line)}"/>' for line in around.lines)
    radius = CELL_DEG / AROUND_DEG * SIDE / 2 * 0.71  # to the corners of its cell
    label = escape(_("About where it is: somewhere in the circle"))
    credit = f'<figcaption class="m-muted m-small">{escape(around.attribution)}</figcaption>' if around.lines else ""
    return (
        f'<figure class="m-share-map"><svg viewBox="0 0 {SIDE} {SIDE}" role="img" aria-label="{label}" width="100%" '
        f'style="max-width:{SIDE}px;background:var(--m-surface-2,#eee);border-radius:8px">'
        f'<g fill="none" stroke="currentColor" stroke-opacity=".45" stroke-width="3">{roads}</g>'
        f'<circle cx="{SIDE / 2}" cy="{SIDE / 2}" r="{radius:.1f}" fill="#2e7d32" fill-opacity=".25" '
        f'stroke="#2e7d32" stroke-width="2"/></svg>{credit}</figure>'
    )


def _moment(at: datetime) -> str:
    return str(format_datetime(at, "short", locale=locale())) + " UTC"
