"""A port's role as a sentence."""

from __future__ import annotations

import pytest

from netwatch.model.concepts import PORT_ROLES
from netwatch.rules import role_words


@pytest.mark.parametrize("role", PORT_ROLES)
def test_every_role_is_a_sentence_with_its_reason(role):
    said = role_words("interface", {"role": role, "role_reason": "somebody says so", "neighbour": ""})

    assert said.startswith("the port is taken for ")
    assert said.endswith(": somebody says so")
    assert role in said


def test_the_neighbour_is_named_where_the_reason_does_not():
    labels = {"role": "uplink", "role_reason": "a trunk", "neighbour": "core Te1/1"}

    assert (
        role_words("interface", labels) == "the port is taken for an uplink: a trunk; on the other end is core Te1/1"
    )


def test_that_nobody_knows_is_said_and_nothing_of_what_is_no_port():
    assert "nobody knows" in role_words("interface", {"role": "", "role_reason": "", "neighbour": ""})
    assert role_words("interface", {"ifName": "Gi1"}) == role_words("sensor", {"role": "uplink"}) == ""
