"""Open-Meteo: rain, wind and temperature by the hour, past and to come, without a key."""

from external.weather.client import OpenMeteo

__all__ = ["OpenMeteo"]
