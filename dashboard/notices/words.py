"""Channels, reasons and states of notices in the current language."""

from core.notices import Channel
from dashboard.i18n import _


def channel_word(channel: Channel) -> str:
    """A channel's name."""
    return {Channel.IN_APP: _("Bell"), Channel.MAIL: _("Mail"), Channel.SMS: _("Text")}[channel]


def state_word(state: str) -> str:
    """How a delivery stands."""
    return {
        "waiting": _("Waiting"),
        "confirmed": _("Sent"),
        "folded": _("Told with another"),
        "dropped": _("Not sent"),
        "dead": _("Given up"),
    }[state]
