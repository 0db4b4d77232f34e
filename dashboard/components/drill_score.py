"""A drill as its page shows it: the faults of its script, every expectation with its seconds and points, the total."""

from nicegui import ui

from core.drills import DrillScore, Injection, Party, ScoreLine, Sign
from dashboard.components.tables import table_region
from dashboard.components.text import text
from dashboard.drills.words import PARTIES, VERDICTS
from dashboard.i18n import _, told


def score_parts(score: DrillScore) -> None:
    """Title, faults and lines, in the current place."""
    record = score.record
    with ui.element("section").classes("m-card m-card-flush"):
        with ui.element("div").classes("m-card-head"), ui.element("div"):
            text("h2", told(record.script.title))
            text("p", told(record.script.story)).classes("m-muted")
            met = " / ".join(filter(None, (record.target.mower, record.target.account)))
            if met:
                text("p", _("It meets {whom}.").format(whom=met)).classes("m-muted")
        if record.trouble:
            with ui.element("div").classes("m-notice m-notice-bad").props('role="alert"'):
                text("span", _("Broken off: {reason}").format(reason=told(record.trouble)))
        with ui.element("ul").classes("m-list m-drill-faults") as faults:
            faults.props["aria-label"] = _("Faults of this drill")
            for injection in record.script.injections:
                _fault(score, injection)
        with table_region(_("What is measured")), ui.element("table").classes("m-table m-table-cards"):
            with ui.element("thead"), ui.element("tr"):
                for heading, look in (
                    (_("What is measured"), ""), (_("Who"), ""), (_("Stated"), "m-number"), (_("Seen"), ""),
                    (_("Points"), "m-number"),
                ):  # fmt: skip
                    text("th", heading).props('scope="col"').classes(look)
            with ui.element("tbody"):
                for line in score.lines:
                    _line(line)


def total_words(score: DrillScore) -> str:
    """The points of both parties and in all, in a line."""
    words = _("{party} {points} of {of}")
    parts = []
    for party in Party:
        points, of = score.points(party)
        parts.append(words.format(party=_(PARTIES[party]), points=points, of=of))
    points, of = score.points()
    return _("{points} of {of} points ({parts})").format(points=points, of=of, parts=", ".join(parts))


def _fault(score: DrillScore, injection: Injection) -> None:
    done = {one.sign for one in score.record.observations if one.subject == injection.key}
    state, look = _("To come"), ""
    if Sign.MENDED in done:
        state, look = _("Mended"), "m-chip-good"
    elif Sign.INJECTED in done:
        state, look = _("In"), "m-chip-bad"
    with ui.element("li"):
        text("span", told(injection.what)).classes("m-grow")
        words = _("second {begin} to {end}")
        text("span", words.format(begin=round(injection.at_s), end=round(injection.ends_s))).classes("m-muted m-number")
        text("span", state).classes(f"m-chip {look}")


def _line(line: ScoreLine) -> None:
    word, look = VERDICTS[line.verdict]
    with ui.element("tr"):
        with ui.element("td"):
            text("b", told(line.expected.what))
            text("span", told(line.reason)).classes("m-sub")
        text("td", _(PARTIES[line.expected.party])).props["data-label"] = _("Who")
        text("td", _("{n} s").format(n=round(line.expected.within_s))).classes("m-number").props["data-label"] = _(
            "Stated"
        )
        with ui.element("td") as seen:
            seen.props["data-label"] = _("Seen")
            with ui.element("div").classes("m-row"):
                text("span", _(word)).classes(f"m-chip {look}")
                if line.seen is not None and line.seen.by:
                    text("span", line.seen.by).classes("m-muted")
        text("td", f"{line.points}/{line.of}").classes("m-number").props["data-label"] = _("Points")
