"""The simulated Mammotion cloud: a server of its own that speaks the vendor's HTTP, MQTT and protobuf."""

from external.mammotion.simulator.capabilities import capability_matrix
from external.mammotion.simulator.options import SimulatorOptions
from external.mammotion.simulator.publisher import ReportPublisher
from external.mammotion.simulator.server import SimulatorServer, run_simulator
from external.mammotion.simulator.sites import Sites
from external.mammotion.simulator.vendor import Lifetimes

__all__ = [
    "Lifetimes",
    "ReportPublisher",
    "SimulatorOptions",
    "SimulatorServer",
    "Sites",
    "capability_matrix",
    "run_simulator",
]
