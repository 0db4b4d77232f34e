"""A Mapbox geocoding server of our own, for tests and demonstrations: real HTTP, our addresses, faults on demand."""

from external.mapbox.simulator.server import Fault, MapboxTwin

__all__ = ["Fault", "MapboxTwin"]
