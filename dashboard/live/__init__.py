"""The push channel of the live map: one frame a scope, built once, sent to every browser."""

from dashboard.live.channel import LiveChannel
from dashboard.live.live import Live
from dashboard.live.routes import live_router
from dashboard.live.scope import ALL, Scope, ScopeOf, areas

__all__ = ["ALL", "Live", "LiveChannel", "Scope", "ScopeOf", "areas", "live_router"]
