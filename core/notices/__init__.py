"""Who is told what, over which channel: an outbox that loses nothing, and the bell that reads it."""

from core.notices.desk import Bell, NoticeDesk
from core.notices.model import Channel, Notice, NoticeView, Weight
from core.notices.outbox import InApp, Outbox, put_notices

__all__ = [
    "Bell",
    "Channel",
    "InApp",
    "Notice",
    "NoticeDesk",
    "NoticeView",
    "Outbox",
    "Weight",
    "put_notices",
]
