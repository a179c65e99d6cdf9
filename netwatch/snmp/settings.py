"""The `credentials` of the configuration.

May import: netwatch.model. Called by: config.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from netwatch.model import AuthProtocol, PrivacyProtocol, Section


class CommunityCredential(Section):
    """A v1 or v2c community."""

    version: Literal["1", "2c"]
    community: SecretStr = Field(description="the community string; better ${env:NAME} or ${file:PATH}")


class UserCredential(Section):
    """A v3 user of the User-based Security Model (RFC 3414)."""

    version: Literal["3"]
    user: str = Field(min_length=1, max_length=32)
    auth_protocol: AuthProtocol | None = None
    auth_passphrase: SecretStr | None = None
    privacy_protocol: PrivacyProtocol | None = None
    privacy_passphrase: SecretStr | None = None
    context: str = ""


CredentialSettings = CommunityCredential | UserCredential
