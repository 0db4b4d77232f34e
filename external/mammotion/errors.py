"""Every error of the vendor's side as one of ours, translated in this one place."""

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
from pymammotion.aliyun.exceptions import (
    DeviceOfflineException,
    DeviceRemovedFromAccountError,
    DeviceUnboundException,
    GatewayTimeoutException,
    TooManyRequestsException,
)
from pymammotion.http.model.http import UnauthorizedExceptionError
from pymammotion.transport.base import (
    AuthError,
    CommandTimeoutError,
    ConcurrentRequestError,
    LoginFailedError,
    NoTransportAvailableError,
    TransportError,
    TransportRateLimitedError,
)

from core.errors import Conflict, MowthosError, NeedsHuman, NotFound, Unavailable
from core.texts import N_, Text, sentence
from external.mammotion.web import BudgetSpent, LoginForbidden

_TABLE: tuple[tuple[type[Exception], type[MowthosError], str], ...] = (
    (BudgetSpent, Conflict, N_("the account's request budget of the last 24 hours is spent")),
    (LoginForbidden, NeedsHuman, N_("the stored tokens are dead: the password is needed again")),
    (LoginFailedError, NeedsHuman, N_("the vendor refuses this account and password")),
    (DeviceRemovedFromAccountError, NotFound, N_("the mower is no longer in this account")),
    (DeviceUnboundException, NotFound, N_("the mower is no longer in this account")),
    (DeviceOfflineException, Unavailable, N_("the vendor says the mower is offline")),
    (GatewayTimeoutException, Unavailable, N_("the vendor's cloud did not reach the mower in time")),
    (TooManyRequestsException, Unavailable, N_("the vendor's cloud takes no more requests for now")),
    (TransportRateLimitedError, Unavailable, N_("the vendor's cloud takes no more requests for now")),
    (UnauthorizedExceptionError, NeedsHuman, N_("the vendor no longer accepts this sign-in")),
    (AuthError, NeedsHuman, N_("the vendor no longer accepts this sign-in")),
    (NoTransportAvailableError, Unavailable, N_("there is no connection to the vendor's cloud")),
    (CommandTimeoutError, Unavailable, N_("the mower did not answer")),
    (ConcurrentRequestError, Unavailable, N_("the mower is still busy with the same question")),
    (TransportError, Unavailable, N_("the vendor's cloud refused the request")),
    (aiohttp.ClientError, Unavailable, N_("the vendor's cloud did not answer properly")),
    (TimeoutError, Unavailable, N_("the vendor's cloud did not answer in time")),
    (OSError, Unavailable, N_("the vendor's cloud cannot be reached")),
    (KeyError, NotFound, N_("the account does not know this mower")),
)
"""The first row that fits counts: special kinds before their parents."""

KNOWN = tuple({kind for kind, _, _ in _TABLE})


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Raise our error for the vendor's, with ``doing`` before it. Other exceptions are bugs and pass as they are."""
    try:
        yield
    except MowthosError:
        raise
    except KNOWN as error:
        raise our_error(error, doing) from error


def our_error(error: Exception, doing: str) -> MowthosError:
    """The error of ours that a vendor's error means."""
    for kind, ours, words in _TABLE:
        if isinstance(error, kind):
            return ours(Text("{doing}: {words}", doing=doing, words=sentence(words)), reasons=[_detail(error)])
    raise TypeError(f"not an error of the vendor's side: {error!r}")


def _detail(error: Exception) -> str:
    """The vendor's own words, for the log and the curious; addresses carry tokens and stay out."""
    if isinstance(error, aiohttp.ClientResponseError):
        return f"{type(error).__name__}: HTTP {error.status}"
    return f"{type(error).__name__}: {error}"[:200]
