"""Who is calling: bearer tokens only. Cookies are not read here, so no foreign page can make a browser call for it."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from core.accounts import Right, Viewer
from core.errors import NotAllowed
from dashboard.api.callers import caller_of
from dashboard.api.problems import Unauthorised
from dashboard.areas.bound import stay_within
from dashboard.rights_marks import marked

SCHEME = HTTPBearer(
    auto_error=False, description="The access_token of POST /auth/login, or an API key (mow_...) of POST /api-keys"
)
type Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(SCHEME)]


class Bearer:
    """Makes the parameters by which routes learn who calls; `CallerMiddleware` has looked them up."""

    def caller(self, *any_of: Right) -> Any:
        """The viewer; ``NotAllowed`` unless they hold one of the rights, and their API key (if it is one) as well."""

        async def check(request: Request, _credentials: Credentials) -> Viewer:
            viewer = caller_of(request)
            if viewer is None:
                raise Unauthorised
            if viewer.factor_first:
                raise NotAllowed("set up a second factor first, at /account/security")
            if any_of and not any(viewer.may(right) for right in any_of):
                held_back = viewer.only is not None
                who = "this API key" if held_back else f"your role ({viewer.role})"
                raise NotAllowed(f"{who} lacks the right {' or '.join(any_of)}")
            await stay_within(request, viewer)
            return viewer

        dependency: Callable[..., Awaitable[Viewer]] = marked(check, *any_of)
        return Depends(dependency)

    def person(self) -> Any:
        """The viewer, who must have signed in themselves: what a key must not do for its owner."""

        async def check(request: Request, _credentials: Credentials) -> Viewer:
            viewer = caller_of(request)
            if viewer is None:
                raise Unauthorised
            if viewer.key_id is not None:
                raise NotAllowed("an API key cannot do this: sign in")
            await stay_within(request, viewer)
            return viewer

        dependency: Callable[..., Awaitable[Viewer]] = marked(check)
        return Depends(dependency)
