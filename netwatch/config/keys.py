"""Says which keys may stand at a place of the file, from the models themselves.

May import: the settings of the rooms. Called by: words.
"""

from __future__ import annotations

from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel

from netwatch.config.settings import Settings
from netwatch.snmp.settings import CommunityCredential, UserCredential

_CREDENTIALS = {"1": CommunityCredential, "2c": CommunityCredential, "3": UserCredential}


def keys_at(location: tuple[int | str, ...]) -> list[str]:
    """Return the keys of the mapping at one of pydantic's locations, as the file writes them."""
    kind: Any = Settings
    for number, step in enumerate(location):
        chosen = location[0] == "credentials" and number == 2
        kind = _CREDENTIALS[str(step)] if chosen else _below(kind, step)
    model = _bare(kind)
    return sorted(_names(model)) if isinstance(model, type) and issubclass(model, BaseModel) else []


def _below(kind: Any, step: int | str) -> Any:
    kind = _bare(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        field = _names(kind).get(str(step))
        return kind.model_fields[field].annotation if field else None
    arguments = get_args(kind)
    return arguments[-1] if arguments else None


def _names(model: type[BaseModel]) -> dict[str, str]:
    return {field.alias or name: name for name, field in model.model_fields.items()}


def _bare(kind: Any) -> Any:
    """Return a type without what is annotated to it, and without `| None`."""
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if type(None) in get_args(kind):
        return _bare(next(one for one in get_args(kind) if one is not type(None)))
    return kind
