"""The plain pages of joining: they need neither script nor socket, and work at any width."""

from collections.abc import Sequence
from html import escape
from uuid import UUID

from starlette.requests import Request
from starlette.responses import HTMLResponse

from core.neighbourhood import Home
from core.neighbourhood.clusters import WaitingView
from dashboard.i18n import _, ngettext, told
from dashboard.join.desk import Answer, NearCluster, Terms
from dashboard.plain_page import brand_html, plain_page


def page(
    request: Request, *, title: str, words: str, body: str, error: str = "", status: int = 200, footer: str = ""
) -> HTMLResponse:
    """Heading, one sentence, what went wrong if anything, then ``body`` (HTML, escaped already)."""
    problem = f'<div class="m-notice m-notice-bad" role="alert" id="problem">{escape(error)}</div>' if error else ""
    head = f'<div class="m-brand">{brand_html()}<div><h1>{escape(title)}</h1><p>{escape(words)}</p></div></div>'
    return plain_page(request, title=title, body=head + problem + body, footer=footer, status=status)


def address_form(address: str = "", action: str = "/join") -> str:
    """One field; a page without a script finds homes by it."""
    return (
        f'<form method="get" action="{action}" role="search"><div class="m-field">'
        f'<label for="address">{escape(_("Your address"))}</label>'
        f'<input class="m-input" id="address" name="address" value="{escape(address)}" maxlength="120" required'
        f' autocomplete="street-address" placeholder="{escape(_("House number and street"))}"></div>'
        f'<button class="m-button" type="submit">{escape(_("Look"))}</button></form>'
    )


def homes_list(homes: Sequence[Home], address: str) -> str:
    """Each home as a link; what to do where nothing is like it."""
    if not homes:
        words = _("No home in our address book is like “{address}”. Check the spelling, or ask your operator.")
        return f'<p role="status">{escape(words.format(address=address))}</p>'
    rows = "".join(
        f'<li><a class="m-button m-button-quiet" href="/join?home={home.id}">{escape(home.label)}</a></li>'
        for home in homes
    )
    heading = escape(_("Which one is yours?"))
    return f'<h2>{heading}</h2><ul class="m-stack j-homes" aria-label="{heading}">{rows}</ul>'


def answer_html(answer: Answer) -> str:
    """Whether a cluster could take the home in, or why not yet."""
    if not answer.near:
        return f'<p role="status">{escape(no_cluster())}</p>'
    rows = "".join(f"<li><b>{escape(one.code)}</b> {cluster_words(one)}</li>" for one in answer.near)
    heading = escape(_("Clusters near you"))
    return f'<h2>{heading}</h2><ul class="j-clusters" aria-label="{heading}">{rows}</ul>'


def no_cluster() -> str:
    return _("Not yet: no cluster is near this home. Who signed up stands on the list from which new ones are drawn.")


def cluster_words(one: NearCluster) -> str:
    """A cluster's answer: free places, or every reason against it."""
    if one.joins:
        return escape(ngettext("{n} place is free.", "{n} places are free.", one.places_left).format(n=one.places_left))
    return escape(" ".join(told(word) for word in one.words))


def _agree(terms: Terms) -> str:
    if not terms.version:
        return ""
    links = "".join(
        f' <a href="{escape(address)}" target="_blank" rel="noopener">{escape(word)}</a>'
        for address, word in ((terms.terms_url, _("Terms of use")), (terms.privacy_url, _("Privacy notice")))
        if address
    )
    words = _("I agree to the terms of use and have read the privacy notice (version {version}).")
    return (
        f'<p><label><input type="checkbox" name="agreed" value="{escape(terms.version)}" required> '
        f"{escape(words.format(version=terms.version))}</label>{links}</p>"
    )


def sign_up_form(home_id: int | None, *, name: str = "", email: str = "", terms: Terms = Terms()) -> str:  # noqa: B008
    hidden = "" if home_id is None else f'<input type="hidden" name="home" value="{home_id}">'
    return (
        f'<form method="post" action="/sign-up">{hidden}<h2>{escape(_("Sign up"))}</h2>'
        f"{_field('name', _('Your name'), 'text', 'name', name, 120)}"
        f"{_field('email', _('Email'), 'email', 'username', email, 254)}{_agree(terms)}"
        f'<button class="m-button" type="submit">{escape(_("Send me the mail"))}</button>'
        f'<p class="m-muted m-small">{escape(_("You choose a password once you have the mail. Have an account?"))} '
        f'<a href="/sign-in?next=/join">{escape(_("Sign in"))}</a></p></form>'
    )


def email_form(action: str, button: str) -> str:
    return (
        f'<form method="post" action="{action}">{_field("email", _("Email"), "email", "username", "", 254)}'
        f'<button class="m-button" type="submit">{escape(button)}</button></form>'
    )


def password_form(action: str, button: str) -> str:
    return (
        f'<form method="post" action="{escape(action)}">'
        f"{_field('password', _('New password'), 'password', 'new-password', '', 200)}"
        f'<p class="m-muted m-small">{escape(_("Ten characters or more."))}</p>'
        f'<button class="m-button" type="submit">{escape(button)}</button></form>'
    )


def cluster_forms(answer: Answer) -> str:
    """Clusters as a household sees them that is signed in: join, or wait in line."""
    rows = [] if answer.near else [f"<li>{escape(no_cluster())}</li>"]
    for one in answer.near:
        word = _("Join {code}") if one.joins else _("Wait in line for {code}") if one.waits else ""
        form = "" if not word else _cluster_form(word.format(code=one.code), answer.home.id, one.id)
        rows.append(f"<li><b>{escape(one.code)}</b> {cluster_words(one)}{form}</li>")
    return f'<ul class="j-clusters">{"".join(rows)}</ul>'


def place_forms(line: WaitingView) -> str:
    """A place that is held: take it, or let the next in line have it."""
    take = _cluster_form(_("Take the place"), line.home_id, line.cluster_id)
    give_up = _cluster_form(_("Give it up"), line.home_id, line.cluster_id, action="/join/line/leave", quiet=True)
    return f'<div class="m-stack">{take}{give_up}</div>'


def referral_form(lot_id: UUID, code: str) -> str:
    """One optional field."""
    return (
        f'<form method="post" action="/join/code"><input type="hidden" name="lot" value="{lot_id}">'
        f"{_field('code', _('Code of a neighbour who brought you'), 'text', 'off', code, 20)}"
        f'<button class="m-button m-button-quiet" type="submit">{escape(_("Use the code"))}</button></form>'
    )


def claim_form(home: Home) -> str:
    return (
        f'<form method="post" action="/join/home"><input type="hidden" name="home" value="{home.id}">'
        f'<button class="m-button" type="submit">{escape(_("This is my home"))}</button></form>'
    )


def _cluster_form(
    word: str, home_id: int | None, cluster_id: UUID, *, action: str = "/join/cluster", quiet: bool = False
) -> str:
    look = "m-button m-button-quiet" if quiet else "m-button"
    return (
        f'<form method="post" action="{action}"><input type="hidden" name="home" value="{home_id}">'
        f'<input type="hidden" name="cluster" value="{cluster_id}">'
        f'<button class="{look}" type="submit">{escape(word)}</button></form>'
    )


def _field(name: str, label: str, kind: str, complete: str, value: str, most: int) -> str:
    return (
        f'<div class="m-field"><label for="{name}">{escape(label)}</label>'
        f'<input class="m-input" id="{name}" name="{name}" type="{kind}" autocomplete="{complete}" required'
        f' maxlength="{most}" value="{escape(value)}"></div>'
    )
