"""Faults of the vendor's HTTP side: set through the control API, used up by requests."""

from dataclasses import dataclass
from typing import Literal

from core.clock import Clock

type Shape = Literal["status", "body", "html"]


@dataclass(slots=True)
class HttpFault:
    """Answer matching requests with ``status`` (or only late), for ``count`` requests or until ``until_s``.

    ``shape`` is how a number comes: as the HTTP status, as a code inside a good answer, or as an HTML page.
    """

    status: int = 0  # 0 = answer as usual, only late
    shape: Shape = "status"
    delay_s: float = 0.0
    account: str = "*"
    endpoint: str = "*"
    count: int | None = None
    until_s: float | None = None

    def matches(self, account: str, endpoint: str) -> bool:
        return self.account in ("*", account) and self.endpoint in ("*", endpoint)


class HttpFaults:
    """The faults in force."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._faults: list[HttpFault] = []

    def add(self, fault: HttpFault) -> None:
        self._faults.append(fault)

    def clear(self) -> None:
        self._faults.clear()

    def take(self, account: str, endpoint: str) -> HttpFault | None:
        """The first fault that applies to a request, if any; counts it off."""
        now_s = self._clock.monotonic()
        self._faults = [
            f for f in self._faults if (f.count is None or f.count > 0) and (f.until_s is None or f.until_s > now_s)
        ]
        fault = next((fault for fault in self._faults if fault.matches(account, endpoint)), None)
        if fault is not None and fault.count is not None:
            fault.count -= 1
        return fault
