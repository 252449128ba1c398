"""The fake model is held to what OpenAI's own client expects."""

import json
from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest

from pitchscoop.advising.prompting import brief
from tests.advising.talks import KELP, RUBRIC
from tests.servers.llm import ModelServer

BRIEF = brief(RUBRIC, KELP)
MESSAGES: Any = [{"role": "system", "content": "Advise."}, {"role": "user", "content": BRIEF.data}]


@pytest.fixture
async def client(model_server: ModelServer) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(api_key=model_server.key, base_url=model_server.url, max_retries=0) as made:
        yield made


async def test_an_honest_one_quotes_what_is_there(client: openai.AsyncOpenAI, model_server: ModelServer) -> None:
    found = await client.chat.completions.create(model=model_server.model, messages=MESSAGES)
    assert isinstance(found, openai.types.chat.ChatCompletion)
    assert (found.choices[0].message.role, found.choices[0].finish_reason) == ("assistant", "stop")
    answer = json.loads(found.choices[0].message.content or "")
    lines = {line["at"]: line["said"] for line in json.loads(BRIEF.data)["transcript"]}
    assert len(answer["feedback"]) == 3
    assert [one["criterion"] for one in answer["remarks"]] == ["problem", "craft"]
    for one in (*answer["feedback"], *answer["remarks"]):
        assert one["quote"] == lines[one["at"]]


async def test_it_refuses_what_openai_refuses(client: openai.AsyncOpenAI, model_server: ModelServer) -> None:
    create: Any = client.chat.completions.create
    name = model_server.model
    with pytest.raises(openai.NotFoundError, match="does not exist") as told:
        await create(model="another", messages=MESSAGES)
    assert told.value.code == "model_not_found"
    loose = {
        "type": "json_schema",
        "json_schema": {"name": "a", "strict": True, "schema": {"type": "object", "properties": {"a": {}}}},
    }
    wrong: dict[str, Any]
    for wrong in (
        {"messages": []},
        {"messages": [{"role": "wizard", "content": "x"}]},
        {"stream": True},
        {"response_format": {"type": "yaml"}},
        {"response_format": loose},
        {"extra_body": {"invented": 1}},
    ):
        with pytest.raises(openai.BadRequestError):
            await create(**{"model": name, "messages": MESSAGES, **wrong})
    strict = {"type": "json_schema", "json_schema": {"name": "a", "strict": True, "schema": BRIEF.form}}
    assert await create(model=name, messages=MESSAGES, response_format=strict)
    with pytest.raises(openai.AuthenticationError, match="Incorrect API key"):
        await client.with_options(api_key="wrong").chat.completions.create(model=name, messages=MESSAGES)


async def test_it_fails_when_told(client: openai.AsyncOpenAI, model_server: ModelServer) -> None:
    model_server.knobs.fail(429, retry_after="3")
    model_server.knobs.fail(500)
    with pytest.raises(openai.RateLimitError) as told:
        await client.chat.completions.create(model=model_server.model, messages=MESSAGES)
    assert told.value.response.headers["retry-after"] == "3"
    with pytest.raises(openai.InternalServerError):
        await client.chat.completions.create(model=model_server.model, messages=MESSAGES)
    assert await client.chat.completions.create(model=model_server.model, messages=MESSAGES)
    model_server.knobs.hangs = True
    with pytest.raises(openai.APITimeoutError):
        await client.with_options(timeout=0.3).chat.completions.create(model=model_server.model, messages=MESSAGES)
    model_server.die()
    with pytest.raises(openai.APIConnectionError):
        await client.chat.completions.create(model=model_server.model, messages=MESSAGES)
