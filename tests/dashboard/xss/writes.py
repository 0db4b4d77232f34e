"""The table: what somebody writes where, over REST, and the page on which it is read back.

``TEXT`` in a body stands for the payload; names in braces are of `/test/ids` and of what the rows before have made.
"""

from dataclasses import dataclass
from typing import Any

TEXT = "TEXT"


@dataclass(frozen=True, slots=True)
class Write:
    """``who`` sends ``body`` by ``call``; the text is then read on each of ``seen``, a person and an address.

    ``fields`` are those of the API that this stands for: several models may write the same column. ``keeps`` names the
    answer's ``id`` for later rows, ``limit`` is the field's. Without ``seen`` a row only makes room for others."""

    fields: tuple[str, ...]
    who: str
    call: str
    body: dict[str, Any] | None = None
    seen: tuple[tuple[str, str], ...] = ()
    limit: int | None = None
    keeps: str = ""
    shape: str = "{}"
    """Around the payload, where the field asks for a form, such as an address."""


def problem(keeps: str, text: str = "") -> Write:
    fields = ("ProblemIn.words",) if text else ()
    seen = (("dispatcher", "/requests"), ("neighbour", "/home")) if text else ()
    body = {"kind": "other", "words": text or "A strip."}
    return Write(fields, "neighbour", "POST /lots/{lot}/problems", body, seen, 1000, keeps)


OWN_HOME = (("neighbour", "/home"),)
AUDIT = (("admin", "/admin?tab=audit"),)
CLUSTER = (("admin", "/clusters/{cluster}"),)
SERVICE = (("technician", "/mowers/{mower}?tab=service"),)
ALARM = (("dispatcher", "/alarms?show=all&alarm={alarm}"),)
PLACES = "dashboard__api__"
VERSION = "{version}"
"""The cluster's, as it is when the row is written."""

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[-92.5, 44.0], [-92.4, 44.0], [-92.4, 44.1], [-92.5, 44.1], [-92.5, 44.0]]],
}

WRITES: tuple[Write, ...] = (
    Write(
        ("PersonIn.name", "Register.name"),
        "admin",
        "POST /people",
        {"email": "xena@elm.example", "role": "dispatcher", "password": "correct horse battery", "name": TEXT},
        (("admin", "/admin"),),
        120,
        "person",
    ),
    Write(
        ("PersonIn.email", "Register.email"),
        "admin",
        "POST /people",
        {"email": TEXT, "role": "technician", "password": "correct horse battery", "name": "Wim"},
        (("admin", "/admin"),),
        shape="<img/src=x/onerror=__xss=1>{{6007*6011}}@elm.example",
    ),
    Write(
        ("WorkAreaIn.name", "WorkAreaChange.name"),
        "admin",
        "POST /areas",
        {"name": TEXT, "shape": SQUARE},
        (("admin", "/admin/areas"),),
        80,
    ),
    Write(
        ("KeyIn.name",),
        "admin",
        "POST /api-keys",
        {"name": TEXT, "scopes": ["see_fleet"]},
        (("admin", "/account/keys"),),
        80,
    ),
    Write(
        ("HookIn.description",),
        "admin",
        "POST /webhooks",
        {"url": "https://hooks.example.com/1", "events": ["alarm.changed"], "description": TEXT},
        (("admin", "/admin/webhooks"),),
        200,
    ),
    Write(
        ("HookIn.url",),
        "admin",
        "POST /webhooks",
        {"url": TEXT, "events": ["alarm.changed"]},
        (("admin", "/admin/webhooks"),),
        shape='https://hooks.example.com/"><img/src=x/onerror=window.__xss=1>{{6007*6011}}',
    ),
    Write(
        ("NewRuleIn.name", "RuleIn.name"),
        "dispatcher",
        "POST /alarm-rules",
        {"name": TEXT, "kind": "stuck"},
        (("dispatcher", "/alarms/rules"),),
        80,
    ),
    Write(("CommentIn.words",), "dispatcher", "POST /alarms/{alarm}/comments", {"words": TEXT}, ALARM, 1000),
    Write(("ClearIn.reason",), "dispatcher", "POST /alarms/{alarm}/clear", {"reason": TEXT}, ALARM, 500),
    Write(
        ("ItemIn.name",),
        "technician",
        "POST /mowers/{mower}/service",
        {"name": TEXT, "measure": "blade_hours", "every": 50},
        SERVICE,
        80,
    ),
    Write(("LogIn.what",), "technician", "POST /mowers/{mower}/service/log", {"what": TEXT}, SERVICE, 500),
    Write(
        ("PartIn.name",),
        "technician",
        "POST /mowers/{mower}/service/log",
        {"what": "Blades", "parts": [{"name": TEXT, "quantity": 2}]},
        SERVICE,
        80,
    ),
    Write(
        ("ShareIn.note",),
        "dispatcher",
        "POST /share-links",
        {"kind": "mower", "subject": "{mower}", "hours": 8, "note": TEXT},
        AUDIT,
        120,
    ),
    Write(
        ("NotesIn.gate", "NotesIn.pets", "NotesIn.access"),
        "neighbour",
        "PUT /lots/{lot}/notes",
        {"gate": TEXT, "pets": TEXT, "access": TEXT, "expected_version": 0},
        OWN_HOME,
        500,
    ),
    problem("problem1", TEXT),
    problem("problem2"),
    problem("problem3"),
    problem("problem4"),
    Write(("AnswerIn.answer",), "dispatcher", "POST /problems/{problem1}/close", {"answer": TEXT}, OWN_HOME, 1000),
    Write(
        ("CreditIn.answer",),
        "admin",
        "POST /problems/{problem2}/credit",
        {"minor": 100, "answer": TEXT},
        OWN_HOME,
        1000,
    ),
    Write(
        ("ExtraVisitIn.answer",),
        "dispatcher",
        "POST /problems/{problem3}/extra-visit",
        {"answer": TEXT},
        OWN_HOME,
        1000,
    ),
    Write(
        ("RemowIn.answer",),
        "dispatcher",
        "POST /problems/{problem4}/remow",
        {"visit_id": "{coming}", "answer": TEXT},
        OWN_HOME,
        1000,
    ),
    Write(
        ("RatingIn.words",),
        "neighbour",
        "PUT /visits/{past}/rating",
        {"stars": 2, "words": TEXT},
        (("neighbour", "/home/visits/{past}"),),
        1000,
    ),
    Write(
        (f"{PLACES}billing_models__PlanIn.name",),
        "admin",
        "POST /billing/plans",
        {"code": "x", "name": TEXT, "price_minor": 1, "included_minutes": 1, "overage_minor": 1},
        (("admin", "/billing/plans"), ("admin", "/billing/sandbox")),
        80,
    ),
    Write(
        ("ConsentIn.given_by",),
        "admin",
        "PUT /clusters/{cluster}/consents",
        {"home_id": "{member_home}", "given_by": TEXT, "expected_version": VERSION},
        CLUSTER,
        120,
    ),
    Write(
        ("ConsentIn.note",),
        "admin",
        "PUT /clusters/{cluster}/consents",
        {"home_id": "{member2_home}", "given_by": "Ada", "note": TEXT, "expected_version": VERSION},
        (),  # read over the API alone
        500,
    ),
    Write(
        ("ConfirmIn.reason",),
        "admin",
        "PUT /clusters/{cluster}/confirmations",
        {"home_id": "{member_home}", "reason": TEXT, "expected_version": VERSION},
        CLUSTER,
        500,
    ),
    Write(
        (f"{PLACES}cluster_requests__MoveIn.comment", "LeaveIn.comment"),
        "admin",
        "POST /clusters/{cluster}/suspend",
        {"comment": TEXT, "expected_version": VERSION},
        CLUSTER,
        1000,
    ),
    Write(
        ("DraftIn.name", "ReviseIn.name", "ChangeIn.name", "ChangeDoc.name"),
        "admin",
        "POST /clusters",
        {"host_id": "{free_home}", "home_ids": [], "name": TEXT},
        (("dispatcher", "/clusters"), ("admin", "/clusters/{draft}"), ("admin", "/clusters/{draft}/edit")),
        120,
        "draft",
    ),
    Write(
        ("TieIn.reason",),
        "dispatcher",
        "PUT /mowers/{mower}/zones/{zone}/tie",
        {"lot_id": "{lot}", "reason": TEXT},
        AUDIT,
        300,
    ),
    Write(
        ("NoGoIn.name",),
        "dispatcher",
        "POST /mowers/{mower}/no-go",
        {"name": TEXT, "ring": "{ring}", "starts_at": "2026-06-01T16:00:00Z", "ends_at": "2026-06-01T20:00:00Z"},
        (("dispatcher", "/mowers/{mower}?tab=map"),),
        80,
    ),
    Write(
        ("PauseIn.reason",),
        "dispatcher",
        "POST /lots/{lot}/pauses",
        {"from_on": "2026-07-01", "restarts_on": "2026-07-09", "reason": TEXT},
        AUDIT,
        500,
    ),
    Write(("SkipIn.reason",), "dispatcher", "POST /visits/{coming}/skip", {"reason": TEXT}, AUDIT, 500),
    Write(
        ("BulkIn.override_reason", "CommandIn.override_reason", "NamedCommandIn.override_reason"),
        "admin",
        "POST /bulk-commands",
        {"kind": "start", "mowers": ["{mower}"], "override_reason": TEXT},
        AUDIT,
        500,
    ),
    Write(
        ("ApproveIn.reason", "AssignMinutesIn.reason", "FixIn.reason", "EndIn.reason"),
        "admin",
        "POST /billing/invoices/{held}/approve",
        {"reason": TEXT},
        AUDIT,
        200,
    ),
    Write(
        ("ErasureIn.reason",),
        "admin",
        "POST /people/{leaver}/erase",
        {"email": "leaver@elm.example", "reason": TEXT},
        AUDIT,
        500,
    ),
)
"""In the order in which they are written: what a row needs was made by one before."""

VENDOR_SEEN: dict[str, tuple[tuple[str, str], ...]] = {
    "device name": (
        ("dispatcher", "/mowers"),
        ("dispatcher", "/fleet"),
        ("technician", "/service?view=mowers"),
        ("dispatcher", "/mowers/{device}?tab=now"),
    ),
    "model": (("dispatcher", "/mowers"),),
    "firmware": (),
    "account": (("admin", "/admin?tab=accounts"),),
    "account detail": (("admin", "/admin?tab=accounts"),),
    "zone name": (("dispatcher", "/mowers/{mower}?tab=map"),),
    "no-go name": (),
    "plan name": (("dispatcher", "/mowers/{mower}?tab=plans"),),
    "household name": (),
    "address": (("dispatcher", "/schedule"),),
    "cluster name": (("dispatcher", "/clusters"), ("dispatcher", "/clusters/rounds")),
}
"""What comes from devices, the vendor and imported files, and where it is read (`server.VENDOR`). Those of nowhere
stand in the data of maps at most: with `make prove` every page is opened with them in the database."""

NOT_SHOWN: dict[str, str] = {
    "AddressIn.address": "sought in the address book, kept nowhere",
    "AreaIn.rule": "a name of a list", "NextHomesIn.rule": "a name of a list", "ProposeIn.rule": "a name of a list",
    "CameByIn.code": "a code that must be known", "JoinIn.code": "a code that must be known",
    "ConsentIn.note": "read over the API alone",
    "CodeIn.code": "a code that must be known", "Login.code": "a code that must be known",
    "ChoiceIn.event": "a name of a list", "HookIn.events": "names of a list", "HookChange.events": "names of a list",
    "CustomerIn.name": "a household's name: `server.VENDOR` has it from an import",
    "CustomerIn.email": "an address, checked as PersonIn.email is",
    "CustomerIn.phone": "digits", "NumberIn.number": "digits",
    "ErasureIn.email": "must be that of the person", "Login.email": "compared, kept nowhere",
    "HostIn.address": "must be in the address book: `server.VENDOR` has one",
    "NeighbourIn.address": "must be in the address book: `server.VENDOR` has one",
    "HostIn.time_zone": "a name of a list", "NeighbourIn.time_zone": "a name of a list",
    "ZoneIn.time_zone": "a name of a list",
    "LanguageIn.language": "a name of a list", "PersonIn.language": "a name of a list",
    "Register.language": "a name of a list", "Register.agreed": "must be the version of the terms",
    "NamedCommandIn.device_name": "must be a mower's", "ShareIn.subject": "must be a mower's or a cluster's",
    "ReportIn.mower": "must be a mower's",
    "NewAccount.account": "`server.VENDOR` has it",
    "PlanChange.name": "goes to the mower and is read back: `server.VENDOR` has it",
    f"{PLACES}plans__PlanIn.name": "goes to the mower and is read back: `server.VENDOR` has it",
    "ProblemIn.photo": "a picture, drawn anew by us",
    "RainOutIn.mark": "a key that makes a call safe to repeat", "Refresh.refresh_token": "a secret",
    "RecheckIn.bbox": "four numbers",
}  # fmt: skip
"""Text fields that are read back nowhere, or of which something else in the table has the text, and why."""
