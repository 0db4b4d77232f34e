"""The one table of how a cluster's state looks: colour, pattern, word. Map, list, chips and legend use it."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from core.neighbourhood.clusters import ClusterState, Level
from dashboard.i18n import N_, _
from dashboard.state_style import Colour


@dataclass(frozen=True, slots=True)
class ClusterStyle:
    """``pattern``: none | rising | falling | cross | bars | dots | solid; ``dash`` is the outline's."""

    word: str
    colour: Colour
    pattern: str
    dash: str
    rank: int


STYLES: Mapping[ClusterState, ClusterStyle] = {
    ClusterState.DRAFT: ClusterStyle(N_("Draft"), Colour("#56646f", "#a9b7c2"), "none", "4 3", 3),
    ClusterState.SUBMITTED: ClusterStyle(N_("Submitted"), Colour("#8a5300", "#f2b84f"), "rising", "", 0),
    ClusterState.APPROVED: ClusterStyle(N_("Approved"), Colour("#1b5cb8", "#86b6ff"), "dots", "", 1),
    ClusterState.REJECTED: ClusterStyle(N_("Rejected"), Colour("#b3261e", "#ff8a80"), "cross", "", 2),
    ClusterState.ACTIVE: ClusterStyle(N_("Active"), Colour("#0d7544", "#45c486"), "solid", "", 4),
    ClusterState.SUSPENDED: ClusterStyle(N_("Suspended"), Colour("#7a3ea8", "#cfa0f5"), "bars", "", 5),
    ClusterState.RETIRED: ClusterStyle(N_("Retired"), Colour("#5f6d65", "#93a39a"), "falling", "1.5 2.5", 6),
}

LEVELS: Mapping[Level, tuple[str, str]] = {
    Level.OK: (N_("kept"), "good"),
    Level.WARN: (N_("look at it"), "warn"),
    Level.BROKEN: (N_("broken"), "bad"),
}
"""A finding's word and the family of its chip."""

_LINES = {
    "rising": "M-2 10 10-2M-2 6 6-2M2 14 14 2M-2 14 14-2",
    "falling": "M-2 2 10 14M-2 6 6 14M2-2 14 10M-2-2 14 14",
    "cross": "M-2 10 10-2M2 14 14 2M-2 2 10 14M2-2 14 10",
    "bars": "M0 3H12M0 6H12M0 9H12",
    "dots": "M3.4 4h.01M8.6 4h.01M6 7h.01M3.4 10h.01M8.6 10h.01",
}


def state_word(state: ClusterState) -> str:
    return _(STYLES[state].word)


def state_swatch(state: ClusterState, size: int = 14) -> str:
    """A small square in the state's colour and pattern, as on the map."""
    style = STYLES[state]
    dash = f' stroke-dasharray="{style.dash}"' if style.dash else ""
    fill = {"solid": 0.85, "none": 0.0}.get(style.pattern, 0.14)
    lines = ""
    if style.pattern in _LINES:
        width = 2.2 if style.pattern == "dots" else 1.3
        lines = (
            f'<svg x="1" y="1" width="10" height="10" viewBox="1 1 10 10"><path d="{_LINES[style.pattern]}"'
            f' stroke="currentColor" stroke-width="{width}" stroke-linecap="round" fill="none"/></svg>'
        )
    return (
        f'<svg viewBox="0 0 12 12" width="{size}" height="{size}" aria-hidden="true" style="color:{style.colour.css}">'
        f'<rect x="1" y="1" width="10" height="10" rx="2.4" fill="currentColor" fill-opacity="{fill}"'
        f' stroke="currentColor" stroke-width="1.6"{dash}/>{lines}</svg>'
    )


def state_chip(state: ClusterState, *, stale: bool = False) -> str:
    """Swatch and word; ``stale`` says beside it that the approval no longer fits the ground."""
    old = f'<span class="m-chip m-chip-warn">{escape(_("Stale"))}</span>' if stale else ""
    return f'<span class="c-state">{state_swatch(state)}<span>{escape(state_word(state))}</span></span>{old}'


def looks() -> list[dict[str, Any]]:
    """Every state for the browser, in the current language, as the legend lists them."""
    ordered = sorted(STYLES.items(), key=lambda item: item[1].rank)
    return [
        {
            "key": state.value,
            "word": _(style.word),
            "light": style.colour.light,
            "dark": style.colour.dark,
            "pattern": style.pattern,
            "dash": [float(part) for part in style.dash.split()],
            "swatch": state_swatch(state),
        }
        for state, style in ordered
    ]
