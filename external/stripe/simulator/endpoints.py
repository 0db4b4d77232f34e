"""Webhook endpoints: where events go, and the secrets that sign them."""

from core.ids import new_id
from external.stripe.simulator.blanks import blank
from external.stripe.simulator.forms import Doc, flag, many, needed, with_metadata
from external.stripe.simulator.store import fresh
from external.stripe.simulator.world import API_VERSION, World


def create_endpoint(world: World, params: Doc) -> Doc:
    """POST /v1/webhook_endpoints; the secret is told in this answer only."""
    secret = params.get("_secret") or f"whsec_{new_id().hex}"
    endpoint = world.store.put(
        blank(
            "webhook_endpoint", id=fresh("we"), api_version=API_VERSION, created=world.now(), livemode=False,
            description=params.get("description"), enabled_events=many(params.get("enabled_events")) or ["*"],
            metadata=with_metadata(None, params), status="enabled", url=needed(params, "url"), _secrets=[secret],
        )
    )  # fmt: skip
    return endpoint | {"secret": secret}


def update_endpoint(world: World, endpoint: Doc, params: Doc) -> Doc:
    endpoint["url"] = params.get("url", endpoint["url"])
    endpoint["enabled_events"] = many(params.get("enabled_events")) or endpoint["enabled_events"]
    if "disabled" in params:
        endpoint["status"] = "disabled" if flag(params, "disabled") else "enabled"
    world.store.touch(endpoint)
    return endpoint


def delete_endpoint(world: World, endpoint: Doc) -> Doc:
    world.store.remove(endpoint["id"])
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


def roll_secret(world: World, endpoint: Doc, *, keep_old: bool) -> str:
    """A new secret; while the old one is kept, events are signed with both (as Stripe does for up to 24 hours)."""
    secret = f"whsec_{new_id().hex}"
    endpoint["_secrets"] = [secret, *endpoint["_secrets"][:1]] if keep_old else [secret]
    world.store.touch(endpoint)
    return secret
