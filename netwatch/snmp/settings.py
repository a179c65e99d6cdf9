"""The `credentials` of the configuration.

May import: netwatch.model. Called by: config.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationInfo, WithJsonSchema, field_validator

from netwatch.model import AuthProtocol, PrivacyProtocol, Section

MIN_PASSPHRASE = 8
"""RFC 3414, section 11.2: at least eight characters."""

_VERSIONS: dict[object, str] = {1: "1", 2: "2c", 3: "3", "2": "2c", "v1": "1", "v2c": "2c", "v3": "3"}


class CommunityCredential(Section):
    """A v1 or v2c community."""

    version: Annotated[Literal["1", "2c"], WithJsonSchema({"enum": ["1", "2c", 1, 2]})] = Field(
        description="1 or 2c; 2c wherever the device knows it"
    )
    community: SecretStr = Field(min_length=1, description="the community string; better ${env:NAME} or ${file:PATH}")


class UserCredential(Section):
    """A v3 user of the User-based Security Model (RFC 3414)."""

    version: Annotated[Literal["3"], WithJsonSchema({"enum": ["3", 3]})] = Field(description="3")
    user: str = Field(min_length=1, max_length=32, description="the user's name on the device")
    auth_protocol: AuthProtocol | None = Field(
        default=None, description="how messages are signed; without it the device is asked without any proof"
    )
    auth_passphrase: SecretStr | None = Field(
        default=None, description="at least 8 characters; better ${env:NAME} or ${file:PATH}"
    )
    privacy_protocol: PrivacyProtocol | None = Field(
        default=None, description="how messages are encrypted; AES-192-C and AES-256-C are Cisco's key extension"
    )
    privacy_passphrase: SecretStr | None = Field(
        default=None, description="at least 8 characters; better ${env:NAME} or ${file:PATH}"
    )
    context: str = Field(default="", max_length=255, description="the context name, where a device has several")

    @field_validator("auth_passphrase", "privacy_passphrase")
    @classmethod
    def _goes_with_its_protocol(cls, passphrase: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        protocol = str(info.field_name).replace("passphrase", "protocol")
        if protocol not in info.data:  # It is wrong itself, which is said where it stands.
            return passphrase
        if passphrase is None and info.data[protocol] is not None:
            raise ValueError(f"is missing: {protocol} needs it")
        if passphrase is not None and info.data[protocol] is None:
            raise ValueError(f"needs {protocol} beside it")
        if passphrase is not None and len(passphrase.get_secret_value()) < MIN_PASSPHRASE:
            raise ValueError(f"must have at least {MIN_PASSPHRASE} characters (RFC 3414)")
        return passphrase

    @field_validator("privacy_protocol")
    @classmethod
    def _encrypts_only_what_is_signed(cls, protocol: PrivacyProtocol | None, info: ValidationInfo) -> Any:
        if protocol is not None and info.data.get("auth_protocol", "") is None:
            raise ValueError("needs auth_protocol and auth_passphrase: SNMPv3 has no privacy without authentication")
        return protocol


def _version_as_text(data: Any) -> Any:
    """Take `version: 3`, which YAML reads as a number, for the "3" it means."""
    if not isinstance(data, dict) or isinstance(data.get("version"), bool | list | dict):
        return data
    version = data.get("version")
    return data if version is None else {**data, "version": _VERSIONS.get(version, version)}


CredentialSettings = Annotated[
    Annotated[CommunityCredential | UserCredential, Field(discriminator="version")], BeforeValidator(_version_as_text)
]
