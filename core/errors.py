"""The six kinds of error. Adapters translate vendor errors into these once, with ``raise ... from``."""

from collections.abc import Sequence


class MowthosError(Exception):
    """Base of every error a person may see.

    ``message`` says what was wrong in plain words; ``reasons`` lists the separate causes when there are several. Both
    are English, here, in logs and in the API; marked with ``N_`` or made as `core.texts.Text`, screens say them in
    the reader's language.
    """

    code = "error"

    def __init__(self, message: str, *, reasons: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.reasons = tuple(reasons)


class NotFound(MowthosError):
    """The thing named does not exist, or is outside what the asker may see."""

    code = "not_found"


class Invalid(MowthosError):
    """The input is wrong: the message says what, where, and what was expected."""

    code = "invalid"


class Conflict(MowthosError):
    """The request is well formed but the present state forbids it."""

    code = "conflict"


class NotAllowed(MowthosError):
    """The asker lacks the right."""

    code = "not_allowed"


class Unavailable(MowthosError):
    """An outside system did not answer. Trying again later may help."""

    code = "unavailable"


class NeedsHuman(MowthosError):
    """Trying again cannot help: a person must act (sign in again, accept terms, plug something in)."""

    code = "needs_human"
