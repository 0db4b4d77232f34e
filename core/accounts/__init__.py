"""People, roles and rights, sign-in, sessions and tokens, audit."""

from core.accounts.api_keys import ApiKeys, ApiKeyView, MadeKey
from core.accounts.audit import Audit, AuditFilter, AuditLine
from core.accounts.chain import ERASURE, ChainReport, check_chain, seal_lines
from core.accounts.consents import ConsentKind, ConsentView, give_consent, withdraw_consent
from core.accounts.entrance import Entrance
from core.accounts.factors import FactorKind, FactorView, NewApp, SecondFactors
from core.accounts.lockout import SignInRules
from core.accounts.passkeys import Site
from core.accounts.passwords import HashCost, Passwords, check_password
from core.accounts.people import (
    LANGUAGES,
    People,
    PersonView,
    SecondStepNeeded,
    SignedIn,
    SignInRefused,
    valid_email,
)
from core.accounts.redaction import redact_audit, redacted
from core.accounts.retention import forget_account_mails, forget_old_sessions, forget_sign_in_traces
from core.accounts.roles import PERMISSIONS, Right, Role
from core.accounts.second_factor import FactorRules
from core.accounts.self_service import AccountMail, MailKind, SelfService, SignedUp, TokenKind
from core.accounts.sessions import SessionKind, SessionView, hashed, new_secret
from core.accounts.sign_on import Identity, IdentityProvider, LinkNeeded, SignOn, SignOnRules
from core.accounts.sign_on_links import LinkView
from core.accounts.token_answers import KeptAnswers
from core.accounts.tokens import RefreshRefused, TokenPair, Tokens, looks_signed
from core.accounts.view_as import ViewAs
from core.accounts.viewer import HouseholdIds, SeenBy, Viewer, no_households, sees_all
from core.accounts.who import PersonName, viewer_by_id, who_may

__all__ = [
    "ERASURE",
    "LANGUAGES",
    "PERMISSIONS",
    "AccountMail",
    "ApiKeyView",
    "ApiKeys",
    "Audit",
    "AuditFilter",
    "AuditLine",
    "ChainReport",
    "ConsentKind",
    "ConsentView",
    "Entrance",
    "FactorKind",
    "FactorRules",
    "FactorView",
    "HashCost",
    "HouseholdIds",
    "Identity",
    "IdentityProvider",
    "KeptAnswers",
    "LinkNeeded",
    "LinkView",
    "MadeKey",
    "MailKind",
    "NewApp",
    "Passwords",
    "People",
    "PersonName",
    "PersonView",
    "RefreshRefused",
    "Right",
    "Role",
    "SecondFactors",
    "SecondStepNeeded",
    "SeenBy",
    "SelfService",
    "SessionKind",
    "SessionView",
    "SignInRefused",
    "SignInRules",
    "SignOn",
    "SignOnRules",
    "SignedIn",
    "SignedUp",
    "Site",
    "TokenKind",
    "TokenPair",
    "Tokens",
    "ViewAs",
    "Viewer",
    "check_chain",
    "check_password",
    "forget_account_mails",
    "forget_old_sessions",
    "forget_sign_in_traces",
    "give_consent",
    "hashed",
    "looks_signed",
    "new_secret",
    "no_households",
    "redact_audit",
    "redacted",
    "seal_lines",
    "sees_all",
    "valid_email",
    "viewer_by_id",
    "who_may",
    "withdraw_consent",
]
