"""Every dialog and layer there is, by the code that makes it, and how a person comes to it."""

import ast
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Locator, Page, TimeoutError, expect

from tests.browsers import OPENED, ROOT

MARKS = re.compile(r'<dialog [^>]*?(?:ref|class)="([\w-]+)|<div id="([\w-]+)" class="[^"]*" popover')
Function = ast.FunctionDef | ast.AsyncFunctionDef
MAKERS = {"asking", "ask", "dialog", "_Dialog"}
"""What makes a dialog: the two helpers, NiceGUI's element, and the form of the page that reshapes clusters."""


@dataclass(frozen=True, slots=True)
class Way:
    """Who opens a dialog, at which address, and what is pressed: names of buttons, or selectors that begin with ``.``
    or ``[``. The first that can be seen is meant."""

    who: str
    address: str
    press: tuple[str, ...]


WAYS: dict[str, Way] = {
    "frame_parts.py m-keys": Way("dispatcher", "/mowers", (".m-me", "[data-keys]")),
    "frame_parts.py m-account": Way("admin", "/mowers", (".m-me",)),
    "bell.py m-notices": Way("neighbour", "/home", (".m-bell",)),
    "account/proving.py prove_first": Way("admin", "/account/security", ("Add an app",)),
    "pages/account_keys.py ask": Way("admin", "/account/keys", ("New key",)),
    "pages/admin_webhooks.py ask": Way("admin", "/admin/webhooks", ("New webhook",)),
    "alarms/rota.py ask": Way("dispatcher", "/alarms/rota", ("Add a step",)),
    "alarms/rules.py open": Way("dispatcher", "/alarms/rules", ("Edit",)),
    "alarms/detail.py _ask_owner": Way("dispatcher", "/alarms", (".a-row", "Give to ...")),
    "alarms/detail.py _ask_reason": Way("dispatcher", "/alarms", (".a-row", "Clear ...")),
    "billing/steps.py _choose": Way("admin", "/billing/households/{subscription_id}", ("Cancel subscription",)),
    "billing/steps.py _ask": Way(
        "admin", "/billing/households/{subscription_id}", ("Cancel subscription", "Show what it costs")
    ),
    "billing/steps.py coupon": Way("admin", "/billing/households/{subscription_id}", ("Give a coupon",)),
    "billing/steps.py give": Way("admin", "/billing/households/{subscription_id}", ("Give credit",)),
    "exports/report_card.py ask": Way("dispatcher", "/exports", ("New report",)),
    "home/visit_card.py _ask_feed": Way("neighbour", "/home", ("In my calendar",)),
    "home/visit_card.py _ask_vacation": Way("neighbour", "/home", ("Vacation",)),
    "home/keep_off_card.py _ask": Way("neighbour", "/home", ("Keep off my lawn now",)),
    "home/notes_card.py _ask": Way("neighbour", "/home", ("Change gate, pets and way in",)),
    "service/dialogs.py ask_log": Way("technician", "/mowers/{name}?tab=service", ("Log a service",)),
    "service/dialogs.py ask_item": Way("technician", "/mowers/{name}?tab=service", ("Add a line",)),
    "pages/admin_accounts.py ask_link": Way("admin", "/admin?tab=accounts", ("Link account",)),
    "pages/admin_areas.py _ask_areas": Way("admin", "/admin/areas", ("Areas of Dana Whitfield",)),
    "pages/admin_areas.py _ask_delete": Way("admin", "/admin/areas", ("Delete Old town",)),
    "pages/admin_people.py ask_new": Way("admin", "/admin", ("Add person",)),
    "pages/admin_people.py ask_edit": Way("admin", "/admin", ("Edit Dana Whitfield",)),
    "pages/admin_person.py ask": Way("admin", "/admin/people/{person_id}", ("Erase ...",)),
    "shares/button.py open": Way("dispatcher", "/clusters/{cluster_id}", ("Share",)),
    "pages/billing_plans.py ask": Way("admin", "/billing/plans", ("New plan",)),
    "pages/billing_invoice.py ask": Way("admin", "/billing/invoices/{held_id}", ("Approve",)),
    "pages/clusters_desk.py _button": Way("admin", "/clusters/{cluster_id}", ("Suspend",)),
    "pages/clusters_desk.py _small": Way("admin", "/clusters/{cluster_id}", ("Make an invite code",)),
    "pages/clusters_reshape.py _ask_move": Way("admin", "/clusters/{cluster_id}", ("Move a home",)),
    "pages/clusters_reshape.py _ask_merge": Way("admin", "/clusters/{cluster_id}", ("Merge into another",)),
    "pages/clusters_reshape.py _ask_split": Way("admin", "/clusters/{cluster_id}", ("Split",)),
    "pages/clusters_reshape.py __init__": Way("admin", "/clusters/{draft_id}", ("Move a home",)),
    "pages/requests.py _ask_remow": Way("dispatcher", "/requests", ("Mow again",)),
    "pages/requests.py _ask_credit": Way("dispatcher", "/requests", ("Credit",)),
    "pages/requests.py _ask_close": Way("dispatcher", "/requests", ("Answer",)),
    "components/sky_cards.py _ask": Way("dispatcher", "/clusters/{cluster_id}", ("Limits",)),
    "visits/rain_out_dialog.py open": Way("dispatcher", "/schedule", ("Rain-out",)),
    "visits/plan_dialog.py open": Way("dispatcher", "/schedule", ("Open the visit", "Service plan")),
    "visits/dialogs.py open": Way("dispatcher", "/schedule", ("Open the visit",)),
    "visits/dialogs.py _ask_skip": Way("dispatcher", "/schedule", ("Open the visit", "Skip")),
    "visits/dialogs.py _ask_move": Way("dispatcher", "/schedule", ("Open the visit", "Move")),
    "visits/dialogs.py choose_lot": Way("dispatcher", "/schedule", ("Service plan",)),
}

LAWNS = "tests/dashboard/lawns"
ELSEWHERE: dict[str, str] = {
    "account/factor_card.py _app_dialog": "tests/dashboard/test_account_in_browser.py",
    "account/factor_card.py _show_codes": "tests/dashboard/test_account_in_browser.py",
    "components/start_dialog.js dialog": "tests/dashboard/test_control_in_browser.py",
    "components/bulk_dialog.js dialog": "tests/dashboard/test_control_in_browser.py",
    "components/zone_ties.py open": f"{LAWNS}/test_maps_in_browser.py",
    "components/no_go_card.py drawn": f"{LAWNS}/test_maps_in_browser.py",
    "frame_parts.py m-again": "tests/dashboard/test_pages_in_browser.py",
    "mower_tabs/plans.py _ask_delete": f"{LAWNS}/test_plans_in_browser.py",
    "mower_tabs/plans.py _ask_name": f"{LAWNS}/test_plans_in_browser.py",
    "mower_tabs/plans.py _ask_new": f"{LAWNS}/test_plans_in_browser.py",
    "mower_tabs/plans.py _ask_run": f"{LAWNS}/test_plans_in_browser.py",
    "mower_tabs/settings.py _end": "tests/dashboard/test_control_in_browser.py",
    "pages/admin_webhooks.py _ask_remove": "tests/dashboard/test_webhooks_in_browser.py",
    "pages/admin_webhooks.py show": "tests/dashboard/test_webhooks_in_browser.py",
    "pages/register_import.py _one": "tests/dashboard/clusters/test_homes_in_browser.py",
    "visits/exceptions.py _ask_skip": "tests/dashboard/visits/test_schedule_in_browser.py",
}
"""What needs more than presses to come up: a drawing, a file, a mower that answers, a map drawn in time. Their own
tests open them and look (`open_complaints`); all but the two of the live map have the shape of others here
(`components/cluster_dialogs.py`)."""


NOT_YET = {"pages/account_keys.py _made"}
"""A secret that is shown once, after a form of which no browser test fills in the fields yet; the ledger says so."""


def sites() -> set[str]:
    """Where dialogs are made: the file and the function, or the file and the element's first name."""
    found: set[str] = set()
    for path in sorted((ROOT / "dashboard").rglob("*")):
        if path.suffix in {".py", ".js"}:
            name = path.relative_to(ROOT / "dashboard").as_posix()
            text = path.read_text()
            found |= {f"{name} {one[1] or one[2]}" for one in MARKS.finditer(text)}
            if path.suffix == ".py":
                found |= {f"{name} {function}" for function in makers(text)}
    return found - {"components/dialogs.py asking", "components/cluster_dialogs.py ask"}


def makers(text: str) -> Iterator[str]:
    """The innermost functions that make a dialog."""
    tree = ast.parse(text)
    imported = {
        name.asname or name.name for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)
        for name in one.names if (one.module or "").endswith((".dialogs", ".cluster_dialogs"))
    }  # fmt: skip
    known = {*MAKERS} - ({"ask"} - imported)
    for function in ast.walk(tree):
        if isinstance(function, Function) and any(_called(call) in known for call in _own_calls(function)):
            yield function.name


def _own_calls(function: ast.AST) -> Iterator[ast.Call]:
    for child in ast.iter_child_nodes(function):
        if isinstance(child, Function):
            continue
        if isinstance(child, ast.Call):
            yield child
        yield from _own_calls(child)


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    is_ui = (
        isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) and call.func.value.id == "ui"
    )
    return call.func.attr if is_ui and isinstance(call.func, ast.Attribute) else ""


def missing(root: Path = ROOT) -> tuple[set[str], set[str]]:
    """Dialogs without a way to them, and ways to dialogs that are gone."""
    known = {*WAYS, *ELSEWHERE, *NOT_YET}
    return sites() - known, known - sites()


async def button(page: Page, way: Way, press: str) -> Locator:
    """What is pressed next: most stand within what the press before has opened."""
    named = press.startswith((".", "["))
    if not named and press != way.press[0]:
        with suppress(TimeoutError):
            await page.locator(OPENED).last.wait_for(timeout=3_000)
    within = page.locator(f".m-dialog {press}" if named else ".m-dialog").last
    there = page.locator(press) if named else page.get_by_role("button", name=press)
    if not named and await within.count():
        there = within.get_by_role("button", name=press)
    return there.locator("visible=true").first


async def go(page: Page, way: Way) -> None:
    """Press what leads there, and wait until it stands open."""
    for press in way.press:
        await (await button(page, way, press)).click(timeout=20_000)
        if press == way.press[-1]:
            await expect(page.locator(OPENED).last).to_be_visible()
    await page.wait_for_timeout(150)
