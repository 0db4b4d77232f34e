"""What is put to the original Cluster-Logic and what it answers: JSON between two processes. Imports nothing of ours.

Places and hosts are named by their position in ``places``. Longitude and latitude in degrees, WGS84.
"""

import json
from dataclasses import asdict, dataclass

type Line = list[tuple[float, float]]
"""(longitude, latitude) pairs of a centre line."""


@dataclass(frozen=True, slots=True)
class Place:
    """A home as the original's address file holds it; ``label`` must differ from that of every other place."""

    address: str
    city: str
    state: str
    latitude: float
    longitude: float

    @property
    def label(self) -> str:
        """The original names homes by these three, joined so."""
        return f"{self.address}, {self.city}, {self.state}"


@dataclass(frozen=True, slots=True)
class Question:
    """Which of ``places`` does each of ``hosts`` get as neighbours, with these roads?"""

    places: tuple[Place, ...]
    hosts: tuple[int, ...]
    roads: tuple[Line, ...]
    """Roads that are open to cars, in the order in which they were imported."""

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Question":
        told = json.loads(text)
        roads = tuple([(lon, lat) for lon, lat in road] for road in told["roads"])
        return cls(tuple(Place(**place) for place in told["places"]), tuple(told["hosts"]), roads)


@dataclass(frozen=True, slots=True)
class HostReply:
    """What the original says of one host."""

    accepted: frozenset[int]
    sees_no_road: bool
    """No road is left in its window: it then accepts whatever it is asked about."""


def reply_to_json(replies: list[HostReply]) -> str:
    """One reply a host, in the order asked."""
    return json.dumps([[sorted(reply.accepted), reply.sees_no_road] for reply in replies])


def reply_from_json(text: str) -> list[HostReply]:
    return [HostReply(frozenset(accepted), blind) for accepted, blind in json.loads(text)]
