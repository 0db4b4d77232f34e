"""People, roles and rights, sign-in, sessions and tokens, audit."""

from core.accounts.audit import Audit, AuditLine
from core.accounts.lockout import SignInRules
from core.accounts.passwords import HashCost, Passwords, check_password
from core.accounts.people import LANGUAGES, People, PersonView, SignedIn, SignInRefused, valid_email
from core.accounts.retention import forget_old_sessions
from core.accounts.roles import PERMISSIONS, Right, Role
from core.accounts.sessions import SessionKind, SessionView
from core.accounts.viewer import HouseholdIds, Viewer, no_households
from core.accounts.who import PersonName, who_may

__all__ = [
    "LANGUAGES",
    "PERMISSIONS",
    "Audit",
    "AuditLine",
    "HashCost",
    "HouseholdIds",
    "Passwords",
    "People",
    "PersonName",
    "PersonView",
    "Right",
    "Role",
    "SessionKind",
    "SessionView",
    "SignInRefused",
    "SignInRules",
    "SignedIn",
    "Viewer",
    "check_password",
    "forget_old_sessions",
    "no_households",
    "valid_email",
    "who_may",
]
