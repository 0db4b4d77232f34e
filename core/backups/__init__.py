"""Encrypted backups: made by the timetable, kept by a rule, and worth their name only once one was restored."""

from core.backups.desk import BackupDesk
from core.backups.keeping import kept
from core.backups.model import Backup, Contents, Dumper, Header
from core.backups.sealing import open_sealed, read_header, seal

__all__ = ["Backup", "BackupDesk", "Contents", "Dumper", "Header", "kept", "open_sealed", "read_header", "seal"]
