"""A person as the whole database knows them: what is kept about them, and how they are taken out of it."""

from core.db.personal.erasing import close_pass, erase, open_pass
from core.db.personal.kept import kept_about
from core.db.personal.obstacles import obstacles, places_to_leave
from core.db.personal.subject import Subject, subject_of

__all__ = [
    "Subject",
    "close_pass",
    "erase",
    "kept_about",
    "obstacles",
    "open_pass",
    "places_to_leave",
    "subject_of",
]
