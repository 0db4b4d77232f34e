"""Money that explains itself to the minute: plans, subscriptions, mowed minutes, bills worked out twice, payments."""

from core.billing.attribution import LotFinder, LotRef, Mowed, Sample, Work, attribute
from core.billing.bills import LINE_WORDS, Bill, BillReason, Line, LineKind
from core.billing.board import Board, CostReads, RevenueBoard, ServiceCosts
from core.billing.closing import Closed, Closing
from core.billing.evidence import evidence_file, public_pem, signing_key, verify_file
from core.billing.facts import Fact, FactKind
from core.billing.feed import UsageFeed
from core.billing.inbox import Inbox
from core.billing.journal import ACCOUNT_WORDS
from core.billing.journal_file import check_balance, journal_csv, journal_xlsx
from core.billing.judging import HOLD_WORDS, Hold
from core.billing.life import replay
from core.billing.life_model import DEFAULT_RULES, BillingRules, Life
from core.billing.metering import Metering
from core.billing.missed import MissedEvents, WebhooksAway
from core.billing.notices import NOTICE_WORDS, Meter, Notice, meter_of, notices_of
from core.billing.outbox import Outbox
from core.billing.plans import Plans
from core.billing.power import Drain, PowerFeed
from core.billing.provider_jobs import ProviderJobs
from core.billing.reads import BillingReads, evidence_of
from core.billing.reconciling import Reconciling
from core.billing.referrals import Referrals
from core.billing.sandbox import Sandbox
from core.billing.sparing import without_spared
from core.billing.standing import Standing
from core.billing.status import STATUS, Status, status_of
from core.billing.subscriptions import Preview, Subscriptions
from core.billing.telling import Teller, Untold
from core.billing.terms import Interval, PlanTerms, terms_dict
from core.billing.unattributed import Serving, Unattributed
from core.billing.usage import UsageLedger
from core.billing.usage_view import UsagePiece, UsageView
from core.billing.visit_effect import PowerSoFar, VisitEffect, power_so_far, visit_effect

__all__ = [
    "ACCOUNT_WORDS",
    "DEFAULT_RULES",
    "HOLD_WORDS",
    "LINE_WORDS",
    "NOTICE_WORDS",
    "STATUS",
    "Bill",
    "BillReason",
    "BillingReads",
    "BillingRules",
    "Board",
    "Closed",
    "Closing",
    "CostReads",
    "Drain",
    "Fact",
    "FactKind",
    "Hold",
    "Inbox",
    "Interval",
    "Life",
    "Line",
    "LineKind",
    "LotFinder",
    "LotRef",
    "Meter",
    "Metering",
    "MissedEvents",
    "Mowed",
    "Notice",
    "Outbox",
    "PlanTerms",
    "Plans",
    "PowerFeed",
    "PowerSoFar",
    "Preview",
    "ProviderJobs",
    "Reconciling",
    "Referrals",
    "RevenueBoard",
    "Sample",
    "Sandbox",
    "ServiceCosts",
    "Serving",
    "Standing",
    "Status",
    "Subscriptions",
    "Teller",
    "Unattributed",
    "Untold",
    "UsageFeed",
    "UsageLedger",
    "UsagePiece",
    "UsageView",
    "VisitEffect",
    "WebhooksAway",
    "Work",
    "attribute",
    "check_balance",
    "evidence_file",
    "evidence_of",
    "journal_csv",
    "journal_xlsx",
    "meter_of",
    "notices_of",
    "power_so_far",
    "public_pem",
    "replay",
    "signing_key",
    "status_of",
    "terms_dict",
    "verify_file",
    "visit_effect",
    "without_spared",
]
