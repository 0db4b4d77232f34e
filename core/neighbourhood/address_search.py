"""Find homes by what a person types: exact first, then by beginning, then by likeness (rapidfuzz)."""

import re
from bisect import bisect_left
from collections.abc import Sequence

from rapidfuzz import fuzz, process

from core.neighbourhood.answers import Home
from core.neighbourhood.imports.states import STATE_CODES

LIKENESS = 72
"""Least likeness (0 to 100) worth suggesting."""

WORDS = {
    "ALLEY": "ALY", "AVENUE": "AVE", "AV": "AVE", "BOULEVARD": "BLVD", "CIRCLE": "CIR", "COURT": "CT", "COVE": "CV",
    "CREEK": "CRK", "DRIVE": "DR", "EXPRESSWAY": "EXPY", "HIGHWAY": "HWY", "LANE": "LN", "MOUNT": "MT",
    "PARKWAY": "PKWY", "PLACE": "PL", "POINT": "PT", "ROAD": "RD", "SAINT": "ST", "SQUARE": "SQ", "STREET": "ST",
    "STR": "ST", "TERRACE": "TER", "TRAIL": "TRL", "TURNPIKE": "TPKE", "COUNTY": "CO",
    "NORTH": "N", "SOUTH": "S", "EAST": "E", "WEST": "W", "NORTHEAST": "NE", "NORTHWEST": "NW", "SOUTHEAST": "SE",
    "SOUTHWEST": "SW", "APARTMENT": "APT", "SUITE": "STE", "BUILDING": "BLDG",
}  # fmt: skip
"""Long forms to the short ones address files use (USPS Publication 28, appendices B to C2)."""

_ORDINAL = re.compile(r"^(\d+)(?:ST|ND|RD|TH)$")
_SEPARATORS = re.compile(r"[\s,.#;]+")
_STATES = {canonical_name: code for name, code in STATE_CODES.items() for canonical_name in (name, code)}
_POSTCODE = re.compile(r"\d{5}(-\d{4})?")


def canonical(text: str) -> str:
    """One spelling for all: upper case, short forms, no ordinal endings, single spaces."""
    words = _SEPARATORS.sub(" ", text.upper()).split()
    return " ".join(WORDS.get(word) or _ORDINAL.sub(r"\1", word) for word in words)


class AddressSearch:
    """An index over homes; built once, then only read."""

    def __init__(self, homes: Sequence[Home]) -> None:
        self._homes = homes
        self._states = {home.state for home in homes}
        self._cities = {city: canonical(city) for city in {home.city for home in homes}}
        self._lines = [canonical(home.address) for home in homes]
        self._full = [f"{line} {self._cities[home.city]}" for line, home in zip(self._lines, homes, strict=True)]
        self._exact: dict[str, list[int]] = {}
        self._by_number: dict[str, list[int]] = {}
        for position, (line, full) in enumerate(zip(self._lines, self._full, strict=True)):
            self._exact.setdefault(line, []).append(position)
            self._exact.setdefault(full, []).append(position)
            self._by_number.setdefault(line.partition(" ")[0], []).append(position)
        self._sorted = sorted(range(len(homes)), key=self._full.__getitem__)
        self._sorted_texts = [self._full[position] for position in self._sorted]

    def exact(self, text: str) -> list[Home]:
        """All homes that the text names in full, with or without city, state and postcode."""
        for query, state, postcode in self._readings(canonical(text)):
            homes = [self._homes[position] for position in self._exact.get(query, ())]
            if found := [home for home in homes if _agrees(home, state, postcode)]:
                return found
        return []

    def beginning(self, text: str, limit: int) -> list[Home]:
        """Homes whose address and city begin with the text, in order of address."""
        query = canonical(text)
        start = bisect_left(self._sorted_texts, query)
        found = []
        for index in range(start, min(start + limit, len(self._sorted))):
            if not query or not self._sorted_texts[index].startswith(query):
                break
            found.append(self._homes[self._sorted[index]])
        return found

    def alike(self, text: str, limit: int) -> list[Home]:
        """The homes whose address is spelt most like the text; the same house number first."""
        query = self._readings(canonical(text))[-1][0]
        if not query:
            return []
        names_city = any(query.endswith(f" {city}") for city in self._cities.values())
        texts = self._full if names_city else self._lines
        found = _closest(query, {n: texts[n] for n in self._by_number.get(query.partition(" ")[0], ())}, limit)
        if len(found) < limit:
            more = _closest(query, dict(enumerate(texts)), limit)
            found += [position for position in more if position not in found]
        return [self._homes[position] for position in found[:limit]]

    def _readings(self, query: str) -> list[tuple[str, str, str]]:
        """(address with city, state code, postcode): the text as it stands, then with what may be an ending cut off.

        Only states the book knows are cut off: NE ends many streets that are not in Nebraska.
        """
        readings = [(query, "", "")]
        words = query.split()
        postcode = ""
        if len(words) > 2 and _POSTCODE.fullmatch(words[-1]):
            postcode = words.pop()[:5]
            readings.append((" ".join(words), "", postcode))
        for length in (1, 2, 3):
            tail = " ".join(words[-length:])
            code = _STATES.get(tail)
            if code in self._states and len(words) > length + 1:
                readings.append((" ".join(words[:-length]), code, postcode))
                break
        return readings


def _agrees(home: Home, state: str, postcode: str) -> bool:
    return (not state or home.state == state) and (not postcode or home.postcode[:5] in {postcode, ""})


def _closest(query: str, choices: dict[int, str], limit: int) -> list[int]:
    matches = process.extract(query, choices, scorer=fuzz.ratio, limit=limit, score_cutoff=LIKENESS)
    return [position for _, _, position in matches]
