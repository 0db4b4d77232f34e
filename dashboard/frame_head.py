"""What stands in the head of every page: language, theme, styles, and the frame's script with its texts."""

import json
from html import escape

from starlette.requests import HTTPConnection

from core.accounts import Viewer
from dashboard.assets import FONTS_URL, asset_url
from dashboard.i18n import _, current_language
from dashboard.measures import browser_measures

THEME_COOKIE = "mowthos_theme"
THEMES = ("auto", "light", "dark")


def theme_of(connection: HTTPConnection) -> str:
    """``auto``, ``light`` or ``dark``, as this browser chose; known before the page is sent, so nothing flashes."""
    chosen = connection.cookies.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


def quasar_dark(theme: str) -> bool | None:
    """The theme as NiceGUI's ``dark`` value."""
    return {"auto": None, "light": False, "dark": True}[theme]


def head_html(*, theme: str, now: str, viewer: Viewer | None) -> str:
    """``now`` is the server's time (ISO 8601): ages in the browser are told by it."""
    texts = {
        "now": _("now"),
        "seconds": _("{n} s ago"),
        "minutes": _("{n} min ago"),
        "hours": _("{n} h ago"),
        "days": _("{n} days ago"),
        "due": _("due now"),
        "in_seconds": _("in {n} s"),
        "in_minutes": _("in {n} min"),
        "in_hours": _("in {n} h"),
        "in_days": _("in {n} days"),
    }
    measures = browser_measures()
    person = "" if viewer is None else str(viewer.person_id)
    root = {"theme": theme, "person": person, "locale": measures["locale"]}
    return (
        f"<script>Object.assign(document.documentElement.dataset,{json.dumps(root)});"
        f"document.documentElement.lang={json.dumps(current_language())};</script>"
        f'<link rel="stylesheet" href="{asset_url("styles/mowthos.css")}">'
        f'<link rel="icon" href="{asset_url("logo.svg")}" type="image/svg+xml">'
        f'<script defer src="{asset_url("frame.js")}" data-now="{escape(now)}"'
        f' data-texts="{escape(json.dumps(texts))}" data-measures="{escape(json.dumps(measures["kinds"]))}">'
        f'</script><script defer src="{asset_url("bell.js")}"></script>'
        f'<script defer src="{asset_url("again.js")}"></script>'
    )


def plain_head_html() -> str:
    """The head of pages that NiceGUI does not build; no script, so they work whatever else is broken."""
    return (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="{FONTS_URL}"><link rel="stylesheet" href="{asset_url("styles/mowthos.css")}">'
        f'<link rel="icon" href="{asset_url("logo.svg")}" type="image/svg+xml">'
    )
