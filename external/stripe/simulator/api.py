"""The face of the API: keys, form bodies, idempotency, versions and errors as Stripe has them. Verbs are in `routes`.

`StripeApi.respond` is the whole of it without a network; `server` puts it behind a port.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.ids import new_id
from external.stripe.simulator import cards
from external.stripe.simulator.faults import ApiError, unknown
from external.stripe.simulator.forms import Doc, parsed
from external.stripe.simulator.listing import LISTS, answer_list, paged
from external.stripe.simulator.renewal import carry_out
from external.stripe.simulator.routes import Route, table
from external.stripe.simulator.show import shown
from external.stripe.simulator.usage import summaries
from external.stripe.simulator.world import API_VERSION, DAY, WALL, World

# lists that hang on one object, in the order of their handlers
OTHER_READS = (
    "/v1/invoices/{id}/lines",
    "/v1/customers/{id}/payment_methods",
    "/v1/customers/{id}/balance_transactions",
    "/v1/billing/meters/{id}/event_summaries",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as its handler sees it; ``object_id`` is what stands for ``{id}`` in the route."""

    path: str
    object_id: str
    params: Doc


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    answer: Doc
    headers: dict[str, str]


type Act = Callable[[Asked], Doc]


class StripeApi:
    """One account behind one secret key. Requests are handled one after the other, each a transaction of its own."""

    def __init__(self, world: World, *, secret_key: str) -> None:
        self._world = world
        self._key = secret_key
        self._routes: dict[tuple[str, int], list[tuple[tuple[str, ...], Act]]] = {}
        self.asked: list[tuple[str, str, int]] = []
        self.witness: Callable[[str, str, Doc], None] | None = None  # (method, route, answer)
        self.heard: Callable[[str, str, str], None] | None = None  # (method, route, body)
        self.faults: list[tuple[int, int]] = []
        for route in table():
            self._add(route.method, route.path, self._verb(route))
        for path in LISTS:
            self._add("GET", path, self._list(path))
        for path, act in zip(OTHER_READS, (self._lines, self._cards, self._balance, self._summaries), strict=True):
            self._add("GET", path, act)

    def _add(self, method: str, path: str, act: Act) -> None:
        parts = tuple(path.strip("/").split("/"))
        rows = self._routes.setdefault((method, len(parts)), [])
        rows.append((parts, act))
        rows.sort(key=lambda row: "{id}" in row[0])  # what stands literally comes first

    def _find(self, method: str, path: str) -> tuple[str, str, Act]:
        """The route, the id in it, and the handler."""
        given = tuple(path.strip("/").split("/"))
        for parts, act in self._routes.get((method, len(given)), ()):
            if all(part in ("{id}", text) for part, text in zip(parts, given, strict=True)):
                names = [text for part, text in zip(parts, given, strict=True) if part == "{id}"]
                return "/" + "/".join(parts), names[0] if names else "", act
        raise ApiError(f"Unrecognized request URL ({method}: {path}): it is not simulated.", status=404)

    def respond(self, method: str, path: str, query: str, body: str, headers: Mapping[str, str]) -> Reply:
        """Answer one request. ``headers`` are looked up as they are spelled, without regard to case by the caller."""
        request_id = f"req_{new_id().hex[-14:]}"
        key = headers.get("Idempotency-Key")
        route, replayed = path, False
        try:
            self._admit(headers)
            route, object_id, act = self._find(method, path)
            if self.heard is not None:
                self.heard(method, route, body)
            mark = hashlib.sha256(f"{method} {path}\n{body}".encode()).hexdigest()
            if kept := self._kept(method, key, mark):
                status, answer, replayed = kept["status"], kept["answer"], True
            elif fault := self._fault():
                status, answer = fault, {"error": {"type": "api_error", "message": "Injected fault."}}
            else:
                status, answer = self._act(act, Asked(path, object_id, _params(method, query, body)), request_id, key)
                self._keep(method, key, mark, status, answer)
        except ApiError as error:
            status, answer = error.status, error.body
        self._world.store.flush()
        self.asked.append((method, route, status))
        if self.witness is not None:
            self.witness(method, route, answer)
        out = {"Request-Id": request_id, "Stripe-Version": headers.get("Stripe-Version", API_VERSION)}
        out |= {"Idempotency-Key": key} if key else {}
        out |= {"Idempotent-Replayed": "true"} if replayed else {}
        out |= {"Stripe-Should-Retry": "true"} if status >= 500 else {}
        return Reply(status, answer, out)

    def _act(self, act: Act, asked: Asked, request_id: str, key: str | None) -> tuple[int, Doc]:
        world = self._world
        carry_out(world, WALL, world.wall())
        world.request_id, world.key = request_id, key
        try:
            return 200, act(asked)
        except ApiError as error:
            return error.status, error.body
        finally:
            world.request_id = world.key = None

    def _admit(self, headers: Mapping[str, str]) -> None:
        bearer = headers.get("Authorization", "").removeprefix("Bearer ")
        if bearer != self._key:
            message = "Invalid API Key provided" if bearer else "You did not provide an API key."
            raise ApiError(message, status=401)
        version = headers.get("Stripe-Version", API_VERSION)
        if version != API_VERSION:
            raise ApiError(f"Invalid Stripe API version: {version}; simulated is {API_VERSION}.")

    def _kept(self, method: str, key: str | None, mark: str) -> Doc | None:
        kept = self._world.store.find(f"_key:{key}") if key and method == "POST" else None
        if kept is None or self._world.wall() >= kept["until"]:
            return None
        if kept["mark"] != mark:
            raise ApiError(
                "Keys for idempotent requests can only be used with the same parameters they were first used with.",
                kind="idempotency_error",
            )
        return kept

    def _keep(self, method: str, key: str | None, mark: str, status: int, answer: Doc) -> None:
        """What succeeded, and what a card refused, is answered the same way again for a day."""
        if not key or method != "POST" or (status != 200 and answer["error"]["type"] != "card_error"):
            return
        row = {"id": f"_key:{key}", "mark": mark, "status": status, "answer": answer, "until": self._world.wall() + DAY}
        self._world.store.put(row, kind="_key")

    def _fault(self) -> int:
        """A status to answer instead, while injected faults last."""
        if not self.faults:
            return 0
        status, count = self.faults.pop(0)
        if count > 1:
            self.faults.insert(0, (status, count - 1))
        return status

    def _verb(self, route: Route) -> Act:
        def act(asked: Asked) -> Doc:
            world, params = self._world, asked.params
            for name in params:
                if route.method != "GET" and name not in route.takes:
                    raise unknown(name)
            named = (self._named(route, asked.object_id),) if route.kind else ()
            made = route.act(world, *named, params)
            return made if str(made.get("id")).startswith("upcoming") else shown(world, made, params.get("expand", []))

        return act

    def _named(self, route: Route, object_id: str) -> Doc:
        if route.kind.endswith("*"):
            return cards.resolve(self._world, object_id)
        doc = self._world.store.get(route.kind, object_id)
        if doc.get("deleted") and route.method != "GET":
            raise ApiError(f"No such {route.kind}: '{object_id}'", status=404, code="resource_missing", param="id")
        return doc

    def _list(self, path: str) -> Act:
        return lambda asked: answer_list(self._world, path, asked.params)

    def _lines(self, asked: Asked) -> Doc:
        invoice = self._world.store.get("invoice", asked.object_id)
        return paged(self._world, asked.path, invoice["lines"]["data"], asked.params)

    def _cards(self, asked: Asked) -> Doc:
        customer = self._world.store.get("customer", asked.object_id)
        return paged(self._world, asked.path, cards.cards_of(self._world, customer["id"]), asked.params)

    def _balance(self, asked: Asked) -> Doc:
        every = self._world.store.every("customer_balance_transaction")
        rows = [one for one in every if one["customer"] == asked.object_id]
        return paged(self._world, asked.path, rows[::-1], asked.params)

    def _summaries(self, asked: Asked) -> Doc:
        meter = self._world.store.get("billing.meter", asked.object_id)
        return paged(self._world, asked.path, summaries(self._world, meter, asked.params), {})


def _params(method: str, query: str, body: str) -> Doc:
    return parsed(body) if method == "POST" else parsed(query) | parsed(body if method == "DELETE" else "")
