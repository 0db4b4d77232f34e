"""How a kept document is shown: without our notes, lists cut to ten, and with what was asked to be expanded."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from external.stripe.simulator.faults import ApiError

if TYPE_CHECKING:
    from external.stripe.simulator.world import World

type Doc = dict[str, Any]

INNER_LIST = 10
# shown only where `expand` names them
_ON_DEMAND = {"price": ("tiers",), "invoice": ("payments",), "checkout.session": ("line_items",)}


def shown(world: "World", doc: Doc, expand: Iterable[str]) -> Doc:
    """A copy for the answer. ``expand`` are Stripe's paths, without the leading ``data.`` of lists."""
    paths = [path.split(".") for path in expand]
    return _shown(world, doc, paths)


def _shown(world: "World", doc: Doc, paths: list[list[str]]) -> Doc:
    on_demand = _ON_DEMAND.get(str(doc.get("object")), ())
    wanted = {path[0] for path in paths}
    out: Doc = {}
    if "payments" in wanted and doc.get("object") == "invoice":
        rows = world.store.side("_payments", doc["id"])["list"]
        doc = doc | {"payments": as_list(f"/v1/invoice_payments?invoice={doc['id']}", rows)}
    for name, value in doc.items():
        if name.startswith("_") or (name in on_demand and name not in wanted):
            continue
        inner = [path[1:] for path in paths if path[0] == name and len(path) > 1]
        out[name] = _value(world, value, inner, resolve=name in wanted, name=name)
    for name in wanted - set(doc) - set(on_demand):
        raise ApiError(f"This property cannot be expanded ({name}).", param="expand")
    return out


def _value(world: "World", value: Any, paths: list[list[str]], *, resolve: bool, name: str = "") -> Any:
    if isinstance(value, str) and resolve:
        found = world.store.find(value)
        if found is None:
            raise ApiError(f"This property cannot be expanded ({name}).", param="expand")
        return _shown(world, found, paths)
    if isinstance(value, dict):
        if value.get("object") == "list":
            rows = value["data"][:INNER_LIST]
            inner = [path[1:] for path in paths if path and path[0] == "data"]
            more = len(value["data"]) > INNER_LIST
            return value | {"data": [_value(world, row, inner, resolve=True) for row in rows], "has_more": more}
        return _shown(world, value, paths)
    if isinstance(value, list):
        return [_value(world, item, paths, resolve=resolve, name=name) for item in value]
    return value


def as_list(url: str, rows: list[Doc], *, has_more: bool = False) -> Doc:
    return {"object": "list", "data": rows, "has_more": has_more, "url": url}
