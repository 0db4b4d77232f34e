"""The live feed for programs: what changes, over SSE or a web socket, with resume after a gap."""

from dashboard.api.feed.log import FeedEvent, FeedLog
from dashboard.api.feed.routes import feed_router
from dashboard.api.feed.source import FeedSource

__all__ = ["FeedEvent", "FeedLog", "FeedSource", "feed_router"]
