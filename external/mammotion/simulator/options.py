"""What a simulated cloud is made of, validated at construction."""

from dataclasses import dataclass, field

from external.mammotion.simulator.sites import Sites
from external.mammotion.simulator.vendor import Lifetimes


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorOptions:
    """Options of one simulated cloud.

    ``sites`` says what stands where; without it a built-in street of ``mowers`` mowers on ``accounts`` accounts is
    made from ``seed``. ``speed`` (0.1 to 200) is for motion and battery only. ``owners``: simulated owners start tasks
    by themselves, so that the town looks alive; without them every mower waits in its dock, charged.
    Port 0 = a free one. ``http_host`` names this server in addresses it hands out; the request's own host by default.
    """

    mowers: int = 40
    seed: int = 1
    speed: float = 1.0
    host: str = "127.0.0.1"
    http_port: int = 0
    broker_port: int = 0
    sites: Sites | None = None
    accounts: int = 4
    owners: bool = True
    active_period_s: float = 1.0
    docked_period_s: float = 60.0
    reply_delay_s: float = 0.2
    lifetimes: Lifetimes = field(default_factory=Lifetimes)
    embedded_broker: bool = False  # amqtt even where mosquitto is installed

    def __post_init__(self) -> None:
        if not 0.1 <= self.speed <= 200:
            raise ValueError(f"speed {self.speed} (expected 0.1 to 200)")
        if self.active_period_s <= 0 or self.docked_period_s <= 0 or self.reply_delay_s < 0:
            raise ValueError("periods are above 0 s and the reply delay is not below it")
