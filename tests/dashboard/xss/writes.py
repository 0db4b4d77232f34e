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
    return Write(
        fields, "neighbour", "POST /lots/{lot}/problems", {"kind": "other", "words": text or "A strip."}, seen, 1000, keeps
    )


AUDIT = (("admin", "/admin?tab=audit"),)
CLUSTER = (("admin", "/clusters/{cluster}"),)
SERVICE = (("technician", "/mowers/{mower}?tab=service"),)
ALARM = (("dispatcher", "/alarms?show=all&alarm={alarm}"),)
PLACES = "dashboard__api__"

WRITES: tuple[Write, ...] = (
    Write(
        ("PersonIn.name", "Register.name"), "admin", "POST /people",
        {"email": "xena@elm.example", "role": "dispatcher", "password": "correct horse battery", "name": TEXT},
        (("admin", "/admin"), ("admin", "/alarms/rota")), 120, "person",
    ),
    Write(
        ("PersonIn.email", "Register.email"), "admin", "POST /people",
        {"email": TEXT, "role": "technician", "password": "correct horse battery", "name": "Wim"},
        (("admin", "/admin"),), 60, shape="<img/src=x/onerror=__xss=1>{{7*7}}@elm.example",
    ),
    Write(("KeyIn.name",), "admin", "POST /api-keys", {"name": TEXT, "scopes": ["see_fleet"]},
          (("admin", "/account/keys"),), 80),
    Write(("HookIn.description",), "admin", "POST /webhooks",
          {"url": "https://hooks.example.com/1", "events": ["alarm.changed"], "description": TEXT},
          (("admin", "/admin/webhooks"),), 200),
    Write(("HookIn.url",), "admin", "POST /webhooks", {"url": TEXT, "events": ["alarm.changed"]},
          (("admin", "/admin/webhooks"),), 300,
          shape='https://hooks.example.com/"><img/src=x/onerror=window.__xss=1>{{{{7*7}}}}'),
    Write(("NewRuleIn.name", "RuleIn.name"), "dispatcher", "POST /alarm-rules", {"name": TEXT, "kind": "stuck"},
          (("dispatcher", "/alarms/rules"),), 80),
    Write(("CommentIn.words",), "dispatcher", "POST /alarms/{alarm}/comments", {"words": TEXT}, ALARM, 1000),
    Write(("ClearIn.reason",), "dispatcher", "POST /alarms/{alarm}/clear", {"reason": TEXT}, ALARM, 500),
    Write(("ItemIn.name",), "technician", "POST /mowers/{mower}/service",
          {"name": TEXT, "measure": "blade_hours", "every": 50}, (*SERVICE, ("technician", "/service?view=mowers")), 80),
    Write(("LogIn.what",), "technician", "POST /mowers/{mower}/service/log", {"what": TEXT}, SERVICE, 500),
    Write(("PartIn.name",), "technician", "POST /mowers/{mower}/service/log",
          {"what": "Blades", "parts": [{"name": TEXT, "quantity": 2}]}, SERVICE, 80),
    Write(("ShareIn.note",), "dispatcher", "POST /share-links",
          {"kind": "mower", "subject": "{mower}", "hours": 8, "note": TEXT}, (), 120),
    *(
        Write((f"NotesIn.{name}",), "neighbour", "PUT /lots/{lot}/notes", {name: TEXT, "expected_version": version},
              (("neighbour", "/home"),), 500)
        for version, name in enumerate(("gate", "pets", "access"))
    ),
    problem("problem1", TEXT), problem("problem2"), problem("problem3"),
    Write(("AnswerIn.answer",), "dispatcher", "POST /problems/{problem1}/close", {"answer": TEXT},
          (("neighbour", "/home"),), 1000),
    Write(("CreditIn.answer",), "admin", "POST /problems/{problem2}/credit", {"minor": 100, "answer": TEXT},
          (("neighbour", "/home"),), 1000),
    Write(("ExtraVisitIn.answer",), "dispatcher", "POST /problems/{problem3}/extra-visit", {"answer": TEXT},
          (("neighbour", "/home"),), 1000),
    Write((f"{PLACES}billing_models__PlanIn.name",), "admin", "POST /billing/plans",
          {"code": "x", "name": TEXT, "price_minor": 1, "included_minutes": 1, "overage_minor": 1},
          (("admin", "/billing/plans"), ("neighbour", "/join")), 200),
    Write(("ConsentIn.given_by",), "admin", "PUT /clusters/{cluster}/consents",
          {"home_id": "{member_home}", "given_by": TEXT}, CLUSTER, 120),
    Write(("ConsentIn.note",), "admin", "PUT /clusters/{cluster}/consents",
          {"home_id": "{member2_home}", "given_by": "Ada", "note": TEXT}, CLUSTER, 500),
    Write(("DraftIn.name", "ReviseIn.name", "ChangeIn.name", "ChangeDoc.name"), "admin", "POST /clusters",
          {"host_id": "{free_home}", "home_ids": [], "name": TEXT},
          (("dispatcher", "/clusters"), ("admin", "/clusters/{draft}"), ("admin", "/clusters/{draft}/edit")), 120, "draft"),
    Write((f"{PLACES}cluster_requests__MoveIn.comment", "LeaveIn.comment"), "admin",
          "POST /clusters/{cluster}/suspend", {"comment": TEXT}, CLUSTER, 1000),
    Write(("TieIn.reason",), "dispatcher", "PUT /mowers/{mower}/zones/{zone}/tie", {"lot_id": "{lot}", "reason": TEXT},
          (("dispatcher", "/mowers/{mower}?tab=map"),), 300),
    Write((f"PauseIn.reason",), "dispatcher", "POST /lots/{lot}/pauses",
          {"from_on": "2026-07-01", "restarts_on": "2026-07-09", "reason": TEXT}, (("neighbour", "/home"),), 500),
    Write(("SkipIn.reason",), "dispatcher", "POST /visits/{visit}/skip", {"reason": TEXT}, AUDIT, 500),
    Write(("ApproveIn.reason", "AssignMinutesIn.reason", "FixIn.reason", "EndIn.reason"), "admin",
          "POST /billing/invoices/{held}/approve", {"reason": TEXT}, AUDIT, 200),
)
