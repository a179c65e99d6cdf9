"""What every part of the configuration has in common: no unknown key, nothing changed after it was read.

May import: nothing. Called by: the settings.py of every room, config.
"""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A mapping in the configuration file."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, validate_default=True)
