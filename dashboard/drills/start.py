"""The one way to a drill floor: it needs the twins that were started for this very copy, and nothing but them."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from core.drills import DrillFloor, Lookout
from core.errors import NotAllowed
from core.settings import Settings
from core.texts import N_
from dashboard.drills.lookouts import PaymentsWatch, books_watch
from dashboard.drills.twin import TwinInjector

if TYPE_CHECKING:
    from dashboard.bootstrap import Parts

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class CloudTwin(Protocol):
    """What a started simulated cloud says of itself."""

    @property
    def http_url(self) -> str: ...

    @property
    def control_url(self) -> str: ...


class PaymentsTwin(Protocol):
    """The same of a simulated Stripe."""

    @property
    def api_url(self) -> str: ...

    @property
    def control_url(self) -> str: ...


def only_twins(settings: Settings, cloud: CloudTwin, payments: PaymentsTwin) -> None:
    """``NotAllowed`` unless these twins on this machine are all that the settings lead to: a drill bans accounts and
    stops mowers, which must never happen to anybody's own."""
    led_to = {
        settings.mammotion_login_url: cloud.http_url,
        settings.mammotion_api_url: cloud.http_url,
        settings.stripe_api_url: payments.api_url,
    }
    local = all(urlsplit(one).hostname in LOOPBACK for one in (*led_to, cloud.control_url, payments.control_url))
    own_folder = settings.database.startswith(f"sqlite:///{settings.data_dir}/")
    post = {settings.smtp_host, urlsplit(settings.twilio_api_url).hostname if settings.twilio_account_sid else None}
    unheard = post <= {None, *LOOPBACK}  # nobody outside gets a letter or a text of what never happened
    if not (settings.demo and local and own_folder and unheard and all(used == twin for used, twin in led_to.items())):
        raise NotAllowed(
            N_("a drill is held on its own demo and its own simulated vendors only, never on a real fleet")
        )


def floor_maker(settings: Settings, cloud: CloudTwin, payments: PaymentsTwin) -> Callable[["Parts"], DrillFloor]:
    """Makes the floor of the copy that runs by ``settings``. Refuses at once, and once more when it is made."""
    only_twins(settings, cloud, payments)

    def make(parts: "Parts") -> DrillFloor:
        only_twins(parts.settings, cloud, payments)
        assert parts.billing.payments is not None  # the simulated Stripe has a key
        watch = PaymentsWatch(parts.billing.payments)
        lookouts: Sequence[Lookout] = (watch.look, books_watch(parts.scheduler))
        return DrillFloor(
            clock=parts.clock,
            fleet=parts.fleet,
            alarms=parts.care.alarms,
            audit=parts.people.audit,
            injector=TwinInjector(cloud=cloud.control_url, payments=payments.control_url, happens=watch.happens),
            lookouts=lookouts,
        )

    return make
