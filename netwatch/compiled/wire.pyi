"""What wire.c gives; contracts stand with the twins in netwatch/snmp: codec/hot.py, v3/hot.py, fast/datagrams.py."""

from collections.abc import Callable, Iterable
from typing import Any

CONTRACT: int
SOURCES: str
"""The first digits of the SHA-256 of the sources it was built of."""

def adopt(
    odd_header: type[Exception],
    values_twin: Callable[..., list[Any]],
    rows_twin: Callable[..., list[int]],
    odd_value: Callable[..., tuple[Any, int]],
    odd_row: Callable[..., tuple[bool, int]],
    missing: tuple[object, object, object],
    /,
) -> None:
    """Take in what to raise for an odd header, whom to ask, and what stands for the three exceptions of a varbind."""

def open_response(data: bytes, /) -> tuple[bytes, int, bytes, int, int, int, int]: ...
def open_scoped(scoped: bytes, context: bytes, /) -> tuple[int, bytes, int, int, int, int]: ...
def decode_values(data: bytes, at: int, end: int, names: Iterable[bytes], /) -> list[Any]: ...
def decode_rows(data: bytes, at: int, end: int, columns: Iterable[Any], /) -> list[int]: ...
def match(
    pending: dict[bytes, Any], data: bytes, source: tuple[Any, ...], /
) -> tuple[Any, bytes, bytes, int, int, int, int] | None: ...
def receive(udp: int, most: int, /) -> list[tuple[bytes, tuple[str, int] | tuple[str, int, int, int]]]:
    """Return at most `most` datagrams, never more than 64, that wait at a socket's descriptor, and whence they came.

    None waiting is an empty list. Raises OSError for any other trouble.
    """

def send_to(udp: int, datagram: bytes, address: tuple[Any, ...], /) -> bool:
    """Send a datagram from a socket's descriptor, at once or not at all; False where the address is none of numbers.

    Raises OSError as a socket that does not wait does, BlockingIOError where its buffer is full.
    """
