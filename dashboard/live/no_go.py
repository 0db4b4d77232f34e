"""Temporary no-go areas as the live map gets them: all that are to come, with their times; browsers go by the clock."""

from collections.abc import Sequence
from typing import Any, Protocol

from core.events import Event
from core.lawnmaps import NoGo
from dashboard.live.channel import LiveChannel
from dashboard.live.view import ScopeView


class NoGoSource(Protocol):
    """`core.lawnmaps.NoGoDesk` is one."""

    changed: Event[None]

    def coming(self) -> Sequence[NoGo]: ...


def tell_no_go(channel: LiveChannel, source: NoGoSource) -> None:
    """Tell our own people now, and whenever one is drawn or ended."""

    def tell(_changed: None = None) -> None:
        coming = source.coming()

        def of_view(view: ScopeView) -> dict[str, Any]:
            return {"type": "no_go", "areas": [no_go_told(one) for one in coming if one.device_name in view]}

        told = {"type": "no_go", "areas": [no_go_told(one) for one in coming]}
        channel.keep_telling("no_go", told, meant_for=lambda scope: not scope.private, within=of_view)

    source.changed.subscribe(tell)
    tell()


def no_go_told(one: NoGo) -> dict[str, Any]:
    """Times in seconds since 1970."""
    return {
        "name": one.name,
        "ring": [list(place) for place in one.ring],
        "starts": one.starts_at.timestamp(),
        "ends": one.ends_at.timestamp(),
    }
