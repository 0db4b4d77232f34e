"""Stripe's error objects."""

from typing import Any

type Doc = dict[str, Any]


class ApiError(Exception):
    """An answer other than success. ``more`` adds fields such as decline_code or payment_intent."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body: Doc = {"error": {"type": kind, "message": message}}
        given = {"code": code, "param": param, **more}
        self.body["error"] |= {name: value for name, value in given.items() if value is not None}
        if code:
            self.body["error"]["doc_url"] = f"https://docs.stripe.com/error-codes/{code.replace('_', '-')}"


def missing(kind: str, object_id: str, param: str = "id") -> ApiError:
    return ApiError(f"No such {kind}: '{object_id}'", status=404, code="resource_missing", param=param)


def required(param: str) -> ApiError:
    return ApiError(f"Missing required param: {param}.", code="parameter_missing", param=param)


def wrong(param: str, message: str, code: str = "parameter_invalid_integer") -> ApiError:
    return ApiError(message, code=code, param=param)


def unknown(param: str) -> ApiError:
    return ApiError(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def refused(message: str, code: str | None = None) -> ApiError:
    """The object's state forbids it."""
    return ApiError(message, code=code)
