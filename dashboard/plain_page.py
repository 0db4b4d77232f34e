"""Pages of plain HTML: sign-in, refusals and errors. They need neither script nor socket, so they always work."""

from html import escape

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse

from dashboard.assets import asset_url
from dashboard.frame_head import plain_head_html, theme_of
from dashboard.frame_parts import drill_bar
from dashboard.i18n import _, current_language


def plain_page(
    connection: HTTPConnection, *, title: str, body: str, footer: str = "", status: int = 200
) -> HTMLResponse:
    """A whole document around ``body`` (HTML, already escaped)."""
    theme = theme_of(connection)
    language = current_language()
    bar = drill_bar(led=False) if connection.scope.get("mowthos.drill") else ""
    return HTMLResponse(
        f'<!doctype html><html lang="{language}" data-theme="{theme}"><head>{plain_head_html()}'
        f"<title>{escape(title)} - MowthosOS</title></head>"
        f'<body>{bar}<div class="m-plain"><main>{body}</main><footer>{footer}</footer></div></body></html>',
        status_code=status,
        headers={"Cache-Control": "no-store"},
    )


def brand_html() -> str:
    return f'<img src="{asset_url("logo.svg")}" alt="" width="44" height="44">'


def problem_page(
    connection: HTTPConnection, *, title: str, message: str, status: int, problem_id: str = ""
) -> HTMLResponse:
    """What happened, what to do, and the id that finds the log line."""
    found = (
        f'<p class="m-muted m-small">{escape(_("Error id"))} <code class="m-code">{escape(problem_id)}</code></p>'
        if problem_id
        else ""
    )
    body = (
        f'<div class="m-brand">{brand_html()}<div><h1>{escape(title)}</h1><p>{escape(message)}</p></div></div>{found}'
        f'<div class="m-stack"><a class="m-button" href="/">{escape(_("Go to your start page"))}</a></div>'
    )
    return plain_page(connection, title=title, body=body, status=status)
