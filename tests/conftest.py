"""What every test may ask for: the recordings beside the checkout, free ports, a temporary directory for state."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Real recordings, MIB files and packets; they stand beside the checkout and are never part of it."""
    path = SHARED / "corpus"
    if not path.is_dir():
        pytest.skip("the corpus of real recordings and packets is not beside this checkout")
    return path


@pytest.fixture(scope="session")
def lab() -> Path:
    """The C agent and the maker of recordings, beside the checkout."""
    path = SHARED / "lab"
    if not path.is_dir():
        pytest.skip("the lab with the fast C agent is not beside this checkout")
    return path


def _free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def udp_port() -> int:
    """A UDP port on loopback that was free a moment ago."""
    return _free_port(socket.SOCK_DGRAM)


@pytest.fixture
def tcp_port() -> int:
    """A TCP port on loopback that was free a moment ago."""
    return _free_port(socket.SOCK_STREAM)
