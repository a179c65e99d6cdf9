"""What is refused in expressions, and in which words."""

from __future__ import annotations

import pytest

from netwatch.formulas import FUNCTIONS, Checker, Kind, parse
from netwatch.model import TableSchema


@pytest.mark.parametrize(("expr", "message"), [
    ("ifMtu > 5 and ifHigSpeed > 5", "table ifTable has no column or label ifHigSpeed, did you mean ifHighSpeed?"),
    ("ifHCInOctets > 5", "ifHCInOctets is a counter, whose value alone means nothing; use rate(ifHCInOctets) or "
                         "delta(ifHCInOctets)"),
    ("last(ifHCInOctets) > 5", "ifHCInOctets is a counter, whose value alone means nothing; use delta(ifHCInOctets)"),
    ("rate(ifMtu) > 5", "ifMtu is no counter; rate() is for counters, delta() for the others"),
    ("rate(ifName) > 5 and ifMtu > 1", "ifName is no counter; rate() is for counters, delta() for the others"),
    ("ifAlias > 5", "text cannot be compared with a number"),
    ("ifAlias < 'x'", "text has no order; < compares numbers"),
    ("ifAlias + 1 > 5", "a number is wanted here, and this is text"),
    ("ifMtu", "true or false is wanted here, and this is a number"),
    ("ifMtu and ifMtu > 1", "true or false is wanted here, and this is a number"),
    ("(ifMtu > 1) == 1", "true or false is not compared; write it alone, or with not"),
    ("ifOperStatus == 'dwon'", "'dwon' is not one of its values, did you mean down? (up, down, lowerLayerDown)"),
    ("ifOperStatus in ('up', 'dwon')", "'dwon' is not one of its values, did you mean down?"),
    ("ifOperStatus < 'down'", "< compares numbers; a name goes with ==, != or in"),
    ("ifOperStatus * 2 > 1", "ifOperStatus is an enumeration; compare it with a name or number"),
    ("delta(ifOperStatus) > 1", "ifOperStatus is no number to subtract; changed(ifOperStatus) says whether"),
    ("ifMtu in ('a',)", "a number cannot be compared with text"),
    ("ifMtu in ifHighSpeed", "in wants a list, such as in ('down', 'lowerLayerDown')"),
    ("ifMtu in (ifHighSpeed, 1)", "the list after `in` holds only numbers and texts"),
    ("(1, 2) == ifMtu", "a list stands only on the right of `in`"),
    ("ifMtu is None", "`is` is not known in expressions; use == or absent(..)"),
    ("ifMtu > True", "True is neither a number nor a text"),
    ("rates(ifHCInOctets) > 1", "there is no function rates, did you mean rate?"),
    ("rate > 1 and ifMtu > 1", "rate is a function; write rate(counter)"),
    ("rate(ifHCInOctets, 5) > 1", "write rate(counter)"),
    ("rate(x=ifHCInOctets) > 1", "write rate(counter)"),
    ("rate(ifHCInOctets * 8) > 1", "a column is wanted here"),
    ("avg(avg(ifMtu)) > 1", "avg() goes over the rows of a table, and this is one value already"),
    ("coalesce(ifMtu, avg(ifMtu)) > 1", "either all of these have one value per row, or all have one for the table"),
    ("changed(ifAlias)", "ifAlias is a label; changed() is for columns"),
    ("avg_over(ifMtu, '5 mins') > 1", "such as '5m' or '4h', of 8 days at most"),
    ("avg_over(ifMtu, 300) > 1", "a time span in quotes is wanted here"),
    ("avg_over(ifMtu, '9d') > 1", "of 8 days at most"),
    ("forecast(ifMtu, '0s') > 1", "a time span in quotes is wanted here"),
    ("matches(ifAlias, '(?=a)')", "'(?=a)' is not a regular expression (RE2): invalid perl operator: (?="),
    ("matches(ifAlias, '\\b')", "the pattern holds a control character; write it as r'..'"),
    ("matches(ifAlias, ifName)", "the pattern is a text in quotes"),
    ("matches(ifMtu, 'a')", "text is wanted here, and this is a number"),
    ("ifMtu ** 25 > 1", "an exponent is a whole number from -24 to 24"),
    ("ifMtu ** 0.5 > 1", "an exponent is a whole number from -24 to 24"),
    ("quantile_over(ifMtu, 95, '1h') > 1", "a share from 0 to 1 is wanted here, such as 0.95"),
    ("offset(ifMtu > 1, '1h')", "a number or text is wanted here, and this is true or false"),
    ("ifMtu > 1 and site == 'hq'", "which devices a rule is meant for is said with `devices:`"),
    ("ifMtu > 9**9**9", "an exponent is a whole number from -24 to 24"),
    ("ifMtu > 1e999", "this number is larger than any SNMP value"),
    ("ifMtu > 1" + "0" * 400, "this number is larger than any SNMP value"),
    ("ifMtu > 1 / 0", "this has no finite value"),
    ("ifMtu > 1 and 1 < 2", "no reading can change the outcome of this comparison"),
    ("seen(1 < 2) and ifMtu > 1", "no reading can change"),
])  # fmt: skip
def test_what_cannot_be_meant_is_refused_in_plain_words(workshop, expr, message):
    assert message in workshop.complaint(expr)


def test_everything_wrong_in_one_expression_is_said_at_once(workshop):
    complaints = workshop.complaint("ifHCInOctets > 5 and ifAlias > 3 or nonsense == 1 or ifOperStatus == 'x'").split(
        "\n"
    )

    assert len(complaints) == 4


@pytest.mark.parametrize("expr", [
    "ifOperStatus == 2", "ifOperStatus == 'down'", "'down' == ifOperStatus", "ifOperStatus in ('up', 7)",
    "ifOperStatus not in ('up', 'down')", "ifOperStatus == ifAdminStatus", "1 < ifMtu <= 1500", "-ifMtu < +5 - 1",
    "ifMtu > (100 if ifAlias == 'x' else 200)", "not (ifMtu > 1)", "ifMtu > 5 * 60", "ifMtu ** -2 > 1",
    "matches(ifAlias, r'\\bx')", "matches(ifAlias, '(?i)gi.*')", "ifMtu > 1 and ifMtu < 5 or ifMtu == 1500",
])  # fmt: skip
def test_what_makes_sense_is_taken(workshop, expr):
    assert workshop.complaint(expr) == ""


@pytest.mark.parametrize(
    ("expr", "flaws"),
    [
        ("quantity == 'celsius'", []),
        ("quantity == ''", []),
        ("'celsius' != quantity", []),
        ("quantity in ('celsius', 'volts')", []),
        ("quantity == 'temperature'", ["quantity is never 'temperature' (celsius, volts)"]),
        ("quantity in ('celsius', 'volt')", ["quantity is never 'volt', did you mean volts? (celsius, volts)"]),
        ("sensor == 'anything'", []),
    ],
)
def test_a_text_that_a_label_never_has_is_refused_where_it_has_some_only(expr, flaws):
    table = TableSchema(
        name="sensor", columns={}, labels=("sensor", "quantity"), words={"quantity": ("celsius", "volts")}
    )
    checker = Checker(expr, table, FUNCTIONS)

    checker.check(parse(expr), Kind.TRUTH)

    assert [flaw.message for flaw in checker.flaws] == flaws
