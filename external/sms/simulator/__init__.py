"""The simulated Twilio: the Messages resource over HTTP, status callbacks signed as Twilio signs them."""

from external.sms.simulator.book import MessageBook, TwilioTwinOptions
from external.sms.simulator.server import TwilioTwin, run_twilio_twin

__all__ = ["MessageBook", "TwilioTwin", "TwilioTwinOptions", "run_twilio_twin"]
