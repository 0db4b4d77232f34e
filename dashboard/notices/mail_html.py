"""The HTML of a mail: one column, inline styles alone (mail programs drop others), readable in light and dark."""

from collections.abc import Sequence
from html import escape

from dashboard.i18n import _, current_language

_FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;font-size:16px;line-height:1.5"
_BUTTON = (
    "display:inline-block;padding:11px 20px;border-radius:8px;background-color:#0d7544;color:#ffffff;"
    "text-decoration:none;font-weight:600"
)
_SMALL = "font-size:13px;opacity:0.75"


def mail_html(
    *,
    title: str,
    greeting: str,
    body: str,
    link: str,
    others: Sequence[str],
    foot: str,
    settings: str,
    unsubscribe: str,
) -> str:
    """A whole document. Everything given is text and is escaped."""
    held = ""
    if others:
        lines = "".join(f"<li>{escape(line)}</li>" for line in others)
        held = f'<h2 style="font-size:16px">{escape(_("Held back meanwhile:"))}</h2><ul>{lines}</ul>'
    ends = [f'<a href="{escape(settings)}" style="color:inherit">{escape(_("Choose what you are told"))}</a>']
    if unsubscribe:
        words = escape(_("No more mails of this kind"))
        ends.append(f'<a href="{escape(unsubscribe)}" style="color:inherit">{words}</a>')
    return (
        f'<!doctype html><html lang="{current_language()}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title></head>"
        f'<body style="margin:0;padding:24px 16px"><div style="max-width:560px;margin:0 auto;{_FONT}">'
        f'<p style="margin:0 0 8px">{escape(greeting)}</p><h1 style="font-size:21px;line-height:1.3;margin:0 0 8px">'
        f"{escape(title)}</h1>{f'<p>{escape(body)}</p>' if body else ''}"
        f'<p style="margin:20px 0"><a href="{escape(link)}" style="{_BUTTON}">{escape(_("Open MowthosOS"))}</a></p>'
        f'{held}<hr style="border:0;border-top:1px solid #8d9a92;margin:28px 0 12px">'
        f'<p style="{_SMALL}">{escape(foot)}</p><p style="{_SMALL}">{" · ".join(ends)}</p></div></body></html>'
    )
