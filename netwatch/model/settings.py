"""What every part of the configuration has in common: no unknown key, nothing changed after it was read.

May import: nothing. Called by: the settings.py of every room, config.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class Section(BaseModel):
    """A mapping in the configuration file."""

    # Text is taken as it is, blanks and all: it may be a passphrase.
    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    @model_validator(mode="before")
    @classmethod
    def _empty_is_absent(cls, data: Any) -> Any:
        """Treat `devices:` with nothing behind it as not written; an unknown key stays, to be refused."""
        if not isinstance(data, dict):
            return data
        known = {field.alias or name for name, field in cls.model_fields.items()}
        return {key: value for key, value in data.items() if value is not None or key not in known}
