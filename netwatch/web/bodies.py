"""Reads the body of a request: bounded, and every way it can be wrong said in words.

May import: netwatch.web. Called by: netwatch.web.alertmanager.api, api.changes, pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl

from fastapi import HTTPException, Request
from pydantic import AfterValidator, BaseModel, ValidationError

MOST_BYTES = 64 * 1024
MOST_FIELDS = 300

Body = TypeVar("Body", bound=BaseModel)


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("NUL may not stand in a text")
    return text


PostedText = Annotated[str, AfterValidator(_without_nul)]
"""A text in a body that names something: what has NUL in it names nothing."""


def described_body(shape: type[BaseModel]) -> dict[str, Any]:
    """Return what the description of the API says of a body, for `openapi_extra`."""
    schema = shape.model_json_schema()
    parts = schema.pop("$defs", {})
    content = {"application/json": {"schema": _inlined(schema, parts)}}
    return {"requestBody": {"required": True, "content": content}}


def _inlined(schema: Any, parts: Mapping[str, Any]) -> Any:
    """Return a schema with its parts in their places, since it is put into a larger one."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            return _inlined(parts[schema["$ref"].rpartition("/")[2]], parts)
        return {name: _inlined(inner, parts) for name, inner in schema.items()}
    return [_inlined(inner, parts) for inner in schema] if isinstance(schema, list) else schema


async def json_body(request: Request, shape: type[Body]) -> Body:
    """Return a JSON body in its shape, or raise the 400, 413 or 415."""
    kind = _kind_of(request)
    if kind != "application/json":
        raise HTTPException(415, "send JSON, and say so: Content-Type: application/json")
    try:
        return shape.model_validate_json(await _bytes_of(request))
    except ValidationError as exc:
        raise HTTPException(400, _words_of(exc)) from exc


async def form_body(request: Request) -> dict[str, list[str]]:
    """Return the fields of a form, each with all its values, or raise the 400, 413 or 415."""
    body = await _bytes_of(request)
    if body and _kind_of(request) != "application/x-www-form-urlencoded":
        raise HTTPException(415, "send a form: Content-Type: application/x-www-form-urlencoded")
    fields: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as exc:
        raise HTTPException(400, "this is not a form in UTF-8, or it has too many fields") from exc
    for name, value in pairs:
        fields.setdefault(name, []).append(value.replace("\r\n", "\n").replace("\x00", ""))
    return fields


def first_of(fields: dict[str, list[str]], name: str) -> str:
    """Return what a field holds, empty where it was not sent."""
    return fields[name][0] if name in fields else ""


async def no_body(request: Request) -> None:
    """Read a body away that nobody needs, within the bounds."""
    await _bytes_of(request)


def _kind_of(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def _bytes_of(request: Request) -> bytes:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            raise HTTPException(413, f"more than {MOST_BYTES // 1024} KiB is more than NetWatch reads")
    return body


def _words_of(exc: ValidationError) -> str:
    """Return what is wrong, field by field, and not what was sent."""
    wrong = exc.errors(include_url=False, include_input=False, include_context=False)[:5]
    return "; ".join(f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}" for one in wrong)
