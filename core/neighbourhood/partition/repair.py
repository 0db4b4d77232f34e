"""Serves one more home by moving others: chains of moves, found breadth first.

A home that is left out asks a host around it. A host with room ends the chain; a full one gives up a neighbour, which
asks in turn. A chain also ends where a home can open a cluster from homes that are left out and homes that others can
spare, or, worth less, where a lighter home is left out in place of the first.
"""

from collections import deque

from core.neighbourhood.partition.layout import NOBODY, Layout

LONGEST_SEARCH = 3_000
"""Homes that one chain may ask."""

type Chain = dict[int, tuple[int, int]]
"""For each home that must move: the home it makes room for, and the host that is to take that one."""


def serve(layout: Layout, first: int) -> bool:
    """Serve ``first``, which is left out, and everyone who was served (or weigh more than before); false if no chain
    does."""
    chain: Chain = {first: (NOBODY, NOBODY)}
    queue = deque([first])
    lightest = first
    while queue and len(chain) < LONGEST_SEARCH:
        home = queue.popleft()
        if layout.weight[home] < layout.weight[lightest]:
            lightest = home
        hosts = [host for host in layout.around[home] if layout.host_of[host] == host]
        room = [host for host in hosts if len(layout.group[host]) < layout.most and layout.host_of[home] != host]
        if room:
            _shift(layout, chain, home)
            layout.place(home, min(room, key=lambda host: len(layout.group[host])))
            return True
        if _opens(layout, chain, home):
            return True
        for host in hosts:
            for other in layout.group[host]:
                if other not in chain:
                    chain[other] = (home, host)
                    queue.append(other)
    if lightest != first:
        _shift(layout, chain, lightest)
        layout.release(lightest) if layout.host_of[lightest] != NOBODY else None
        return True
    return False


def _shift(layout: Layout, chain: Chain, last: int) -> None:
    """Let every home of the chain go, ``last`` included, and take the place of the one after it."""
    moves = []
    home = last
    while home != NOBODY:
        before, host = chain[home]
        if before != NOBODY:
            moves.append((before, host))
        home = before
    if layout.host_of[last] != NOBODY:
        layout.release(last)
    for home, host in moves:
        layout.place(home, host)


def _opens(layout: Layout, chain: Chain, home: int) -> bool:
    """End the chain at ``home`` by a new cluster: its own, or one that a home it reaches opens for it."""
    on_chain = {home}
    step = home
    while step != NOBODY:
        on_chain.add(step)
        step = chain[step][0]
    for host in (home, *layout.around[home]):
        if not layout.may_host[host] or layout.host_of[host] == host or (host != home and host in on_chain):
            continue
        if host != home and layout.host_of[host] != NOBODY and not layout.surplus(host):
            continue
        found = _gathered(layout, on_chain, host, 0 if host == home else 1)
        if found is None:
            continue
        _shift(layout, chain, home)
        if layout.host_of[host] != NOBODY:
            layout.release(host)
        layout.open(host)
        if host != home:
            layout.place(home, host)
        for other in found:
            layout.place(other, host)
        return True
    return False


def _gathered(layout: Layout, barred: set[int], host: int, have: int) -> list[int] | None:
    """Enough neighbours for a new cluster of ``host``: those left out first, then those that others can spare."""
    free, spare = [], []
    spared: dict[int, int] = {layout.host_of[host]: 1} if layout.host_of[host] not in {NOBODY, host} else {}
    for other in layout.around[host]:
        owner = layout.host_of[other]
        if other in barred or owner == other:
            continue
        if owner == NOBODY:
            if layout.free[other]:
                free.append(other)
        elif len(layout.group[owner]) - spared.get(owner, 0) > layout.least:
            spared[owner] = spared.get(owner, 0) + 1
            spare.append(other)
    found = free[: layout.most - have]
    needed = layout.least - have - len(found)
    if needed > len(spare):
        return None
    return found + spare[: max(0, needed)]
