"""What schemathesis makes of our own description of the API: nothing it thinks of is an error of ours."""

from __future__ import annotations

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import unsupported_method

from tests.patience import PATIENCE_SECONDS

from .house import bad_night
from .test_sweep import APP

SCHEMA = schemathesis.openapi.from_dict(APP.openapi())
OPERATIONS = {one.label: one for one in (result.ok() for result in SCHEMA.get_all_operations())}
CASES = [(label, GenerationMode.POSITIVE) for label in OPERATIONS] + [
    (label, GenerationMode.NEGATIVE)
    for label, one in OPERATIONS.items()
    if list(one.query) or list(one.body)  # a path alone can be asked for in no way that the description forbids
]
EXAMPLES = 12
"""Of each operation and kind: bounded, since it is one of many tests; more are found by raising it by hand."""


@pytest.fixture(scope="module")
def session():
    with requests.Session() as opened:
        yield opened


def test_every_change_is_described_with_its_body():
    described = {label for label, one in OPERATIONS.items() if list(one.body)}

    assert described == {"POST /api/v1/ack", "POST /api/v1/unack", "POST /api/v1/forget", "POST /api/v2/silences"}


@pytest.mark.parametrize(("label", "mode"), CASES)
def test_no_call_the_description_allows_or_forbids_is_an_error_of_ours(stage, session, label, mode):
    shown, server = stage
    shown.put_up(bad_night(), None)
    operation = OPERATIONS[label]

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def hold(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        answer = case.call(base_url=server.url, session=session, timeout=PATIENCE_SECONDS)
        case.validate_response(answer, checks=[not_a_server_error, unsupported_method])

    hold()
