"""An Open-Meteo server of our own, for tests and demonstrations: real HTTP, weather to play, faults on demand."""

from external.weather.simulator.server import Fault, WeatherTwin, WeatherTwinOptions, run_twin
from external.weather.simulator.sky import FairSky, Rain, RealYears, SeededSky, Sky

__all__ = [
    "FairSky",
    "Fault",
    "Rain",
    "RealYears",
    "SeededSky",
    "Sky",
    "WeatherTwin",
    "WeatherTwinOptions",
    "run_twin",
]
