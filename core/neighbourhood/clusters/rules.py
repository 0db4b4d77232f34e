"""The rules of a cluster, pure: what is known of homes, ways and memberships in, one finding for each rule out.

Every rule speaks at least once: `ok` for the cluster as a whole, or one finding for each home that breaks it. Numbers
of the rules stand in `ClusterRules`; ways come from the reach engine and are taken as they are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

import numpy as np

from core.geo import distance_m
from core.neighbourhood.answers import Home
from core.neighbourhood.clusters.model import ClusterRules, Finding, GeoJson, Level, Rule
from core.neighbourhood.rules import Verdict
from core.texts import N_, Text, sentence


class Way(Protocol):
    """How one home of a pair reaches the other; `core.neighbourhood.reach.Reach` is one."""

    @property
    def first(self) -> int: ...
    @property
    def second(self) -> int: ...
    @property
    def distance_m(self) -> float: ...
    @property
    def verdict(self) -> Verdict: ...
    @property
    def words(self) -> str: ...
    @property
    def length_m(self) -> float | None: ...
    @property
    def route(self) -> tuple[tuple[float, float], ...] | None: ...
    @property
    def barrier(self) -> dict[str, Any] | None: ...
    @property
    def crosses(self) -> tuple[int, ...]: ...


@dataclass(frozen=True, slots=True)
class Held:
    """Another cluster that has a home: a live one holds it, a draft merely wishes to."""

    code: str
    live: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the rules look at. A home that is missing from ``homes`` is not in the address book."""

    homes: Mapping[int, Home]
    ways: Mapping[tuple[int, int], Way]
    """By (smaller key, larger key); pairs within the radius only."""
    held: Mapping[int, tuple[Held, ...]] = field(default_factory=dict)
    households: Mapping[int, UUID] = field(default_factory=dict)
    """Of homes with a registered household, members and crossed lots alike."""
    consents: frozenset[int] = frozenset()
    """Homes whose household lets the mower cross its lot."""
    confirmed: frozenset[int] = frozenset()
    """Neighbours whose way from this host a person has looked at and found sound."""

    def way(self, home_id: int, other_id: int) -> Way | None:
        return self.ways.get((min(home_id, other_id), max(home_id, other_id)))

    def address(self, home_id: int) -> str:
        home = self.homes.get(home_id)
        return home.address if home else Text("home {home}", home=home_id)


def group(host_id: int, home_ids: Sequence[int]) -> tuple[int, ...]:
    """The neighbours of a drawn group: each once, in the order given, without the host."""
    return tuple(dict.fromkeys(home_id for home_id in home_ids if home_id != host_id))


def judge(host_id: int, neighbour_ids: Sequence[int], facts: Facts, rules: ClusterRules) -> tuple[Finding, ...]:
    """All findings, rule by rule in the order of `Rule`."""
    neighbours = group(host_id, neighbour_ids)
    found: list[Finding] = []
    for rule, findings in (
        (Rule.HOST, _host(host_id, neighbours, facts)),
        (Rule.SIZE, _size(len(neighbours), rules)),
        (Rule.RADIUS, _radius(host_id, neighbours, facts, rules)),
        (Rule.REACH, _reach(host_id, neighbours, facts, rules)),
        (Rule.CONTIGUITY, _contiguity(host_id, neighbours, facts)),
        (Rule.CONSENT, _consent(host_id, neighbours, facts)),
        (Rule.OVERLAP, _overlap((host_id, *neighbours), facts)),
    ):
        spoken = list(findings)
        found += spoken or [Finding(rule, Level.OK, None, KEPT[rule])]
    return tuple(found)


KEPT = {
    Rule.HOST: N_("Every home is in the address book."),
    Rule.SIZE: N_("The number of neighbours is within the rules."),
    Rule.RADIUS: N_("Every neighbour is near enough to the host."),
    Rule.REACH: N_("The mower reaches every neighbour without crossing a road."),
    Rule.CONTIGUITY: N_("All homes hang together."),
    Rule.CONSENT: N_("No corridor crosses a lot without consent."),
    Rule.OVERLAP: N_("No home belongs to another cluster."),
}


def _host(host_id: int, neighbours: Sequence[int], facts: Facts) -> Iterator[Finding]:
    for home_id in (host_id, *neighbours):
        if home_id not in facts.homes:
            yield _broken(Rule.HOST, home_id, Text("Home {home} is not in the address book.", home=home_id), None)


def _size(count: int, rules: ClusterRules) -> Iterator[Finding]:
    numbers = {"n": count, "least": rules.min_neighbours, "most": rules.max_neighbours}
    if count > rules.max_neighbours:
        yield _broken(Rule.SIZE, None, Text("{n} neighbours: at most {most} fit one mower.", **numbers), None)
    elif count < rules.forming_minimum:
        numbers["least"] = rules.forming_minimum
        yield _broken(
            Rule.SIZE, None, Text("{n} neighbours: at least {least} must be there to begin.", **numbers), None
        )
    elif count < rules.min_neighbours:
        words = Text("Forming: {n} neighbours so far, {least} to {most} make a full cluster.", **numbers)
        yield Finding(Rule.SIZE, Level.WARN, None, words)


def _radius(host_id: int, neighbours: Sequence[int], facts: Facts, rules: ClusterRules) -> Iterator[Finding]:
    for home_id, distance in distances(host_id, neighbours, facts).items():
        if distance > rules.radius_m:
            words = Text(
                "{address} is {distance:.1f} m from the host; at most {radius:g} m are allowed.",
                address=facts.address(home_id),
                distance=distance,
                radius=rules.radius_m,
            )
            yield _broken(Rule.RADIUS, home_id, words, _straight(facts, host_id, home_id))


def distances(host_id: int, neighbours: Sequence[int], facts: Facts) -> dict[int, float]:
    """Great-circle metres from the host to each neighbour that the address book knows."""
    host = facts.homes.get(host_id)
    known = [home_id for home_id in neighbours if home_id in facts.homes]
    if host is None or not known:
        return {}
    places = np.array([(facts.homes[home_id].longitude, facts.homes[home_id].latitude) for home_id in known])
    found = distance_m(np.array(host.longitude), np.array(host.latitude), places[:, 0], places[:, 1])
    return dict(zip(known, found.tolist(), strict=True))


def _reach(host_id: int, neighbours: Sequence[int], facts: Facts, rules: ClusterRules) -> Iterator[Finding]:
    for home_id, distance in distances(host_id, neighbours, facts).items():
        if distance > rules.radius_m:
            continue  # said by the radius rule; nobody looks for a way so far
        way = facts.way(host_id, home_id)
        if way is None or way.verdict is Verdict.NEEDS_REVIEW:
            yield from _review(home_id, way, facts)
        elif way.verdict is Verdict.BLOCKED:
            words = Text("{address}: {why}", address=facts.address(home_id), why=sentence(way.words))
            yield _broken(Rule.REACH, home_id, words, way.barrier or _straight(facts, host_id, home_id))


def _review(home_id: int, way: Way | None, facts: Facts) -> Iterator[Finding]:
    why = sentence(way.words if way else N_("No verdict is known for this pair of homes."))
    values = {"address": facts.address(home_id), "why": why}
    where = (way and line(way.route)) or _point(facts, home_id)
    if home_id in facts.confirmed:
        words = Text("{address}: {why} A person has looked and confirmed it.", **values)
        yield Finding(Rule.REACH, Level.OK, home_id, words, where)
    else:
        words = Text("{address}: {why} Approval waits until a person confirms it.", **values)
        yield Finding(Rule.REACH, Level.WARN, home_id, words, where, blocks_approval=True)


def _contiguity(host_id: int, neighbours: Sequence[int], facts: Facts) -> Iterator[Finding]:
    """From the host along every way between members that is open; ways under review count, as amber."""
    members = [home_id for home_id in (host_id, *neighbours) if home_id in facts.homes]
    firm = _connected(host_id, members, facts, {Verdict.QUALIFIED})
    loose = _connected(host_id, members, facts, {Verdict.QUALIFIED, Verdict.NEEDS_REVIEW})
    for home_id in members:
        values = {"address": facts.address(home_id)}
        if home_id not in loose:
            words = Text("{address} stands alone: no way leads there from any other home of the cluster.", **values)
            yield _broken(Rule.CONTIGUITY, home_id, words, _point(facts, home_id))
        elif home_id not in firm and home_id not in facts.confirmed:
            words = Text("{address} hangs together with the others only by a way that needs review.", **values)
            yield Finding(Rule.CONTIGUITY, Level.WARN, home_id, words, _point(facts, home_id))


def _connected(start: int, members: Sequence[int], facts: Facts, open_to: set[Verdict]) -> set[int]:
    found, border = {start}, [start]
    while border:
        home_id = border.pop()
        for other in members:
            way = None if other in found else facts.way(home_id, other)
            if way is not None and way.verdict in open_to:
                found.add(other)
                border.append(other)
    return found


def _consent(host_id: int, neighbours: Sequence[int], facts: Facts) -> Iterator[Finding]:
    told: set[int] = set()
    for home_id in neighbours:
        for crossed in missing_consents(host_id, home_id, neighbours, facts):
            if crossed in told:
                continue
            told.add(crossed)
            words = Text(
                "The corridor to {address} crosses the lot of {crossed}, who is no member: consent must be recorded.",
                address=facts.address(home_id),
                crossed=facts.address(crossed),
            )
            way = facts.way(host_id, home_id)
            where = line(way.route) if way else None
            yield Finding(Rule.CONSENT, Level.WARN, crossed, words, where, blocks_approval=True)


def crossings(host_id: int, home_id: int, neighbours: Sequence[int], facts: Facts) -> tuple[int, ...]:
    """Homes of non-members whose lots the corridor from the host crosses."""
    way = facts.way(host_id, home_id)
    if way is None or way.verdict is Verdict.BLOCKED:
        return ()
    members = {host_id, *neighbours}
    families = {facts.households[member] for member in members if member in facts.households}
    return tuple(
        crossed for crossed in way.crosses if crossed not in members and facts.households.get(crossed) not in families
    )


def missing_consents(host_id: int, home_id: int, neighbours: Sequence[int], facts: Facts) -> tuple[int, ...]:
    """Those of the `crossings` that nobody has allowed."""
    return tuple(crossed for crossed in crossings(host_id, home_id, neighbours, facts) if crossed not in facts.consents)


def _overlap(members: Sequence[int], facts: Facts) -> Iterator[Finding]:
    for home_id in members:
        for held in facts.held.get(home_id, ()):
            values = {"address": facts.address(home_id), "code": held.code}
            if held.live:
                words = Text("{address} belongs to {code} already; a home is in one cluster only.", **values)
                yield _broken(Rule.OVERLAP, home_id, words, _point(facts, home_id))
            else:
                words = Text("{address} is drawn in {code} as well: whichever is approved first has it.", **values)
                yield Finding(Rule.OVERLAP, Level.WARN, home_id, words, _point(facts, home_id))


def _broken(rule: Rule, home_id: int | None, words: str, geometry: GeoJson | None) -> Finding:
    return Finding(rule, Level.BROKEN, home_id, words, geometry, blocks_approval=True)


def line(route: Sequence[Sequence[float]] | None) -> GeoJson | None:
    """A corridor's centre line as GeoJSON; ``None`` where there is none or it has no length."""
    if route is None or len(route) < 2:
        return None
    return {"type": "LineString", "coordinates": [list(point) for point in route]}


def _straight(facts: Facts, home_id: int, other_id: int) -> GeoJson | None:
    ends = [facts.homes[end] for end in (home_id, other_id)]
    return line([(end.longitude, end.latitude) for end in ends])


def _point(facts: Facts, home_id: int) -> GeoJson | None:
    home = facts.homes.get(home_id)
    return None if home is None else {"type": "Point", "coordinates": [home.longitude, home.latitude]}
