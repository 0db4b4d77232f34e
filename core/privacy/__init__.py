"""What is kept about a person: handed out to them, and taken out for ever."""

from core.privacy.desk import Export, Privacy

__all__ = ["Export", "Privacy"]
