"""Which home of a group should be host, and which homes a host should serve: pure, from the ways between them."""

from collections.abc import Collection, Mapping, Sequence

from core.errors import Invalid
from core.neighbourhood.answers import Home
from core.neighbourhood.clusters.rules import Way
from core.neighbourhood.clusters.views import BestHost, HostOption
from core.neighbourhood.rules import Verdict
from core.texts import N_, Text, sentence


def best_host(homes: Mapping[int, Home], pairs: Sequence[Way]) -> BestHost:
    """Most homes reached first, then the shortest corridors together, then the smaller address key."""
    if not homes:
        raise Invalid(N_("no home of the group is in the address book"))
    options = sorted((_option(home_id, homes, pairs) for home_id in homes), key=_rank)
    best = options[0]
    return BestHost(best.home_id, _why(best, options[1:], homes), tuple(options))


def _rank(option: HostOption) -> tuple[int, float, int]:
    return (-len(option.reached), round(option.corridor_m, 2), option.home_id)


def _option(home_id: int, homes: Mapping[int, Home], pairs: Sequence[Way]) -> HostOption:
    lengths = {
        other: way.distance_m if way.length_m is None else way.length_m
        for way in pairs
        if way.verdict is Verdict.QUALIFIED and home_id in (way.first, way.second)
        for other in (way.first if way.second == home_id else way.second,)
        if other in homes
    }
    unreached = tuple(other for other in homes if other != home_id and other not in lengths)
    total = sum(lengths.values())
    words = Text(
        "{address} reaches {n} of {others} homes by corridors of {metres:.0f} m together.",
        address=homes[home_id].address,
        n=len(lengths),
        others=len(homes) - 1,
        metres=total,
    )
    return HostOption(home_id, tuple(lengths), unreached, total, words)


def _why(best: HostOption, others: Sequence[HostOption], homes: Mapping[int, Home]) -> str:
    tied = [other for other in others if len(other.reached) == len(best.reached)]
    if not tied:
        return best.words
    second = tied[0]
    values = {"address": homes[second.home_id].address, "best": sentence(best.words)}
    more = second.corridor_m - best.corridor_m
    if more >= 0.01:
        return Text("{best} {address} reaches as many, by {more:.1f} m more of corridor.", **values, more=more)
    return Text("{best} {address} would do as well: the first in the address book was taken.", **values)


def grow(host_id: int, pairs: Sequence[Way], taken: Collection[int], most: int) -> tuple[tuple[int, float], ...]:
    """The free homes that the host reaches by the shortest corridors, with their lengths in metres; ``most`` of them.

    Those whose corridor crosses nobody's lot but the chosen ones' come first.
    """
    reached = []
    for way in pairs:
        if host_id in (way.first, way.second) and way.verdict is Verdict.QUALIFIED:
            other = way.first if way.second == host_id else way.second
            if other not in taken:
                length = way.distance_m if way.length_m is None else way.length_m
                reached.append((length, other, frozenset(way.crosses)))
    chosen: dict[int, float] = {}
    while len(chosen) < most and len(chosen) < len(reached):
        length, other, _ = min(
            (one for one in reached if one[1] not in chosen),
            key=lambda one: (len(one[2] - set(chosen)), round(one[0], 2), one[1]),
        )
        chosen[other] = length
    return tuple(chosen.items())
