"""Who is told what, over which channel: an outbox that loses nothing, the bell that reads it, mail and SMS."""

from core.notices.bundles import Bundle, Due, bundles
from core.notices.desk import Bell, NoticeDesk
from core.notices.events import EVENTS, NoticeEvent, event_of, events_for
from core.notices.model import (
    OUTSIDE,
    Attachment,
    Channel,
    Letter,
    Notice,
    NoticeView,
    Parcel,
    Reader,
    Readers,
    Sender,
    Unreachable,
    Weight,
    Wording,
)
from core.notices.outbox import InApp, Outbox, put_notices
from core.notices.phones import PhoneDesk, PhoneView, e164
from core.notices.preferences import (
    MOST_AN_HOUR,
    Cell,
    PreferenceDesk,
    Preferences,
    choices_of,
    matrix_of,
    settings_of,
)
from core.notices.rain_out import PutOff, rain_out_notices
from core.notices.retries import DEFAULT_RETRIES, RetryRules, wait_after
from core.notices.router import Router
from core.notices.routing import Decision, Reason, RouteFacts, Verdict, route
from core.notices.sending import Sending
from core.notices.undelivered import DeliveryBook, DeliveryView
from core.notices.unsubscribing import Unsubscribing, Unsubscription
from core.notices.visits import VisitTold, visit_notices

__all__ = [
    "DEFAULT_RETRIES",
    "EVENTS",
    "MOST_AN_HOUR",
    "OUTSIDE",
    "Attachment",
    "Bell",
    "Bundle",
    "Cell",
    "Channel",
    "Decision",
    "DeliveryBook",
    "DeliveryView",
    "Due",
    "InApp",
    "Letter",
    "Notice",
    "NoticeDesk",
    "NoticeEvent",
    "NoticeView",
    "Outbox",
    "Parcel",
    "PhoneDesk",
    "PhoneView",
    "PreferenceDesk",
    "Preferences",
    "PutOff",
    "Reader",
    "Readers",
    "Reason",
    "RetryRules",
    "RouteFacts",
    "Router",
    "Sender",
    "Sending",
    "Unreachable",
    "Unsubscribing",
    "Unsubscription",
    "Verdict",
    "VisitTold",
    "Weight",
    "Wording",
    "bundles",
    "choices_of",
    "e164",
    "event_of",
    "events_for",
    "matrix_of",
    "put_notices",
    "rain_out_notices",
    "route",
    "settings_of",
    "visit_notices",
    "wait_after",
]
