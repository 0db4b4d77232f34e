"""Who is calling: bearer tokens only. Cookies are not read here, so no foreign page can make a browser call for it."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from core.accounts import People, Right, Viewer
from core.errors import NotAllowed
from dashboard.api.problems import Unauthorised

SCHEME = HTTPBearer(auto_error=False, description="The access_token of POST /auth/login")
type Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(SCHEME)]


class Bearer:
    """Makes the parameters by which routes learn who calls."""

    def __init__(self, people: People) -> None:
        self._people = people

    def caller(self, *any_of: Right) -> Any:
        """The viewer; ``NotAllowed`` unless they hold one of the rights."""

        async def check(credentials: Credentials) -> Viewer:
            viewer = None if credentials is None else await self._people.viewer_for_token(credentials.credentials)
            if viewer is None:
                raise Unauthorised
            if any_of and not any(viewer.may(right) for right in any_of):
                raise NotAllowed(f"your role ({viewer.role}) lacks the right {' or '.join(any_of)}")
            return viewer

        dependency: Callable[..., Awaitable[Viewer]] = check
        return Depends(dependency)
