"""Makes frozen dataclasses in less than half the time, for the few that are made with every answer.

A frozen dataclass fills itself through `object.__setattr__`, which looks each name up again: sixteen fields take
four microseconds, and a device is told of ten times a minute. `quick` fills the slots by their own descriptors.
The class, its signature, its defaults, and that nobody can change an instance are the same.

May import: nothing. Called by: netwatch.model, netwatch.polling, netwatch.metrics.
"""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

_T = TypeVar("_T")


def quick(cls: type[_T]) -> type[_T]:
    """Give a dataclass with frozen=True, slots=True and kw_only=True an `__init__` that takes less time.

    Raises:
        TypeError: it is none, or does something else while it is made, which would be left out.
    """
    params = getattr(cls, "__dataclass_params__", None)
    fields = dataclasses.fields(cls) if params is not None else ()  # type: ignore[arg-type]  # looked at the line before
    if params is None or not params.frozen or "__slots__" not in cls.__dict__ or hasattr(cls, "__post_init__"):
        raise TypeError(f"{cls.__name__} is no frozen dataclass with slots, or does more than fill them")
    if not all(field.kw_only and field.init for field in fields):
        raise TypeError(f"{cls.__name__} has fields that are not given by name")
    space: dict[str, Any] = {f"set_{field.name}": getattr(cls, field.name).__set__ for field in fields}
    parameters, lines = ["self", "*"], []
    for field in fields:
        if field.default is not dataclasses.MISSING:
            space[f"usual_{field.name}"] = field.default
            parameters.append(f"{field.name}=usual_{field.name}")
        elif field.default_factory is not dataclasses.MISSING:
            space[f"make_{field.name}"] = field.default_factory
            parameters.append(f"{field.name}=given_none")
            lines.append(f"    if {field.name} is given_none: {field.name} = make_{field.name}()")
        else:
            parameters.append(field.name)
        lines.append(f"    set_{field.name}(self, {field.name})")
    space["given_none"] = object()
    text = f"def __init__({', '.join(parameters)}):\n" + "\n".join(lines or ["    pass"])
    exec(compile(text, f"<made quickly: {cls.__name__}>", "exec"), space)  # noqa: S102  # made of the class's own names
    made = space["__init__"]
    was = cls.__init__
    made.__qualname__, made.__doc__, made.__annotations__ = was.__qualname__, was.__doc__, was.__annotations__
    setattr(cls, "__init__", made)  # noqa: B010  # types say that a method is never assigned to
    return cls
