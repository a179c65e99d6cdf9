"""Why, on a page."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netwatch.engine import Explanation, Line, Question
from netwatch.web import WebSettings, create_app

from ..house import House
from .seen import HOSTILE, Seen

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def explainer(question: Question) -> Explanation:
    if question.device == "sw":
        return Explanation(
            rule=question.rule, device=question.device, instance=question.instance, at=NOON, found=False,
            verdict="There is no device sw; did you mean sw1?", suggestions=("sw1",), unclear="device",
        )  # fmt: skip
    if question.device != "sw1":
        return Explanation(
            rule=question.rule, device=question.device, instance=question.instance, at=NOON, found=False,
            verdict="There is no such row; did you mean Gi1?", suggestions=("ifName=Gi1", HOSTILE),
            unclear="instance",
        )  # fmt: skip
    return Explanation(
        rule=question.rule, device=question.device, instance=question.instance, at=question.at or NOON,
        state="firing", alert_id="a/1", verdict="It fires, and noc was told at 11:58.",
        lines=(
            Line(kind="rule", text="fires where up == 0"),
            Line(at=NOON, kind="attempt", text=f"refused {HOSTILE}", details={"reply": HOSTILE, "n": "550 5.1.1"}),
        ),
    )  # fmt: skip


@pytest.fixture
async def client():
    house = House()
    app = create_app(house, house, WebSettings(), "9.9.9", explainer=explainer)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:10916") as opened:
        yield opened


async def test_the_verdict_stands_first_and_then_the_story(client):
    answer = await client.get("/explain", params={"rule": "DeviceDown", "device": "sw1", "at": "2026-03-01 12:00"})
    seen = Seen(answer.text)

    assert answer.status_code == 200
    order = [seen.text.index(words) for words in ("It fires, and noc", "fires where up == 0", "refused", "550")]
    assert order == sorted(order)
    assert "/alerts/a%2F1" in answer.text or "/alerts/a/1" in answer.text
    assert (seen.wrong, seen.open) == ([], [])
    assert "img" not in seen.tags
    assert seen.tags.count("script") == [name for name, _ in seen.attributes].count("src")


async def test_a_device_that_is_not_there_leads_to_the_one_that_may_have_been_meant(client):
    answer = await client.get("/explain", params={"rule": "DeviceDown", "device": "sw", "instance": "Gi1"})

    assert 'href="/explain?rule=DeviceDown&amp;device=sw1&amp;instance=Gi1"' in answer.text


async def test_what_is_not_there_leads_to_what_may_have_been_meant(client):
    answer = await client.get("/explain", params={"rule": "DeviceDown", "device": "sw9", "instance": "Gi"})

    assert answer.status_code == 404
    assert "did you mean Gi1?" in Seen(answer.text).text
    assert "/explain?rule=DeviceDown&amp;device=sw9&amp;instance=ifName%3DGi1" in answer.text


@pytest.mark.parametrize(("params", "status"), [({}, 200), ({"rule": "X"}, 200), ({"at": "yesterday"}, 400)])
async def test_without_a_whole_question_there_is_the_form(client, params, status):
    answer = await client.get("/explain", params=params)

    assert answer.status_code == status
    assert 'name="device"' in answer.text


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    at=st.datetimes().map(lambda one: one.isoformat())
    | st.from_regex(r"[0-9]{1,5}-[0-9]{2}-[0-9]{2}([T ][0-9:.]{1,9})?(Z|[+-][0-9:]{2,5})?", fullmatch=True)
    | st.text(max_size=20),
    text=st.text(max_size=20),
)
async def test_whatever_is_asked_there_is_an_answer(client, at, text):
    params = {"rule": text, "device": "sw1", "instance": text, "at": at}
    sent = {name: value.encode("utf-8", "replace") for name, value in params.items()}

    assert (await client.get("/explain", params=sent)).status_code in (200, 400)
    assert (await client.get("/api/v1/explain", params=sent)).status_code in (200, 400)
