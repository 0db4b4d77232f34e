"""Passkeys (WebAuthn level 3): options for the browser's own dialog, and the proof that comes back, by py_webauthn."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from core.errors import NotAllowed
from core.texts import N_

MOST_CREDENTIAL = 20_000
"""Characters of a browser's answer that are looked at."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where a passkey holds: the host that browsers see (``rp_id``), and the whole origin."""

    rp_id: str
    origin: str


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey that was just made; both as base64url."""

    credential_id: str
    public_key: str
    sign_count: int


def options_to_make(
    site: Site, *, user_id: bytes, email: str, name: str, known: Sequence[str]
) -> tuple[dict[str, Any], str]:
    """What the browser is given to make a passkey, and the challenge (base64url) to be kept. ``known`` ones are not
    made again."""
    options = generate_registration_options(
        rp_id=site.rp_id, rp_name="MowthosOS", user_id=user_id, user_name=email, user_display_name=name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=_descriptors(known),
    )  # fmt: skip
    return json.loads(options_to_json(options)), bytes_to_base64url(options.challenge)


def made(site: Site, credential: str, challenge: str) -> NewPasskey:
    """The passkey a browser made; ``NotAllowed`` unless it answers this challenge, here."""
    try:
        proof = verify_registration_response(
            credential=_checked(credential), expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.rp_id, expected_origin=site.origin,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise refused() from error
    return NewPasskey(
        bytes_to_base64url(proof.credential_id), bytes_to_base64url(proof.credential_public_key), proof.sign_count
    )


def options_to_prove(site: Site, known: Sequence[str], *, alone: bool) -> tuple[dict[str, Any], str]:
    """What the browser is given to prove a passkey, and the challenge. ``alone``: it stands in for the password, too,
    so the device must know who holds it (a finger, a face, a PIN)."""
    wish = UserVerificationRequirement.REQUIRED if alone else UserVerificationRequirement.PREFERRED
    options = generate_authentication_options(
        rp_id=site.rp_id, allow_credentials=_descriptors(known), user_verification=wish
    )
    return json.loads(options_to_json(options)), bytes_to_base64url(options.challenge)


def credential_id_of(credential: str) -> str:
    """Which passkey an answer says it is of; ``NotAllowed`` for what is no answer."""
    try:
        return str(json.loads(_checked(credential))["id"])
    except (ValueError, KeyError, TypeError) as error:
        raise refused() from error


def proven(
    site: Site, credential: str, challenge: str, *, public_key: str, sign_count: int, alone: bool
) -> int:  # fmt: skip
    """The passkey's new count of uses; ``NotAllowed`` unless it signed this challenge, here, and was used since."""
    try:
        proof = verify_authentication_response(
            credential=_checked(credential), expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.rp_id, expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(public_key), credential_current_sign_count=sign_count,
            require_user_verification=alone,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise refused() from error
    return proof.new_sign_count


def _descriptors(ids: Sequence[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in ids]


def _checked(credential: str) -> str:
    if len(credential) > MOST_CREDENTIAL:
        raise refused()
    return credential


def refused() -> NotAllowed:
    """What is said of any passkey that is not accepted: nothing of why."""
    return NotAllowed(N_("This passkey was not accepted: try again, or use another way."))
