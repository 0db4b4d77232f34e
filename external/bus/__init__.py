"""Events and states between processes, through Redis."""

from external.bus.redis_bus import RedisBus

__all__ = ["RedisBus"]
