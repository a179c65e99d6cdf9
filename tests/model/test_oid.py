"""Object identifiers as people type them and as GETNEXT orders them."""

import pytest

from netwatch.model import Oid


def test_a_leading_dot_is_allowed_and_not_kept():
    assert str(Oid.parse(".1.3.6.1.2.1.1.3.0")) == "1.3.6.1.2.1.1.3.0"


@pytest.mark.parametrize(
    "text", ["", "1", "1..3", "1.3.x", "1.3.-1", "1.3.4294967296", "3.1", "1.40", "1.3.²", "1." * 128 + "1"]
)
def test_what_is_no_oid_is_refused(text):
    with pytest.raises(ValueError, match=r"OID|number"):
        Oid.parse(text)


def test_oids_order_as_getnext_walks_them():
    assert Oid.parse("1.3.6.1.2") < Oid.parse("1.3.6.1.2.1") < Oid.parse("1.3.6.1.10")


@pytest.mark.parametrize(("oid", "prefix", "under"), [
    ("1.3.6.1", "1.3.6.1", True),
    ("1.3.6.1.2", "1.3.6.1", True),
    ("1.3.6.10", "1.3.6.1", False),
    ("1.3.6", "1.3.6.1", False),
])  # fmt: skip
def test_an_oid_is_under_itself_and_its_prefixes(oid, prefix, under):
    assert Oid.parse(oid).is_under(Oid.parse(prefix)) is under
