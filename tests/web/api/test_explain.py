"""Why, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from netwatch.engine import Explanation, Line, Question, explanation_from
from netwatch.web import WebSettings, create_app

from ..house import House

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Explainer:
    """Answers, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Question] = []

    async def __call__(self, question: Question) -> Explanation:
        self.asked.append(question)
        return Explanation(
            rule=question.rule, device=question.device, instance=question.instance, at=question.at or NOON,
            found=question.device == "sw1", verdict="It does not fire.",
            lines=(Line(at=NOON, kind="alert", text="<b>firing</b>", details={"shown": "up = 0"}),),
        )  # fmt: skip


@pytest.fixture
def explainer() -> Explainer:
    return Explainer()


@pytest.fixture
async def client(explainer):
    house = House()
    app = create_app(house, house, WebSettings(), "9.9.9", explainer=explainer)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:10916") as opened:
        yield opened


async def test_a_question_is_answered_as_the_engine_answers_it(client, explainer):
    answer = await client.get(
        "/api/v1/explain",
        params={"rule": "DeviceDown", "device": "sw1", "instance": "a=b", "at": "2026-03-01T11:00:00Z"},
    )

    at = datetime(2026, 3, 1, 11, tzinfo=UTC)
    assert explainer.asked == [Question(rule="DeviceDown", device="sw1", instance="a=b", at=at)]
    assert answer.status_code == 200
    assert answer.json()["verdict"] == "It does not fire."
    assert explanation_from(answer.json()).lines[0].details == {"shown": "up = 0"}


async def test_what_is_not_there_is_404_and_still_says_what_may_have_been_meant(client):
    answer = await client.get("/api/v1/explain", params={"rule": "DeviceDown", "device": "sw9"})

    assert answer.status_code == 404
    assert answer.json()["found"] is False


@pytest.mark.parametrize("params", [
    {"device": "sw1"}, {"rule": "X"}, {"rule": "X", "device": "sw1", "at": "yesterday"},
    {"rule": "X" * 1001, "device": "sw1"},
])  # fmt: skip
async def test_a_question_that_is_none_is_400_in_words(client, params):
    answer = await client.get("/api/v1/explain", params=params)

    assert answer.status_code == 400
    assert answer.json()["error"]
