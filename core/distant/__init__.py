"""What a process asks of a mower whose account another process owns: maps, plans and hours of the device."""

from core.distant.answering import Answering
from core.distant.asking import DistantLink, DistantLinks

__all__ = ["Answering", "DistantLink", "DistantLinks"]
