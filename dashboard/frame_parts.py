"""The parts of the frame that stay as they are, as HTML: bars, search, account menu, keys. Every text is escaped."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from core.accounts import Right, Viewer
from dashboard.assets import asset_url
from dashboard.i18n import LANGUAGES, N_, _, current_language


@dataclass(frozen=True, slots=True)
class NavEntry:
    """One entry of the top bar; ``key`` follows ``g``."""

    path: str
    label: str
    icon: str
    right: Right
    key: str
    in_bar: bool = True
    """Whether it stands in the bars; else it is found under the account, and by its key."""
    also: tuple[str, ...] = ()
    """Other beginnings of addresses that belong to it."""
    narrow: bool = True  # whether it stands in the bottom bar of a phone, which holds five at most


type Keys = Sequence[tuple[tuple[str, ...], str]]
"""Key caps and what they do, in the words of the current language."""

GENERAL_KEYS = ((("/",), N_("Search")), (("?",), N_("Show these keys")), (("Esc",), N_("Close the top layer")))


def top_row(navigation_html: str, sought: str | None, menu_html: str) -> str:
    """The bar at the top; ``sought`` is what stands in the search field, ``None`` for no field."""
    return (
        f'<a class="m-skip" href="#content">{escape(_("Skip to content"))}</a><div class="m-top-row">'
        f'<a class="m-brand" href="/" aria-label="{escape(_("MowthosOS, start page"))}">'
        f'<img src="{asset_url("logo.svg")}" alt=""><span>MowthosOS</span></a>'
        f'{navigation_html}<div class="m-gap"></div>{"" if sought is None else _search(sought)}{menu_html}</div>'
    )


def drill_bar(*, led: bool) -> str:
    """The line over every page of a drill's copy; ``led``: with the way to how it goes."""
    way = f'<a href="/drill">{escape(_("How it goes"))}</a>' if led else ""
    words = escape(_("Drill - not the real fleet"))
    return f'<div class="m-drill" role="region" aria-label="{words}"><b>{words}</b>{way}</div>'


def navigation(entries: Sequence[NavEntry], path: str, *, narrow: bool = False) -> str:
    label = _("Pages, bottom bar") if narrow else _("Pages")
    links = "".join(_link(entry, path) for entry in entries if entry.in_bar)
    return f'<nav class="m-nav" aria-label="{escape(label)}">{links}</nav>'


def user_menu(viewer: Viewer, theme: str, entries: Sequence[NavEntry] = ()) -> str:
    """The account's button, and the layer it opens (the browser's own popover: Esc and a click outside close it)."""
    label = escape(_("Your account: {name}").format(name=viewer.name))
    who = f"<b>{escape(viewer.name)}</b><span>{escape(viewer.email)} - {escape(role_word(viewer.role))}</span>"
    places = "".join(
        f'<a class="m-item{" m-item-phone" if entry.in_bar else ""}" href="{entry.path}" data-key="{entry.key}">'
        f"{icon(entry.icon)}<span>{escape(_(entry.label))}</span></a>"
        for entry in entries
        if not (entry.in_bar and entry.narrow)
    )
    themes = {"auto": _("Auto"), "light": _("Light"), "dark": _("Dark")}
    return (
        f'<button type="button" class="m-me" popovertarget="m-account" aria-label="{label}">'
        f"<span>{escape(initials(viewer.name))}</span></button>"
        f'<div id="m-account" class="m-menu" popover><div class="m-menu-who">{who}</div>'
        f'{places}<a class="m-item" href="/account/notices">{icon("o_notifications_active")}'
        f"<span>{escape(_('What you are told'))}</span></a>"
        f'<a class="m-item" href="/account/security">{icon("o_lock")}'
        f"<span>{escape(_('Sign-in and security'))}</span></a>"
        f'<a class="m-item" href="/account/keys">{icon("o_key")}<span>{escape(_("API keys"))}</span></a>'
        f"{_segments(_('Theme'), 'theme', themes, theme)}"
        f"{_segments(_('Language'), 'language', LANGUAGES, current_language())}"
        f'<button type="button" class="m-item" data-keys>{icon("o_keyboard")}<span>{escape(_("Keyboard keys"))}</span>'
        f'<kbd>?</kbd></button><form method="post" action="/sign-out"><button type="submit" class="m-item">'
        f"{icon('o_logout')}<span>{escape(_('Sign out'))}</span></button></form></div>"
    )


def key_help(entries: Sequence[NavEntry], keys: Keys) -> str:
    rows = [
        *[(caps, _(words)) for caps, words in GENERAL_KEYS],
        *[(("g", entry.key), _("Go to {page}").format(page=_(entry.label))) for entry in entries],
        *keys,
    ]
    told = "".join(
        f"<dt>{''.join(f'<kbd>{escape(cap)}</kbd>' for cap in caps)}</dt><dd>{escape(words)}</dd>"
        for caps, words in rows
    )
    return (
        f'<dialog class="m-keys" aria-labelledby="keys-title"><header><h2 id="keys-title">{escape(_("Keyboard keys"))}'
        f'</h2><form method="dialog"><button type="submit" class="m-button m-button-quiet m-button-small">'
        f"{escape(_('Close'))}</button></form></header><dl>{told}</dl></dialog>"
    )


def sign_in_again(viewer: Viewer) -> str:
    """What is asked in place when the session has run out (``again.js``)."""
    return (
        '<dialog class="m-again" aria-labelledby="again-title"'
        f' data-away="{escape(_("The server does not answer. Try again in a moment."))}">'
        '<template><form class="m-stack">'
        f'<h2 id="again-title">{escape(_("Your session has ended"))}</h2>'
        f"<p>{escape(_('Sign in to go on. What you have typed is still here.'))}</p>"
        '<div class="m-notice m-notice-bad" role="alert" hidden></div>'
        f'<div class="m-field"><label for="again-email">{escape(_("Email"))}</label><input class="m-input"'
        f' id="again-email" name="email" type="email" autocomplete="username" readonly value="{escape(viewer.email)}">'
        f'</div><div class="m-field"><label for="again-password">{escape(_("Password"))}</label><input class="m-input"'
        ' id="again-password" name="password" type="password" autocomplete="current-password" required></div>'
        f'<div class="m-field" data-code hidden><label for="again-code">{escape(_("Code of your app"))}</label>'
        '<input class="m-input" id="again-code" name="code" autocomplete="one-time-code" autocapitalize="none"'
        ' spellcheck="false" maxlength="64"></div>'
        f'<div class="m-actions"><button class="m-button m-button-quiet" type="button" data-leave>'
        f"{escape(_('Sign in another way'))}</button>"
        f'<button class="m-button" type="submit">{escape(_("Go on"))}</button></div></form></template></dialog>'
    )


def icon(name: str) -> str:
    """A Material icon that says nothing to a screen reader, drawn as Quasar draws it (``o_``: outlined)."""
    family, glyph = ("material-icons-outlined", name[2:]) if name.startswith("o_") else ("material-icons", name)
    return f'<i class="q-icon notranslate {family}" aria-hidden="true" role="presentation">{escape(glyph)}</i>'


def role_word(role: str) -> str:
    """A role in the current language."""
    words = {
        "admin": _("Admin"),
        "dispatcher": _("Dispatcher"),
        "technician": _("Technician"),
        "homeowner": _("Homeowner"),
        "auditor": _("Auditor"),
        "service": _("Program"),
    }
    return words[role]


def initials(name: str) -> str:
    """Up to two letters that stand for a person."""
    return "".join(word[0] for word in name.split()[:2]).upper() or "?"


def _link(entry: NavEntry, path: str) -> str:
    inside = any(path == begin or path.startswith(begin + "/") for begin in (entry.path, *entry.also))
    here = ' aria-current="page"' if inside else ""
    words = f"{icon(entry.icon)}<span>{escape(_(entry.label))}</span>"
    return f'<a href="{entry.path}" data-key="{entry.key}"{here}>{words}</a>'


def _search(sought: str) -> str:
    words = escape(_("Search mowers and addresses"))
    return (
        f'<form class="m-search" role="search" action="/fleet" method="get">{icon("o_search")}'
        f'<input type="search" name="q" autocomplete="off" placeholder="{words}" aria-label="{words}"'
        f' value="{escape(sought)}"><kbd aria-hidden="true">/</kbd></form>'
    )


def _segments(label: str, name: str, choices: dict[str, str], chosen: str) -> str:
    buttons = "".join(
        f'<button type="button" data-{name}-choice="{value}" aria-pressed="{str(value == chosen).lower()}">'
        f"{escape(word)}</button>"
        for value, word in choices.items()
    )
    return (
        f'<div class="m-menu-label">{escape(label)}</div>'
        f'<div class="m-segments" role="group" aria-label="{escape(label)}">{buttons}</div>'
    )
