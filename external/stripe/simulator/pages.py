"""The pages a person clicks: Checkout, the customer portal and an invoice. Card numbers stay on this server."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from aiohttp import web

from external.stripe.simulator import cards
from external.stripe.simulator.changes import update_subscription
from external.stripe.simulator.faults import ApiError
from external.stripe.simulator.forms import Doc
from external.stripe.simulator.html import box, button, card_form, day, money, page
from external.stripe.simulator.page_parts import invoice_box, portal_body, subscription_summary
from external.stripe.simulator.payments import attempt, error_of
from external.stripe.simulator.renewal import carry_out
from external.stripe.simulator.setups import complete_session
from external.stripe.simulator.world import WALL, World

type Act = Callable[[web.Request, Doc], web.Response]


class Pages:
    """Every page is a form that posts back and redirects; nothing needs a script."""

    def __init__(self, world: World) -> None:
        self._world = world

    def add_routes(self, app: web.Application) -> None:
        for method, path, act in (
            ("GET", "/c/pay/{id}", self._checkout),
            ("POST", "/c/pay/{id}", self._submit),
            ("POST", "/c/pay/{id}/bank", self._bank),
            ("GET", "/p/session/{id}", self._portal),
            ("GET", "/p/session/{id}/card", self._portal_card),
            ("POST", "/p/session/{id}/card", self._save_card),
            ("POST", "/p/session/{id}/card/bank", self._save_card_bank),
            ("POST", "/p/session/{id}/default", self._default),
            ("POST", "/p/session/{id}/remove", self._remove),
            ("POST", "/p/session/{id}/cancel", self._cancel),
            ("POST", "/p/session/{id}/keep", self._keep),
            ("GET", "/invoice/{id}", self._invoice),
            ("POST", "/invoice/{id}/pay", self._pay),
        ):
            app.router.add_route(method, path, self._wrapped(act))

    def _wrapped(self, act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            posted = {name: str(value) for name, value in (await request.post()).items()}
            carry_out(self._world, WALL, self._world.wall())
            try:
                answer = act(request, posted)
            except ApiError as error:
                message = str(error.body["error"]["message"])
                answer = _html("Something is wrong", f'<p role="alert">{message}</p>', status=error.status)
            self._world.store.flush()
            return answer

        return handle

    # Checkout

    def _session(self, request: web.Request) -> Doc:
        return self._world.store.get("checkout.session", request.match_info["id"])

    def _checkout(self, request: web.Request, _posted: Doc, error: str = "", number: str = "") -> web.Response:
        session = self._session(request)
        if session["status"] != "open":
            return _html("This page is closed", f"<p>It is {session['status']}.</p>", status=410)
        setup = session["mode"] == "setup"
        title = "Save a card" if setup else "Subscribe"
        body = subscription_summary(self._world, session)
        body += box("Card", card_form(f"/c/pay/{session['id']}", "Save card" if setup else "Subscribe", error, number))
        if session["cancel_url"]:
            body += f'<p><a href="{session["cancel_url"]}">Back without saving</a></p>'
        return _html(title, body, status=402 if error else 200)

    def _submit(self, request: web.Request, posted: Doc) -> web.Response:
        session = self._session(request)
        try:
            method = self._typed_card(posted)
        except ApiError as error:
            return self._checkout(request, posted, error.body["error"]["message"], posted.get("number", ""))
        kind = cards.behaviour(method)
        asks = "authentication_required" in (kind.on_save, kind.on_charge if session["amount_total"] else "")
        if asks:
            return _html("Your bank asks", self._question(f"/c/pay/{session['id']}/bank", method))
        return self._complete(request, session, method, posted.get("number", ""))

    def _bank(self, request: web.Request, posted: Doc) -> web.Response:
        session = self._session(request)
        method = self._world.store.get("payment_method", posted.get("card", ""))
        if posted.get("answer") != "yes":
            return self._checkout(request, posted, "We are unable to authenticate your payment method.")
        return self._complete(request, session, method, "")

    def _complete(self, request: web.Request, session: Doc, method: Doc, number: str) -> web.Response:
        try:
            complete_session(self._world, session, method)
        except ApiError as error:
            return self._checkout(request, {}, error.body["error"]["message"], number)
        return _go(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))

    def _question(self, action: str, method: Doc) -> str:
        last4 = method["card"]["last4"]
        yes = button(action, "Yes, it is me", card=method["id"], answer="yes")
        no = button(action, "No, refuse", card=method["id"], answer="no")
        return box("Confirm with your bank", f"<p>Card ending in {last4}: is it you?</p><p>{yes} {no}</p>")

    def _typed_card(self, posted: Doc) -> Doc:
        """The card of a form; of its number only the last four digits are kept."""
        digits = re.sub(r"\D", "", posted.get("number", ""))
        match = re.fullmatch(r"\s*(\d{1,2})\s*/\s*(\d{2}|\d{4})\s*", posted.get("expiry", ""))
        if match is None or not 1 <= int(match[1]) <= 12:
            raise ApiError("Your card's expiration date is incomplete: give it as MM/YY.")
        year = int(match[2]) + (2000 if len(match[2]) == 2 else 0)
        now = datetime.fromtimestamp(self._world.wall(), UTC)
        if (year, int(match[1])) < (now.year, now.month):
            raise ApiError("Your card's expiration date is in the past.")
        known = cards.BY_NUMBER.get(digits)
        if known is None:
            raise ApiError("Your card was declined. This page takes Stripe's test cards only.")
        return cards.make_card(self._world, known, month=int(match[1]), year=year)

    # portal

    def _portal_session(self, request: web.Request) -> tuple[Doc, Doc]:
        session = self._world.store.get("billing_portal.session", request.match_info["id"])
        return session, self._world.store.get("customer", session["customer"])

    def _portal(self, request: web.Request, _posted: Doc) -> web.Response:
        session, customer = self._portal_session(request)
        return _html("Your billing", portal_body(self._world, session, customer))

    def _portal_card(self, request: web.Request, _posted: Doc, error: str = "", number: str = "") -> web.Response:
        session, _customer = self._portal_session(request)
        form = card_form(f"/p/session/{session['id']}/card", "Save card", error, number)
        back = f'<p><a href="/p/session/{session["id"]}">Back</a></p>'
        return _html("Add a card", box("Card", form) + back, status=402 if error else 200)

    def _save_card(self, request: web.Request, posted: Doc) -> web.Response:
        session, _customer = self._portal_session(request)
        try:
            method = self._typed_card(posted)
        except ApiError as error:
            return self._portal_card(request, posted, error.body["error"]["message"], posted.get("number", ""))
        if cards.behaviour(method).on_save == "authentication_required":
            return _html("Your bank asks", self._question(f"/p/session/{session['id']}/card/bank", method))
        return self._keep_card(request, method)

    def _save_card_bank(self, request: web.Request, posted: Doc) -> web.Response:
        if posted.get("answer") != "yes":
            return self._portal_card(request, posted, "We are unable to authenticate your payment method.")
        return self._keep_card(request, self._world.store.get("payment_method", posted.get("card", "")), asked=True)

    def _keep_card(self, request: web.Request, method: Doc, *, asked: bool = False) -> web.Response:
        session, customer = self._portal_session(request)
        try:
            cards.attach(self._world, method, customer, confirmed=asked)
        except ApiError as error:
            return self._portal_card(request, {}, error.body["error"]["message"])
        return self._set_default(session, customer, method["id"])

    def _default(self, request: web.Request, posted: Doc) -> web.Response:
        session, customer = self._portal_session(request)
        return self._set_default(session, customer, posted.get("card", ""))

    def _set_default(self, session: Doc, customer: Doc, card: str) -> web.Response:
        """The customer's card, and that of every subscription: it is what a person means here."""
        if self._world.store.get("payment_method", card)["customer"] != customer["id"]:
            raise ApiError("That card is not yours.", status=403)
        customer["invoice_settings"]["default_payment_method"] = card
        self._world.store.touch(customer)
        self._world.tell("customer.updated", customer)
        for subscription in self._subscriptions(customer):
            if subscription["default_payment_method"] not in (None, card):
                update_subscription(self._world, subscription, {"default_payment_method": card})
        return _go(f"/p/session/{session['id']}")

    def _subscriptions(self, customer: Doc) -> list[Doc]:
        every = self._world.store.every("subscription")
        return [one for one in every if one["customer"] == customer["id"] and one["ended_at"] is None]

    def _remove(self, request: web.Request, posted: Doc) -> web.Response:
        session, customer = self._portal_session(request)
        method = self._world.store.get("payment_method", posted.get("card", ""))
        if method["customer"] != customer["id"]:
            raise ApiError("That card is not yours.", status=403)
        cards.detach(self._world, method)
        return _go(f"/p/session/{session['id']}")

    def _cancel(self, request: web.Request, posted: Doc) -> web.Response:
        return self._ending(request, posted, "true")

    def _keep(self, request: web.Request, posted: Doc) -> web.Response:
        return self._ending(request, posted, "false")

    def _ending(self, request: web.Request, posted: Doc, at_end: str) -> web.Response:
        session, customer = self._portal_session(request)
        subscription = self._world.store.get("subscription", posted.get("subscription", ""))
        if subscription["customer"] != customer["id"]:
            raise ApiError("That subscription is not yours.", status=403)
        update_subscription(self._world, subscription, {"cancel_at_period_end": at_end})
        return _go(f"/p/session/{session['id']}")

    # invoices

    def _invoice(self, request: web.Request, _posted: Doc, error: str = "") -> web.Response:
        invoice = self._world.store.get("invoice", request.match_info["id"])
        body = invoice_box(self._world, invoice)
        if invoice["status"] == "open":
            form = card_form(f"/invoice/{invoice['id']}/pay", f"Pay {money(invoice['amount_remaining'])}", error)
            body += box("Pay by card", form)
        elif invoice["status"] == "paid":
            body += f'<p class="good">Paid on {day(invoice["status_transitions"]["paid_at"])}.</p>'
        return _html(f"Invoice {invoice['number'] or ''}", body, status=402 if error else 200)

    def _pay(self, request: web.Request, posted: Doc) -> web.Response:
        invoice = self._world.store.get("invoice", request.match_info["id"])
        customer = self._world.store.get("customer", invoice["customer"])
        try:
            method = self._typed_card(posted)
            cards.attach(self._world, method, customer, confirmed=True)
            if reason := attempt(self._world, invoice, method=method, confirmed=True):
                raise error_of(self._world, invoice, reason)
        except ApiError as error:
            return self._invoice(request, posted, error.body["error"]["message"])
        return _go(f"/invoice/{invoice['id']}")


def _html(title: str, body: str, *, status: int = 200) -> web.Response:
    return web.Response(text=page(title, body), content_type="text/html", status=status)


def _go(url: str) -> web.Response:
    return web.Response(status=303, headers={"Location": url})
