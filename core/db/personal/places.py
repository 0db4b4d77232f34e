"""Where a person stands in the database: one table of every place, what an export shows and an erasure does there.

A new table that holds something about people gets a row here, or stands in `NOT_ABOUT_PEOPLE`: a test asks for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class By(StrEnum):
    """Whose rows: what the named column of a place holds."""

    PERSON = "person"
    EMAIL = "email"
    ADDRESS_HASH = "address_hash"  # SHA-256 hex of the email
    HOUSEHOLD = "household"  # every household the person belongs to
    ALONE = "alone"  # a household that nobody else belongs to
    LOT = "lot"  # of those households
    LOT_ALONE = "lot_alone"
    HOME = "home"  # address points of those lots
    HOME_ALONE = "home_alone"
    SUBSCRIPTION = "subscription"
    PAYER = "payer"
    PROBLEM = "problem"  # that the person reported
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Shown:
    """A section of an export: the rows of ``table`` whose ``column`` is one of theirs, without the ``hidden`` columns,
    which are secrets and digests of secrets."""

    section: str
    table: str
    column: str
    by: By
    hidden: tuple[str, ...] = ()


SHOWN: tuple[Shown, ...] = (
    Shown("account", "person", "id", By.PERSON, ("password_hash",)),
    Shown("sessions", "sign_in_session", "person_id", By.PERSON, ("token_hash",)),
    Shown("second_factors", "second_factor", "person_id", By.PERSON, ("sealed", "credential_id", "public_key")),
    Shown("known_browsers", "known_browser", "person_id", By.PERSON, ("secret_hash",)),
    Shown("other_sign_ins", "identity_link", "person_id", By.PERSON),
    Shown("sign_ins_under_way", "sign_in_step", "person_id", By.PERSON, ("secret_hash", "content")),
    Shown("failed_sign_ins", "sign_in_attempts", "address_hash", By.ADDRESS_HASH, ("address_hash",)),
    Shown("account_mails", "account_token", "address_hash", By.ADDRESS_HASH, ("token_hash", "address_hash")),
    Shown("api_keys", "api_key", "person_id", By.PERSON, ("key_hash",)),
    Shown("calendar_feeds", "calendar_feed", "person_id", By.PERSON, ("token_hash",)),
    Shown("consents", "consent", "person_id", By.PERSON),
    Shown("crossing_consents", "crossing_consent", "home_id", By.HOME),
    Shown("notices", "notice_outbox", "person_id", By.PERSON),
    Shown("notice_deliveries", "notice_delivery", "person_id", By.PERSON),
    Shown("notice_choices", "notice_choice", "person_id", By.PERSON),
    Shown("notice_settings", "notice_settings", "person_id", By.PERSON),
    Shown("phone", "notice_phone", "person_id", By.PERSON, ("code_hash",)),
    Shown("reports", "report_subscription", "person_id", By.PERSON),
    Shown("reports_sent", "report_run", "person_id", By.PERSON),
    Shown("households", "household", "id", By.HOUSEHOLD),
    Shown("homes", "lot", "household_id", By.HOUSEHOLD),
    Shown("ground_versions", "lawn_version", "lot_id", By.LOT),
    Shown("ground_drafts", "lawn_draft", "person_id", By.PERSON),
    Shown("import_rows", "home_import_row", "household_id", By.HOUSEHOLD),
    Shown("cluster_places", "cluster_member", "household_id", By.HOUSEHOLD),
    Shown("places_in_line", "cluster_waiting", "person_id", By.PERSON),
    Shown("cluster_acts", "cluster_event", "person_id", By.PERSON),
    Shown("service_plans", "service_plan_version", "lot_id", By.LOT),
    Shown("pauses", "service_pause", "lot_id", By.LOT),
    Shown("quiet_hours", "quiet_hours", "lot_id", By.LOT),
    Shown("visits", "visit", "lot_id", By.LOT),
    Shown("ratings", "visit_rating", "person_id", By.PERSON),
    Shown("keep_offs", "keep_off", "person_id", By.PERSON),
    Shown("access_notes", "lot_note", "lot_id", By.LOT),
    Shown("reports", "lawn_problem", "person_id", By.PERSON),
    Shown("photos", "problem_photo", "problem_id", By.PROBLEM),
    Shown("payer", "billing_payer", "id", By.PAYER),
    Shown("subscriptions", "billing_subscription", "household_id", By.HOUSEHOLD),
    Shown("subscription_history", "billing_fact", "subscription_id", By.SUBSCRIPTION),
    Shown("invoices", "billing_invoice", "subscription_id", By.SUBSCRIPTION),
    Shown("journal", "billing_journal", "subscription_id", By.SUBSCRIPTION),
    Shown("billing_notices", "billing_notice", "subscription_id", By.SUBSCRIPTION),
    Shown("minutes", "usage_entry", "household_id", By.HOUSEHOLD),
    Shown("power", "power_entry", "lot_id", By.LOT),
    Shown("referral_code", "referral_code", "household_id", By.HOUSEHOLD),
    Shown("brought_along", "referral", "by_id", By.HOUSEHOLD),
    Shown("brought_by", "referral", "brought_id", By.HOUSEHOLD),
    Shown("commands", "command", "person_id", By.PERSON),
    Shown("orders_to_many", "bulk_order", "person_id", By.PERSON),
    Shown("alarms_owned", "alarm", "owner_id", By.PERSON),
    Shown("service_logged", "service_log", "person_id", By.PERSON),
    Shown("ways_confirmed", "reach_confirmation", "person_id", By.PERSON),
    Shown("home_imports", "home_import", "person_id", By.PERSON),
    Shown("areas", "area_person", "person_id", By.PERSON),
    Shown("share_links", "share_link", "person_id", By.PERSON, ("token_hash",)),
)
"""The audit has a section of its own: its lines are found in more than one way."""


@dataclass(frozen=True, slots=True)
class Removed:
    """Rows that go."""

    table: str
    column: str
    by: By


REMOVED: tuple[Removed, ...] = (
    Removed("sign_in_session", "person_id", By.PERSON),  # with their refresh tokens
    Removed("second_factor", "person_id", By.PERSON),
    Removed("recovery_code", "person_id", By.PERSON),
    Removed("known_browser", "person_id", By.PERSON),
    Removed("sign_in_step", "person_id", By.PERSON),
    Removed("identity_link", "person_id", By.PERSON),
    Removed("sign_in_attempts", "address_hash", By.ADDRESS_HASH),
    Removed("account_token", "address_hash", By.ADDRESS_HASH),
    Removed("api_key", "person_id", By.PERSON),
    Removed("idempotent_answer", "person_id", By.PERSON),
    Removed("calendar_feed", "person_id", By.PERSON),
    Removed("notice_outbox", "person_id", By.PERSON),  # with their deliveries
    Removed("notice_choice", "person_id", By.PERSON),
    Removed("notice_settings", "person_id", By.PERSON),
    Removed("notice_phone", "person_id", By.PERSON),
    Removed("report_run", "person_id", By.PERSON),
    Removed("report_subscription", "person_id", By.PERSON),
    Removed("lawn_draft", "person_id", By.PERSON),
    Removed("lawn_presence", "person_id", By.PERSON),
    Removed("control_lease", "person_id", By.PERSON),
    Removed("problem_photo", "problem_id", By.PROBLEM),
    Removed("lot_note", "lot_id", By.LOT_ALONE),
    Removed("area_person", "person_id", By.PERSON),
    Removed("household_person", "person_id", By.PERSON),
)


class Word(StrEnum):
    """What is put in place of words."""

    PSEUDONYM = "pseudonym"
    ADDRESS = "address"  # of mail, that leads nowhere


@dataclass(frozen=True, slots=True)
class Blanked:
    """Rows that stay without their words."""

    table: str
    column: str
    by: By
    values: Mapping[str, Any] = field(hash=False)


BLANKED: tuple[Blanked, ...] = (
    Blanked("person", "id", By.PERSON, {
        "email": Word.ADDRESS, "name": Word.PSEUDONYM, "password_hash": "", "active": False, "second_factor_at": None,
        "second_factor_due_at": None,
    }),
    Blanked("household", "id", By.ALONE, {"name": Word.PSEUDONYM, "email": "", "phone": ""}),
    Blanked("billing_payer", "id", By.PAYER, {"name": Word.PSEUDONYM, "email": Word.ADDRESS}),
    Blanked("home_import_row", "household_id", By.ALONE, {"raw": {}, "value": ""}),
    Blanked("crossing_consent", "home_id", By.HOME_ALONE, {"given_by": Word.PSEUDONYM, "note": ""}),
    Blanked("visit_rating", "person_id", By.PERSON, {"words": ""}),
    Blanked("lawn_problem", "person_id", By.PERSON, {"words": "", "answer": "", "longitude": None, "latitude": None}),
    Blanked("service_pause", "person_id", By.PERSON, {"reason": ""}),
    Blanked("visit", "lot_id", By.LOT_ALONE, {"note": ""}),
)  # fmt: skip

ACTED = frozenset({
    "acknowledged_by", "actor", "approved_by", "asked_by", "author", "by", "changed_by", "cleared_by", "closed_by",
    "confirmed_by", "created_by", "decided_by", "done_by", "ended_by", "fixed_by", "made_by", "owner", "recorded_by",
    "reported_by", "revoked_by", "saved_by", "set_by", "submitted_by", "undone_by", "withdrawn_by",
})  # fmt: skip
"""Columns that say who did something, by their email or name; they get the pseudonym wherever they stand."""

SPOKEN = (
    ("alarm", "clear_reason"), ("alarm_event", "words"), ("billing_drift", "ours"), ("billing_drift", "theirs"),
    ("cluster", "comment"), ("cluster_event", "comment"), ("cluster_version", "comment"),
    ("control_incident", "end_reason"), ("notice_outbox", "body"), ("notice_outbox", "title"),
    ("reach_confirmation", "reason"), ("service_log", "what"), ("share_link", "note"),
)  # fmt: skip
"""Free words of others, in which a name may stand: it is replaced within them."""

GUARDED = frozenset({"audit_entry"})
"""Lines that are redacted one by one, with the chain that seals them."""

NOT_ABOUT_PEOPLE = frozenset({
    "account_lease", "address_point", "alarm_event", "alarm_member", "alarm_rule", "area", "audit_redaction",
    "audit_seal", "billing_drift", "billing_outbox", "billing_plan_version", "billing_webhook", "bulk_item", "cluster",
    "cluster_invite", "cluster_proposal", "cluster_version", "control_incident", "data_import", "device_plan_list",
    "erasure_pass", "fleet_worker", "geocode_cache", "history_mark", "hook_delivery", "hook_endpoint", "hook_event",
    "hook_told", "job_claim", "job_run", "keep_off_order", "link_request", "lot_mower", "mower", "mower_day",
    "mower_map", "mower_odometer", "mower_quiet", "mower_settings", "mowing_session", "on_call_step", "parcel",
    "refresh_token", "road", "road_layer", "service_item", "signing_key", "telemetry", "telemetry_minute",
    "telemetry_watermark", "temporary_no_go", "town_feature", "usage_minute", "vendor_account", "visit_problem",
    "visit_run", "weather_decision", "weather_limits", "weather_report", "zone_tie", "zone_tie_change",
})  # fmt: skip
"""Tables about the company, the land, the machines and what they did. Who acted there by name is in `ACTED`; bodies
that the payment provider sent are searched for the name and address."""
