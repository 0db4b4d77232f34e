"""The parts of a cluster's page: its members, the rules' findings, what changed between versions, its history."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from typing import Any

from nicegui import ui

from core.neighbourhood.clusters import (
    CONSENT_WORDS,
    CheckResult,
    ClusterView,
    EventView,
    Finding,
    Level,
    MemberView,
    Part,
    Rule,
    VersionDiff,
)
from core.neighbourhood.clusters.life import DONE_WORDS, Action
from dashboard.clusters.style import LEVELS, state_word
from dashboard.clusters.wire import RULE_WORDS, corridor_told
from dashboard.components.ages import age_text
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.i18n import _, ngettext, told
from dashboard.measures import area_words, length_words

MARKS = {Level.OK: "✓", Level.WARN: "!", Level.BROKEN: "✕"}


def group_of(
    members: Sequence[MemberView], findings: Sequence[Finding], check: CheckResult | None = None
) -> dict[str, Any]:
    """What a map draws of some members: places, troubles, and corridors where they are known."""
    worst: dict[int, Level] = {}
    order = list(LEVELS)
    for finding in findings:
        if finding.home_id is not None:
            worst[finding.home_id] = max(finding.level, worst.get(finding.home_id, Level.OK), key=order.index)
    homes = {member.home_id for member in members}
    return {
        "members": [
            {
                "id": member.home_id,
                "address": member.address,
                "place": [member.longitude, member.latitude],
                "part": member.part.value,
                "level": worst.get(member.home_id, Level.OK).value,
            }
            for member in members
        ],
        "corridors": [corridor_told(way) for way in check.corridors if way.home_id in homes] if check else [],
        "marked": [],
    }


@contextmanager
def card(title: str, *, flush: bool = False) -> Iterator[None]:
    """A card with a heading; ``flush`` lets what is inside reach its edges."""
    with ui.element("section").classes("m-card m-card-flush" if flush else "m-card m-stack"):
        with ui.element("div").classes("m-card-head" if flush else ""):
            text("h2", title)
        yield


def members_table(view: ClusterView, lawns: Mapping[Any, float], acts: Callable[[MemberView], None]) -> None:
    """Every member with its numbers; ``acts`` adds what may be done with one."""
    with table_region(_("Homes")), ui.element("table").classes("m-table m-table-cards"):
        with ui.element("thead"), ui.element("tr"):
            for heading, number in (
                (_("Home"), False),
                (_("Lawn"), True),
                (_("Distance"), True),
                (_("Corridor"), True),
                (_("Consent"), False),
            ):
                text("th", heading).props('scope="col"').classes("m-number" if number else "")
            with ui.element("th").props('scope="col"'):
                text("span", _("Actions")).classes("m-visually-hidden")
        with ui.element("tbody"):
            for number, member in enumerate(view.members):
                _member(member, number, lawns, acts, view)


def _member(
    member: MemberView, number: int, lawns: Mapping[Any, float], acts: Callable[[MemberView], None], view: ClusterView
) -> None:
    host = member.part is Part.HOST
    with ui.element("tr"):
        with ui.element("td"), ui.element("div").classes("m-row c-home"):
            mark = text("span", "⌂" if host else str(number)).classes("c-number").props('aria-hidden="true"')
            mark.props["data-part"] = member.part.value
            with ui.element("div"):
                text("b", member.address)
                words = _("Host") if host else _("Neighbour")
                if view.live and not member.approved:
                    words = _("waits for approval")
                text("span", words).classes("m-sub")
        lawn = lawns.get(member.lot_id) if member.lot_id else None
        with ui.element("td").classes("m-number") as cell:
            cell.props["data-label"] = _("Lawn")
            if lawn is None:
                cell.props["title"] = _("No lawn has been drawn for this home.")
            if member.lot_id is None:
                text("span", _dash(lawn, area_words))
            else:
                words = _("draw") if lawn is None else _dash(lawn, area_words)
                link = ui.link(words, f"/lots/{member.lot_id}/lawns")
                link.props["aria-label"] = _("Lawns of {address}: {words}").format(address=member.address, words=words)
        for heading, metres in ((_("Distance"), member.distance_m), (_("Corridor"), member.length_m)):
            cell = text("td", "" if host else _dash(metres, length_words)).classes("m-number")
            cell.props["data-label"] = heading
        consent = "" if host else _(CONSENT_WORDS[member.consent])
        cell = text("td", consent).props(f'data-label="{escape(_("Consent"))}"')
        cell.classes("c-warn" if member.consent == "missing" else "m-muted")
        with ui.element("td").classes("m-number"):
            acts(member)


def findings_list(findings: Sequence[Finding], acts: Callable[[Finding], None]) -> None:
    """The rules as a checklist; ``acts`` adds what a finding asks for."""
    order = list(LEVELS)
    with ui.element("ul").classes("c-rules"):
        for rule in Rule:
            mine = [finding for finding in findings if finding.rule is rule]
            if not mine:
                continue
            level = max((finding.level for finding in mine), key=order.index)
            with ui.element("li").props(f'data-rule="{rule.value}" data-level="{level.value}"'):
                text("span", MARKS[level]).classes("c-mark").props(f'data-level="{level.value}" aria-hidden="true"')
                with ui.element("div"):
                    text("b", _(RULE_WORDS[rule]))
                    text("span", f": {_(LEVELS[level][0])}").classes("m-visually-hidden")
                    for finding in mine:
                        text("p", told(finding.words)).classes("m-muted" if finding.level is Level.OK else "")
                        acts(finding)


def diff_list(diff: VersionDiff) -> None:
    """What changed, in words, each with its sign."""
    lines: list[tuple[str, str, str]] = []
    if diff.host_before and diff.host_after:
        words = _("Host: {before} becomes {after}").format(
            before=diff.host_before.address, after=diff.host_after.address
        )
        lines.append(("⌂", "host", words))
    lines += [("+", "came", _("{address} comes").format(address=member.address)) for member in diff.came]
    lines += [("−", "left", _("{address} leaves").format(address=member.address)) for member in diff.left]
    if diff.name_before is not None or diff.name_after is not None:
        words = _("Name: “{before}” becomes “{after}”").format(before=diff.name_before, after=diff.name_after)
        lines.append(("✎", "host", words))
    if diff.state_before is not diff.state_after:
        words = _("State: {before} becomes {after}").format(
            before=state_word(diff.state_before), after=state_word(diff.state_after)
        )
        lines.append(("→", "host", words))
    lines += [("i", "host", told(words)) for words in diff.verdicts]
    if not lines:
        text("p", _("Nothing differs.")).classes("m-muted")
    with ui.element("ul").classes("c-diff"):
        for sign, kind, words in lines:
            with ui.element("li").props(f'data-kind="{kind}"'):
                text("i", sign).props('aria-hidden="true"')
                text("span", words)


def history_list(events: Sequence[EventView]) -> None:
    """Newest first: what was done, by whom, when, and what was said."""
    with ui.element("ol").classes("c-history"):
        for event in reversed(events):
            with ui.element("li"):
                with ui.element("div").classes("m-row"):
                    text("b", _(DONE_WORDS[Action(event.action)]).capitalize())
                    if event.state_before is not event.state_after:
                        text("span", state_word(event.state_after)).classes("m-chip")
                with ui.element("p").classes("m-small m-muted"):
                    text("span", _("{name}, version {version},").format(name=event.by, version=event.version) + " ")
                    age_text(event.at)
                if event.comment:
                    text("p", told(event.comment)).classes("c-said")


def progress_line(view: ClusterView) -> None:
    """How full it is, as a bar and in words."""
    share = round(view.progress * 100)
    places = ngettext("{n} place left", "{n} places left", view.places_left).format(n=view.places_left)
    words = _("full") if view.full else places
    with ui.element("div").classes("c-progress"):
        bar = ui.element("div").classes("c-progress-bar").props(f'role="meter" aria-valuenow="{len(view.neighbours)}"')
        bar.props(f'aria-valuemin="0" aria-valuemax="{view.max_neighbours}"')
        bar.props["aria-label"] = _("Neighbours")
        with bar:
            ui.element("i").style(f"width:{share}%")
        numbers = f"{len(view.neighbours)}/{view.max_neighbours}"
        text("p", f"{numbers} · {words}" + (f" · {_('forming')}" if view.forming else "")).classes("m-small")


def _dash(value: float | None, words: Callable[[float], str]) -> str:
    return "–" if value is None else words(value)
