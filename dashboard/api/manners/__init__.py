"""How the API behaves towards programs, once for all routes: limits, keys of repetition, pages, tags, other origins."""

from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from core.accounts import KeptAnswers
from core.clock import Clock
from dashboard.api.callers import CallerMiddleware
from dashboard.api.manners.answers import AnswersMiddleware
from dashboard.api.manners.document import complete_document
from dashboard.api.manners.idempotency import IdempotencyMiddleware
from dashboard.api.manners.rates import RateMiddleware
from dashboard.api.programs import Programs

TOLD = ("ETag", "Link", "Location", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After")

__all__ = ["complete_document", "install_manners"]


def install_manners(api: FastAPI, *, programs: Programs, clock: Clock) -> None:
    """Outermost last: other origins, who calls, how often, done before, tags and pages."""
    layers: list[tuple[Any, dict[str, Any]]] = [
        (AnswersMiddleware, {}),
        (IdempotencyMiddleware, {"kept": KeptAnswers(programs.database, clock, programs.box)}),
        (RateMiddleware, {"limits": programs.limits, "counts": programs.counts}),
        (CallerMiddleware, {"callers": programs.callers}),
    ]
    if programs.limits.cors_origins:
        cors = {
            "allow_origins": list(programs.limits.cors_origins),
            "allow_methods": ["GET", "POST", "PUT", "PATCH", "DELETE"],
            "allow_headers": ["Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match"],
            "expose_headers": list(TOLD),
            "max_age": 600,
        }
        layers.append((CORSMiddleware, cors))
    for layer, options in layers:
        api.add_middleware(layer, **options)
