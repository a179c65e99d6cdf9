"""Token services to ask."""

from __future__ import annotations

import pytest

from .token_service import token_services


@pytest.fixture
async def service():
    """A token service that plays these moves."""
    async with token_services() as start:
        yield start
