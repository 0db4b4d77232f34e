"""The request budget of one vendor account over a sliding 24 h (B11): every HTTP request is counted, by the minute."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from core.clock import Clock, to_epoch_ms

MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class BudgetLimits:
    """``ceiling`` requests in 24 h; what is not urgent stops at ``background`` of it, what is spare at ``spare``."""

    ceiling: int
    background: float = 0.9  # 0 to 1
    spare: float = 0.6  # 0 to 1

    def __post_init__(self) -> None:
        if self.ceiling < 1 or not 0 < self.background <= 1 or not 0 < self.spare <= 1:
            raise ValueError(
                f"ceiling {self.ceiling} (expected 1 or more), background {self.background}, spare {self.spare} "
                "(expected 0 to 1)"
            )


class RequestBudget:
    """Counts requests. ``history`` is what :meth:`history` told before a restart, so a restart forgives nothing."""

    def __init__(self, limits: BudgetLimits, clock: Clock, history: Iterable[tuple[int, int]] = ()) -> None:
        self.limits = limits
        self._clock = clock
        self._minutes: deque[list[int]] = deque([minute, count] for minute, count in sorted(history) if count > 0)
        self._used = sum(count for _, count in self._minutes)

    @property
    def used(self) -> int:
        """Requests of the last 24 h."""
        self._forget()
        return self._used

    @property
    def may_ask(self) -> bool:
        """Whether a request nobody waits for (a report, a map, a version) may still go out."""
        return self.used < self.limits.ceiling * self.limits.background

    @property
    def may_spare(self) -> bool:
        """Whether a request may go out that nobody misses at once (a planned path, a look at the list of mowers)."""
        return self.used < self.limits.ceiling * self.limits.spare

    @property
    def may_command(self) -> bool:
        """Whether an ordinary command of a person may still go out."""
        return self.used < self.limits.ceiling

    def count(self) -> None:
        """One request went out."""
        minute = self._minute()
        if self._minutes and self._minutes[-1][0] == minute:
            self._minutes[-1][1] += 1
        else:
            self._minutes.append([minute, 1])
        self._used += 1

    def history(self) -> list[tuple[int, int]]:
        """(minute since 1970, requests) of the last 24 h."""
        self._forget()
        return [(minute, count) for minute, count in self._minutes]

    def _forget(self) -> None:
        oldest = self._minute() - MINUTES
        while self._minutes and self._minutes[0][0] <= oldest:
            self._used -= self._minutes.popleft()[1]

    def _minute(self) -> int:
        return to_epoch_ms(self._clock.now()) // 60_000
