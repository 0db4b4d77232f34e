"""From the click on STOP to standstill that telemetry proves, by mower and by link (X8). Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

from core.fleet.command_rules import CommandView
from core.fleet.guard import Reason
from core.fleet.model import CommandStatus


@dataclass(frozen=True, slots=True)
class Reaction:
    """How a number of halts went. Seconds from the request to proven standstill, of those that were proven."""

    asked: int
    proven: int
    p50_s: float | None
    p95_s: float | None

    @property
    def chance(self) -> float | None:
        """Share of halts that were proven, 0 to 1; ``None`` before the first."""
        return self.proven / self.asked if self.asked else None


@dataclass(frozen=True, slots=True)
class StopFigures:
    """All halts together, and by link; a halt that never went out counts under the link ``""``."""

    all: Reaction
    by_link: Mapping[str, Reaction] = field(hash=False)


def stop_figures(halts: Iterable[CommandView]) -> StopFigures:
    """The figures of halts that are over. One that nothing proved counts as asked and never as quick; one that a
    later command replaced says nothing."""
    over = [halt for halt in halts if Reason.REPLACED not in halt.reasons]
    links: dict[str, list[CommandView]] = defaultdict(list)
    for halt in over:
        links[halt.link].append(halt)
    return StopFigures(_reaction(over), {link: _reaction(mine) for link, mine in sorted(links.items())})


def _reaction(halts: Sequence[CommandView]) -> Reaction:
    times = sorted(
        (halt.finished_at - halt.requested_at).total_seconds()
        for halt in halts
        if halt.status is CommandStatus.DONE and halt.finished_at is not None
    )
    return Reaction(len(halts), len(times), percentile(times, 50), percentile(times, 95))


def percentile(ordered: Sequence[float], percent: float) -> float | None:
    """The nearest-rank percentile of values in order; ``None`` for none."""
    return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)] if ordered else None
