"""Mapbox: addresses that our own address book does not know."""

from external.mapbox.client import MapboxGeocoder

__all__ = ["MapboxGeocoder"]
