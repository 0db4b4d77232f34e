"""The one table of how a mower's state looks: shape, colour, word. Map, lists, cards, legend and exports use it.

Shapes are drawn in a 48 x 48 box around (24, 24); those that turn point north. ``{c}`` stands for the state's colour
and ``{g}`` for the ground it lies on (white by day, near black by night), so that one drawing serves both themes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from math import cos, pi, sin

from shapely import LineString, Polygon

from core.fleet.model import MowerState
from dashboard.i18n import N_, _

type Points = tuple[tuple[float, float], ...]

GROUND = ("#ffffff", "#0d1310")
"""What glyphs and halos are drawn in, light and dark."""


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour by day and by night, as #rrggbb. Both reach 4.5:1 on their surfaces (a test computes it)."""

    light: str
    dark: str

    @property
    def css(self) -> str:
        return f"light-dark({self.light}, {self.dark})"


@dataclass(frozen=True, slots=True)
class StateStyle:
    """How one state looks. ``rank`` orders a group's states, worst first; ``stale_s`` is the state's own age limit."""

    state: MowerState
    word: str
    colour: Colour
    outline: Points
    body: str  # SVG inside the outline
    rank: int
    turns: bool = False
    hollow: bool = False  # drawn as a line instead of filled
    dash: str = ""
    stale_s: int | None = 900

    def drawing(self, *, colour: str, ground: str, stale: bool = False) -> str:
        """The SVG content of this state's shape."""
        path = _path(self.outline)
        halo = f'<path d="{path}" fill="{ground}" stroke="{ground}" stroke-width="{8 if self.hollow else 5}"/>'
        if self.hollow:
            dash = f' stroke-dasharray="{self.dash}"' if self.dash else ""
            shape = f'<path d="{path}" fill="{ground}" stroke="{colour}" stroke-width="3.6"{dash}/>'
        else:
            shape = f'<path d="{path}" fill="{colour}"/>'
        inside = self.body.replace("{c}", colour).replace("{g}", ground)
        hatch = ""
        if stale:
            line = colour if self.hollow else ground
            hatch = f'<path d="{_hatch(self.outline)}" stroke="{line}" stroke-width="2" opacity="0.75" fill="none"/>'
        return f'<g stroke-linejoin="round" stroke-linecap="round">{halo}{shape}{inside}{hatch}</g>'


def _disc(radius: float) -> Points:
    return tuple((24 + radius * cos(2 * pi * k / 40), 24 + radius * sin(2 * pi * k / 40)) for k in range(40))


def _path(points: Points) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z"


@cache
def _hatch(outline: Points) -> str:
    """Diagonal lines across the inside of an outline."""
    inside = Polygon(outline).buffer(-1.0)
    strokes: list[str] = []
    for offset in range(-48, 96, 6):
        cut = LineString([(offset, 48), (offset + 48, 0)]).intersection(inside)
        for piece in getattr(cut, "geoms", [cut]):
            if not piece.is_empty and piece.length > 1:
                (x1, y1), (x2, y2) = piece.coords
                strokes.append(f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}")
    return "".join(strokes)


DISC = _disc(17)
SMALL_DISC = _disc(10)
ARROW: Points = ((24, 5), (39, 41), (24, 34), (9, 41))
TRIANGLE: Points = ((24, 6), (43, 40), (5, 40))

_ARROW_IN_DISC = '<path d="M24 11.5L33 34L24 29.5L15 34Z" fill="{g}"/>'
_BOLT = '<path d="M27 10.5L15 26.5H22.5L20.5 37.5L33 20.5H25Z" fill="{g}"/>'
_DOCK = '<path d="M10.5 20V35.5H37.5V20" fill="none" stroke="{g}" stroke-width="6.4"/><path d="M10.5 20V35.5H37.5V20" fill="none" stroke="{c}" stroke-width="3.2"/>'  # noqa: E501 - a drawing
_BARS = '<path d="M19 16V32M29 16V32" stroke="{g}" stroke-width="5"/>'
_BANG = '<path d="M24 17V28" stroke="{g}" stroke-width="4.6"/><circle cx="24" cy="34.2" r="2.6" fill="{g}"/>'
_DOWN = '<path d="M24 14V32M16.5 25L24 32.5L31.5 25" fill="none" stroke="{g}" stroke-width="4.2"/>'
_CROSS = '<path d="M19 19L29 29M29 19L19 29" stroke="{c}" stroke-width="3.6"/>'
_QUESTION = '<path d="M19.8 19.6C19.8 13.6 28.6 13.8 28.6 19.4C28.6 23.2 24 23.4 24 27.6" fill="none" stroke="{c}" stroke-width="3.6"/><circle cx="24" cy="33" r="2.4" fill="{c}"/>'  # noqa: E501 - a drawing

SLATE = Colour("#4d627c", "#a3b8d4")
GREY = Colour("#5b646a", "#a9b2b8")

STATE_STYLES: Mapping[MowerState, StateStyle] = {
    style.state: style
    for style in (
        StateStyle(MowerState.FAULT, N_("Fault"), Colour("#c2242b", "#ff7a70"), TRIANGLE, _BANG, 0),
        StateStyle(MowerState.UNKNOWN, N_("Unknown"), GREY, DISC, _QUESTION, 1, hollow=True, dash="5 5", stale_s=None),
        StateStyle(MowerState.OFFLINE, N_("Offline"), GREY, DISC, _CROSS, 2, hollow=True, dash="7 6.4", stale_s=None),
        StateStyle(MowerState.PAUSED, N_("Paused"), Colour("#8f5200", "#f5b04a"), DISC, _BARS, 3),
        StateStyle(MowerState.UPDATING, N_("Updating"), Colour("#7040c4", "#c3a3ff"), DISC, _DOWN, 4),
        StateStyle(
            MowerState.RETURNING, N_("Returning"), Colour("#00696f", "#43d0d6"), ARROW, "", 5,
            turns=True, hollow=True, stale_s=60,
        ),
        StateStyle(
            MowerState.MOWING, N_("Mowing"), Colour("#0b6e3f", "#4fd389"), DISC, _ARROW_IN_DISC, 6,
            turns=True, stale_s=60,
        ),
        StateStyle(MowerState.CHARGING, N_("Charging"), Colour("#1c5bc4", "#7fb2ff"), DISC, _BOLT, 7),
        StateStyle(MowerState.IDLE, N_("Idle"), SLATE, SMALL_DISC, "", 8),
        StateStyle(MowerState.DOCKED, N_("Docked"), SLATE, _disc(8), _DOCK, 9),
    )
}  # fmt: skip
"""Every state, worst first."""


def state_word(state: MowerState, last_known: MowerState | None = None) -> str:
    """The state in the current language; an unknown one tells what was last known."""
    if state is MowerState.UNKNOWN and last_known is not None:
        return _("Last known: {state}").format(state=_(STATE_STYLES[last_known].word).lower())
    return _(STATE_STYLES[state].word)


def state_drawing(
    state: MowerState, *, colour: str, ground: str, stale: bool = False, last_known: MowerState | None = None
) -> str:
    """SVG content in a 48 x 48 box. An unknown state keeps the outline of the shape that was last known."""
    style = STATE_STYLES[state]
    if state is MowerState.UNKNOWN and last_known is not None:
        outline = STATE_STYLES[last_known].outline
        style = StateStyle(
            state, style.word, style.colour, outline if Polygon(outline).area > 400 else DISC, style.body, style.rank,
            turns=STATE_STYLES[last_known].turns, hollow=True, dash=style.dash,
        )  # fmt: skip
    return style.drawing(colour=colour, ground=ground, stale=stale)


def state_icon(
    state: MowerState, *, size: int = 20, stale: bool = False, last_known: MowerState | None = None, title: str = ""
) -> str:
    """An inline SVG that follows the page's theme. Without a ``title`` it is decoration beside the word."""
    drawing = state_drawing(state, colour="currentColor", ground="var(--m-surface)", stale=stale, last_known=last_known)
    role = f'role="img" aria-label="{escape(title)}"' if title else 'aria-hidden="true"'
    faded = ";opacity:.75" if stale else ""
    return (
        f'<svg class="m-state-icon" width="{size}" height="{size}" viewBox="2 2 44 44" {role} '
        f'style="color:{STATE_STYLES[state].colour.css}{faded}">{drawing}</svg>'
    )


def state_badge(
    state: MowerState, *, stale: bool = False, last_known: MowerState | None = None, words: str = ""
) -> str:
    """Shape and word together, as every list shows a state; ``words`` replaces the word (a fault with its reason)."""
    text = words or state_word(state, last_known)
    if stale and state is not MowerState.UNKNOWN:
        text = _("Last known: {state}").format(state=text[:1].lower() + text[1:])
    icon = state_icon(state, stale=stale, last_known=last_known)
    return (
        f'<span class="m-state" style="display:inline-flex;align-items:center;gap:6px">{icon}'
        f'<span style="color:{STATE_STYLES[state].colour.css};font-weight:500">{escape(text)}</span></span>'
    )
