"""The plan of a town on a flat sheet: bands of cells, each with a pattern of streets. Metres, before bending.

Bands run east-west and are 180 m deep: two back-to-back rows of lots. A collector runs north through the middle, an
arterial passes the southern edge, a ring street encloses the rest. Where a cell is given to a pond, a park or a school
its streets stay away.
"""

from dataclasses import dataclass, field
from math import cos, pi, sin
from random import Random

from core.neighbourhood.town.model import RoadClass

BAND_M = 180.0
LOT_DEPTH_M = 37.0
ARTERIAL_GAP_M = 66.0  # from the southernmost row street down to the arterial: one lot depth and both rights of way
FRINGE_M = 46.0  # land beyond the ring street: its right of way and one lot depth
SIDE_M = 90.0  # from a fronted side street to the next street that lots back on to
POND_M = 290.0
PARK_M = 190.0
SCHOOL_M = 235.0

type Sheet = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class PlannedStreet:
    """A centre line on the sheet. ``rank`` 1 streets claim their lots first; 0 has no lots."""

    line: Sheet
    road_class: RoadClass
    rank: int
    kind: str  # arterial | collector | ring | row | side | middle | court | loop
    turning_head: bool = False


@dataclass(frozen=True, slots=True)
class Reserve:
    """Land kept for something other than lots: a rectangle on the sheet (west, south, east, north)."""

    kind: str  # pond | park | school
    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything the sheet says."""

    half_width: float
    bands: int
    streets: tuple[PlannedStreet, ...]
    reserves: tuple[Reserve, ...]


@dataclass
class _Sheet:
    """The plan while it is drawn."""

    streets: list[PlannedStreet] = field(default_factory=list)
    reserves: list[Reserve] = field(default_factory=list)
    sides: list[tuple[int, float]] = field(default_factory=list)  # (band, u) of side streets
    gaps: list[tuple[int, float, float]] = field(default_factory=list)  # (row, from, to) where a row street is cut


@dataclass(frozen=True, slots=True)
class _Special:
    kind: str
    band: int
    depth: int  # bands it takes
    east: bool
    near: float  # distances from the collector
    far: float


def draw_plan(random: Random, half_width: float, bands: int) -> Plan:
    """A plan ``2 * half_width`` metres wide and ``bands * 180`` m deep."""
    sheet = _Sheet()
    specials = _specials(random, half_width, bands)
    for band in range(bands):
        for east in (False, True):
            _fill_half(random, sheet, band, east, half_width, specials)
    _rows(sheet, half_width, bands)
    _merge_sides(sheet)
    _frame(sheet, half_width, bands)
    return Plan(half_width, bands, tuple(sheet.streets), tuple(sheet.reserves))


def _specials(random: Random, half_width: float, bands: int) -> list[_Special]:
    """A pond, a park and a school for every four bands, on sides that the seed chooses."""
    found: list[_Special] = []
    for start in range(0, bands, 4):
        depth = min(4, bands - start)
        east = random.random() < 0.5
        if depth >= 3 and half_width >= POND_M + 150:
            near = 0.0 if random.random() < 0.5 else half_width - POND_M
            found.append(_Special("pond", start + 1, 2, east, near, near + POND_M))
        if half_width >= SCHOOL_M + 150 and depth >= 2:
            found.append(_Special("school", start, 1, not east, 0.0, SCHOOL_M))
        if half_width >= PARK_M + 150:
            found.append(_Special("park", start + min(2, depth - 1), 1, not east, 0.0, PARK_M))
    return found


def _fill_half(
    random: Random, sheet: _Sheet, band: int, east: bool, half_width: float, specials: list[_Special]
) -> None:
    """Lay the cells of one half of a band, from the collector outwards."""
    here = [s for s in specials if s.east == east and s.band <= band < s.band + s.depth]
    sign = 1.0 if east else -1.0
    at = 0.0
    for special in sorted(here, key=lambda s: s.near):
        _fill_span(random, sheet, band, sign, at, special.near)
        low, high = sorted((sign * special.near, sign * special.far))
        if special.near > 0:
            sheet.sides.append((band, sign * special.near))
        if special.far < half_width:
            sheet.sides.append((band, sign * special.far))
        if band == special.band:
            bottom, top = band * BAND_M, (band + special.depth) * BAND_M
            sheet.reserves.append(Reserve(special.kind, low, bottom, high, top))
        if band > special.band:
            sheet.gaps.append((band, low, high))
        at = special.far
    _fill_span(random, sheet, band, sign, at, half_width)


def _fill_span(random: Random, sheet: _Sheet, band: int, sign: float, start: float, end: float) -> None:
    """Cut a span between two side streets into cells and give each a pattern."""
    width = end - start
    if width < 40:
        return
    patterns: list[tuple[str, float]] = []
    at_collector = start == 0.0
    left = width
    while left > 0:
        trim = LOT_DEPTH_M if at_collector and not patterns else 0.0
        fits = [p for p in (("court", 180.0), ("courts", 270.0), ("loop", 276.0)) if p[1] - trim <= left + 25]
        pattern, nominal = random.choice(
            [*fits, *fits[:2], ("rows", random.uniform(150, 250)), ("rows", random.uniform(150, 250))]
        )
        nominal -= trim if pattern != "rows" else 0.0
        if left - nominal < 130:
            rest = [p for p in fits if abs(p[1] - trim - left) < 30]
            pattern, nominal = (random.choice(rest)[0], left) if rest and random.random() < 0.8 else ("rows", left)
        patterns.append((pattern, nominal))
        left -= nominal
    edges = [start]
    for _, nominal in patterns[:-1]:
        edges.append(abs(_snapped(sheet, band, sign * (edges[-1] + nominal))))
        sheet.sides.append((band, sign * edges[-1]))
    for index, (pattern, _) in enumerate(patterns):
        near = LOT_DEPTH_M + 16.0 if at_collector and index == 0 else SIDE_M
        far = end if index + 1 == len(patterns) else edges[index + 1]
        _draw_cell(random, sheet, pattern, band, sign, edges[index], far, near)


def _snapped(sheet: _Sheet, band: int, u: float) -> float:
    """Line up with a side street of the band below when the jog would be awkwardly small."""
    close = [other for row, other in sheet.sides if row == band - 1 and abs(other - u) < 32]
    return min(close, key=lambda other: abs(other - u)) if close else u


def _draw_cell(
    random: Random, sheet: _Sheet, pattern: str, band: int, sign: float, start: float, end: float, near: float
) -> None:
    bottom, top = band * BAND_M, (band + 1) * BAND_M
    middle = (bottom + top) / 2
    if pattern == "rows":
        _street(sheet, ((sign * start, middle), (sign * end, middle)), "middle", 1)
    elif pattern == "court":
        _court(sheet, sign * (start + near + end - SIDE_M) / 2, bottom, top, random.random() < 0.5)
    elif pattern == "courts":
        up = random.random() < 0.5
        _court(sheet, sign * (start + near), bottom, top, up)
        _court(sheet, sign * (end - SIDE_M), bottom, top, up if random.random() < 0.6 else not up)
    else:
        west, east = sorted((sign * (start + near), sign * (end - SIDE_M)))
        _loop(sheet, west, east, bottom, top, random.random() < 0.5)


def _court(sheet: _Sheet, u: float, bottom: float, top: float, upward: bool) -> None:
    reach = BAND_M - 2 * LOT_DEPTH_M - 8 - 13
    line = ((u, bottom), (u, bottom + reach)) if upward else ((u, top), (u, top - reach))
    _street(sheet, line, "court", 2, turning_head=True)


def _loop(sheet: _Sheet, west: float, east: float, bottom: float, top: float, upward: bool) -> None:
    """A crescent: up, across, and back down, with rounded shoulders."""
    reach, radius = BAND_M - 2 * LOT_DEPTH_M - 12, 24.0
    base, sense = (bottom, 1.0) if upward else (top, -1.0)
    shoulder = base + sense * (reach - radius)
    steps = [i * pi / 16 for i in range(9)]
    left = [(west + radius * (1 - cos(a)), shoulder + sense * radius * sin(a)) for a in steps]
    right = [(east - radius * (1 - cos(a)), shoulder + sense * radius * sin(a)) for a in reversed(steps)]
    _street(sheet, ((west, base), *left, *right, (east, base)), "loop", 2)


def _street(sheet: _Sheet, line: Sheet, kind: str, rank: int, *, turning_head: bool = False) -> None:
    sheet.streets.append(PlannedStreet(line, RoadClass.LOCAL, rank, kind, turning_head))


def _rows(sheet: _Sheet, half_width: float, bands: int) -> None:
    """The through streets between bands, cut where a pond lies."""
    for row in range(bands):
        at = -half_width
        for _, low, high in sorted(gap for gap in sheet.gaps if gap[0] == row):
            if low - at > 1:
                _street(sheet, ((at, row * BAND_M), (low, row * BAND_M)), "row", 1)
            at = high
        if half_width - at > 1:
            _street(sheet, ((at, row * BAND_M), (half_width, row * BAND_M)), "row", 1)
    middles = [s for s in sheet.streets if s.kind == "middle"]
    sheet.streets = [s for s in sheet.streets if s.kind != "middle"]
    for line in _joined(sorted(tuple(sorted(s.line)) for s in middles)):
        _street(sheet, line, "middle", 1)


def _joined(lines: list[Sheet]) -> list[Sheet]:
    """Horizontal pieces that meet end to end become one street."""
    joined: list[Sheet] = []
    for line in sorted(lines, key=lambda piece: (piece[0][1], piece[0][0])):
        if joined and joined[-1][1] == line[0]:
            joined[-1] = (joined[-1][0], line[1])
        else:
            joined.append(line)
    return joined


def _merge_sides(sheet: _Sheet) -> None:
    """Side streets of neighbouring bands that line up become one street."""
    columns: dict[float, set[int]] = {}
    for band, u in sheet.sides:
        columns.setdefault(round(u, 3), set()).add(band)
    for u, rows in sorted(columns.items()):
        ordered = sorted(rows)
        first = ordered[0]
        for band, following in zip(ordered, [*ordered[1:], None], strict=True):
            if following != band + 1:
                _street(sheet, ((u, first * BAND_M), (u, (band + 1) * BAND_M)), "side", 2)
                first = following if following is not None else first


def _frame(sheet: _Sheet, half_width: float, bands: int) -> None:
    """The ring street, the collector and the arterial."""
    top, south, radius = bands * BAND_M, -ARTERIAL_GAP_M, 62.0
    steps = [i * pi / 24 for i in range(13)]
    west = [(-half_width + radius * (1 - cos(a)), top - radius + radius * sin(a)) for a in steps]
    east = [(half_width - radius * (1 - cos(a)), top - radius + radius * sin(a)) for a in reversed(steps)]
    ring = ((-half_width, south), *west, *east, (half_width, south))
    sheet.streets.append(PlannedStreet(ring, RoadClass.LOCAL, 2, "ring"))
    collector = ((0.0, south), (0.0, top + 330))
    sheet.streets.append(PlannedStreet(collector, RoadClass.COLLECTOR, 0, "collector"))
    arterial = ((-half_width - 330, south), (half_width + 330, south))
    sheet.streets.append(PlannedStreet(arterial, RoadClass.ARTERIAL, 0, "arterial"))
