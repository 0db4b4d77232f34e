"""Signing on with an identity provider that speaks OpenID Connect."""

from external.identity.oidc import OidcProvider

__all__ = ["OidcProvider"]
