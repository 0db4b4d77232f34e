"""Frozen values of the fleet: what a device said (`Reading`) and what we make of it (`MowerSnapshot`)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.geo import Point


class MowerState(StrEnum):
    """What a mower is doing, in the words that screen, REST and database share."""

    MOWING = "mowing"
    PAUSED = "paused"
    RETURNING = "returning"
    CHARGING = "charging"
    DOCKED = "docked"
    IDLE = "idle"
    FAULT = "fault"
    OFFLINE = "offline"
    UPDATING = "updating"
    UNKNOWN = "unknown"


class Source(StrEnum):
    """Where a reading came from."""

    PUSH = "push"  # the device sent it unasked
    POLL = "poll"  # the device sent it because we asked
    PROPERTY = "property"  # a vendor property message, without a position
    STATUS = "status"  # the vendor's online/offline word
    RESTORED = "restored"  # read back from our own store after a restart


class Confidence(StrEnum):
    """How well the state shown is proven."""

    PROVEN = "proven"  # fresh evidence (movement, progress, blade, charge current) bears it out
    REPORTED = "reported"  # the device says so, nothing fresh proves it
    STALE = "stale"  # past the state's own age limit
    NONE = "none"  # nothing known


class PositionType(StrEnum):
    """How good a position is, best first."""

    RTK_FIXED = "rtk_fixed"
    RTK_FLOAT = "rtk_float"
    GNSS = "gnss"
    DEAD_RECKONING = "dead_reckoning"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One report of one mower, vendor-neutral. Unknown is ``None``, never a made-up zero.

    ``mode`` is the adapter's translation of the vendor's work mode; ``work_mode_code`` is the vendor's own number.
    Percentages run 0-100, angles in degrees (heading clockwise from true north), areas m², lengths m, times in UTC.
    """

    device_name: str
    device_time: datetime
    received_at: datetime
    sequence: int = 0  # orders readings of one device that share a device time
    source: Source = Source.PUSH
    mode: MowerState | None = None
    work_mode_code: int | None = None
    battery_percent: int | None = None
    charging: bool | None = None
    blade_on: bool | None = None
    position: Point | None = None
    heading_deg: float | None = None
    position_type: PositionType | None = None
    satellites: int | None = None
    correction_age_s: float | None = None
    progress_percent: int | None = None
    area_m2: float | None = None  # area of the running task
    minutes_left: int | None = None
    minutes_total: int | None = None
    zone_hash: int | None = None
    path_hash: int | None = None
    speed_m_s: float | None = None
    blade_height_mm: int | None = None
    signal_dbm: int | None = None
    firmware: str | None = None
    fault_code: int | None = None  # the vendor's error number while the fault lasts; 0 = none now
    stop_reason: int | None = None  # the vendor's "why stopped" (bp_info)
    rain: bool | None = None
    online: bool | None = None  # only on Source.STATUS


@dataclass(frozen=True, slots=True)
class Prints:
    """Payloads a mower has shown lately, as two generations of a Bloom filter kept in immutable integers.

    A genuine mower in motion never repeats a whole payload (position to a tenth of a millimetre, battery, progress,
    satellites ...), so a known payload is a replay and proves nothing. 2 KiB a generation and mower.
    """

    newer: int = 0
    older: int = 0
    count: int = 0
    began_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """What the state rules remember of a mower between two readings (`core.fleet.state`, `.evidence`, `.sanity`)."""

    report_time: datetime | None = None  # device time of the newest accepted report (pushed or polled)
    report_sequence: int = 0
    report_print: int = 0  # fingerprint of its payload
    property_time: datetime | None = None
    property_sequence: int = 0
    status_time: datetime | None = None
    status_sequence: int = 0
    status_received_at: datetime | None = None
    claimed_at: datetime | None = None  # when the device last began to claim a state that needs proof
    claim_proven: bool = True  # whether proof came since
    mode_since: datetime | None = None  # when the device's present mode was first received
    anchor: Point | None = None  # where the last proven movement ended
    anchor_noise_m: float = 0.0
    moved_at: datetime | None = None  # receive time of the last proven movement
    place: Point | None = None  # last believed position and its device time, for jumps and speed
    place_time: datetime | None = None
    doubt: Point | None = None  # a far place that repeats: believed once it has repeated long enough
    doubt_time: datetime | None = None
    doubt_since: datetime | None = None
    doubts: int = 0
    progress_percent: int | None = None
    blade_on: bool | None = None
    blade_spent: bool = False  # the blade has already served as proof since the last movement or progress
    new_in_mode: bool = False  # the present mode has shown at least one payload never seen before
    prints: Prints = field(default_factory=Prints)


@dataclass(frozen=True, slots=True, kw_only=True)
class MowerSnapshot:
    """What is known of a mower now: frozen, numbered, replaced as a whole by its one writer.

    ``reading`` carries every field forward from earlier readings (a report without a battery keeps the last battery);
    ``device_time`` and ``received_at`` are those of the last accepted reading of the device itself (the vendor's
    online/offline word does not refresh them), ``evidence_at`` the time of the last reading that proved ``state``: its
    receive time, or its device time where that is earlier. ``last_known`` is set when ``state`` is unknown because
    proof ran out.
    """

    number: int  # the mower's small key in telemetry
    device_name: str
    version: int = 0
    state: MowerState = MowerState.UNKNOWN
    since: datetime | None = None
    last_known: MowerState | None = None
    confidence: Confidence = Confidence.NONE
    source: Source | None = None
    evidence_at: datetime | None = None
    device_time: datetime | None = None
    received_at: datetime | None = None
    reading: Reading | None = None
    in_fault: bool = False  # until recovery evidence, whatever the mode says meanwhile
    fault_code: int | None = None  # the vendor's number of the fault it is in now, if it gave one
    last_fault_code: int | None = None
    online: bool | None = None
    track: Track = field(default_factory=Track, repr=False)

    def age_s(self, now: datetime) -> float | None:
        """Seconds since the last accepted reading was received; ``None`` when there was none."""
        return None if self.received_at is None else max(0.0, (now - self.received_at).total_seconds())


@dataclass(frozen=True, slots=True)
class MowerChanged:
    """A mower's snapshot was replaced; ``state_changed`` says whether its state word is another."""

    before: MowerSnapshot
    after: MowerSnapshot

    @property
    def state_changed(self) -> bool:
        return self.before.state is not self.after.state


type Ring = tuple[tuple[float, float], ...]
"""(longitude, latitude) pairs in degrees."""


@dataclass(frozen=True, slots=True)
class MapZone:
    """One area, no-go zone or channel on a device's map. ``hash`` is the vendor's 64-bit name of it."""

    hash: int
    name: str
    line: Ring


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceMap:
    """A device's lawn map in WGS84: mowing areas, no-go zones, channels, dock and RTK base."""

    device_name: str
    synced_at: datetime
    areas: tuple[MapZone, ...] = ()
    no_go: tuple[MapZone, ...] = ()
    channels: tuple[MapZone, ...] = ()
    dock: Point | None = None
    dock_heading_deg: float | None = None
    base: Point | None = None
    base_yaw_deg: float = 0.0
    planned_path: tuple[Ring, ...] = ()
    path_hash: int | None = None


@dataclass(frozen=True, slots=True)
class DailyHours:
    """A stretch of every day, in minutes of the device's own wall clock (0 to 1439); one that ends no later than it
    begins ends on the next day."""

    begins: int
    ends: int

    @property
    def minutes(self) -> int:
        return (self.ends - self.begins) % 1_440 or 1_440


class MapStage(StrEnum):
    """What a map fetch is at, in order."""

    PLACE = "place"  # where base and dock stand
    LIST = "list"  # names, and the list of what is on the map
    ZONES = "zones"  # the shapes, one after the other
    PATH = "path"  # the planned path of a running task


@dataclass(frozen=True, slots=True)
class MapProgress:
    """How far a map fetch is: ``done`` of ``total`` zones, both 0 until the list has come."""

    stage: MapStage
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceDescription:
    """A mower as the vendor's account lists it."""

    device_name: str
    iot_id: str
    product_key: str
    model: str
    firmware: str | None = None


class LinkState(StrEnum):
    """Health of one vendor account."""

    CONNECTING = "connecting"
    UP = "up"
    BROKER_DOWN = "broker_down"
    CLOUD_DOWN = "cloud_down"
    BLOCKED = "blocked"  # the vendor refuses the account: a person must act
    REAUTH_NEEDED = "reauth_needed"  # tokens are dead: a person must give the password again
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkHealth:
    """Health of one vendor account at a moment, with the requests of the last 24 h against its ceiling."""

    account: str
    state: LinkState
    since: datetime
    detail: str = ""
    requests_24h: int = 0
    request_ceiling: int = 0
    devices: int = 0
    refused_frames: int = 0  # frames that could not be read, since start


class CommandKind(StrEnum):
    """What a person can tell a mower. ``stop`` cancels the task, ``return`` docks, ``halt`` stands still at once.

    ``leave_dock`` backs out of the dock and waits there, ``restart`` starts the mower's own computer anew.
    """

    START = "start"
    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"
    RETURN = "return"
    HALT = "halt"
    LEAVE_DOCK = "leave_dock"
    RESTART = "restart"


class CommandStatus(StrEnum):
    """The life of a command, one vocabulary for REST, screen and database."""

    REQUESTED = "requested"
    REFUSED = "refused"
    QUEUED = "queued"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    SEEN = "seen_in_telemetry"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class SendReceipt:
    """The cloud took a command: when it went out, over which link, and the device's own acknowledgement if it came."""

    sent_at: datetime
    link: str
    acknowledged_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IngestCounts:
    """What became of the readings since start: each refusal rule by name."""

    accepted: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    repaired: dict[str, int] = field(default_factory=dict)  # accepted without the absurd field
    history_only: int = 0  # of the refused: late ones, stored for replay but never shown as live


class FleetEventKind(StrEnum):
    """What can happen to a mower, for sessions, alerts and notices."""

    STATE_CHANGED = "state_changed"
    PROOF_LOST = "proof_lost"
    FAULT_RAISED = "fault_raised"
    FAULT_CLEARED = "fault_cleared"
    WENT_OFFLINE = "went_offline"
    CAME_ONLINE = "came_online"
    LEFT_GROUND = "left_ground"  # outside its own lots and approved corridors
    CAME_BACK = "came_back"  # on its ground again
    LIFTED = "lifted"  # the device says that it was picked up
    ENTERED_NO_GO = "entered_no_go"  # moving inside an active temporary no-go
    TAKEN = "taken"  # off site without a command: perhaps stolen


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetEvent:
    """Something that happened to one mower, told in the past tense; ``place`` is where, if that is known."""

    kind: FleetEventKind
    device_name: str
    at: datetime
    before: MowerState
    after: MowerState
    fault_code: int | None = None
    place: Point | None = None
    distance_m: float | None = None  # outside its ground
