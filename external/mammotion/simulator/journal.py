"""Every frame both ways and every request, counted, with the latest kept for looking at."""

from collections import Counter, deque
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: ``direction`` is ``to_device``, ``from_device`` or ``refused``; ``at_ms`` epoch milliseconds."""

    at_ms: int
    direction: str
    device_name: str
    leaf: str
    size: int
    content: bytes


class Journal:
    """The latest frames and the counts since start."""

    def __init__(self, *, keep: int = 4000) -> None:
        self._frames: deque[Frame] = deque(maxlen=keep)
        self.leaves: Counter[str] = Counter()
        self.requests: dict[str, Counter[str]] = {}

    def frame(self, frame: Frame) -> None:
        self._frames.append(frame)
        self.leaves[f"{frame.direction} {frame.leaf}"] += 1

    def request(self, account: str, endpoint: str) -> None:
        """Count one HTTP request; ``account`` is empty where none could be told."""
        self.requests.setdefault(account, Counter())[endpoint] += 1

    def latest(self, *, device_name: str | None = None, limit: int = 100) -> list[dict[str, object]]:
        """The latest frames, oldest first, contents as hexadecimal digits."""
        chosen = [frame for frame in self._frames if device_name in (None, frame.device_name)]
        return [asdict(frame) | {"content": frame.content.hex()} for frame in chosen[-limit:]]
