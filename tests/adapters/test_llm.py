"""A model behind OpenAI's client and a real server, in all its moods."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from pitchscoop.adapters.llm import LanguageModel, Patience
from pitchscoop.advising.ports import Later, Refused
from pitchscoop.advising.prompting import brief
from tests.advising.talks import KELP, RUBRIC
from tests.servers.llm import KEY, ModelServer
from tests.servers.minds import says

BRIEF = brief(RUBRIC, KELP)
QUICK = Patience(connect=1, answer=1, check=1)


@pytest.fixture
async def model(model_server: ModelServer) -> AsyncIterator[LanguageModel]:
    made = LanguageModel(model_server.model, model_server.url, model_server.key, QUICK)
    yield made
    await made.close()


async def answered(model: LanguageModel) -> str:
    return await model.answer(BRIEF.instructions, BRIEF.data, BRIEF.form)


async def refused(model: LanguageModel) -> Refused:
    with pytest.raises(Refused) as told:
        await answered(model)
    return told.value


async def later(model: LanguageModel) -> Later:
    with pytest.raises(Later) as told:
        await answered(model)
    return told.value


async def test_the_model_is_given_what_it_is_to_read_and_asked_for_json(
    model: LanguageModel, model_server: ModelServer
) -> None:
    model_server.knobs.mind = says("An answer.")
    assert await answered(model) == "An answer."
    (asked,) = model_server.asked
    assert (asked.instructions, asked.data) == (BRIEF.instructions, json.loads(BRIEF.data))
    assert asked.body["response_format"]["json_schema"]["schema"] == BRIEF.form
    assert asked.body.keys() == {"model", "messages", "response_format"}
    assert asked.headers["authorization"] == f"Bearer {KEY}"


async def test_nothing_of_the_environment_is_sent(model_server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, "somebody-else-s")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Somebody: somebody-else-s")
    model = LanguageModel(model_server.model, model_server.url, model_server.key, QUICK)
    await answered(model)
    await model.close()
    assert "somebody-else-s" not in str(model_server.asked[0].headers)


@pytest.mark.parametrize(
    ("forms", "ways"),
    [
        (("json_object", "text"), ["json_schema", "json_object", "json_object"]),
        (("text",), ["json_schema", "json_object", "text", "text"]),
    ],
)
async def test_a_server_is_asked_for_json_in_the_way_it_knows(
    model: LanguageModel, model_server: ModelServer, forms: tuple[str, ...], ways: list[str]
) -> None:
    model_server.knobs.forms = forms
    for _ in range(2):
        await answered(model)
    assert [asked.form for asked in model_server.asked] == ways


async def test_what_is_refused_in_every_way_is_asked_for_in_the_best_the_next_time(
    model: LanguageModel, model_server: ModelServer
) -> None:
    model_server.knobs.fail(400, times=3, code="context_length_exceeded")
    assert "too long" in (await refused(model)).message
    await answered(model)
    assert [asked.form for asked in model_server.asked] == ["json_schema", "json_object", "text", "json_schema"]


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (401, "invalid_api_key", "Set LLM_API_KEY"),
        (403, None, "Set LLM_API_KEY"),
        (404, "model_not_found", "Correct LLM_MODEL or LLM_BASE_URL"),
        (405, None, "mostly ends in /v1"),
        (307, None, "mostly ends in /v1"),
        (429, "insufficient_quota", "plan at the model's server is used up"),
    ],
)
async def test_what_somebody_has_to_change_is_said(
    model: LanguageModel, model_server: ModelServer, status: int, code: str | None, words: str
) -> None:
    model_server.knobs.fail(status, code=code, location="http://127.0.0.1:9/")
    problem = await refused(model)
    assert problem.code == "model_refused"
    assert words in problem.message


@pytest.mark.parametrize(
    ("status", "code"), [(429, "model_busy"), (500, "model_unavailable"), (503, "model_unavailable")]
)
@pytest.mark.parametrize(("told", "waits"), [("7", 7), ("100000", 600), ("Wed, 21 Oct", 5), ("", 5)])
async def test_what_passes_is_for_later(
    model: LanguageModel, model_server: ModelServer, status: int, code: str, told: str, waits: int
) -> None:
    model_server.knobs.fail(status, retry_after=told)
    problem = await later(model)
    assert (problem.code, problem.retry_after) == (code, waits)
    assert len(model_server.asked) == 1
    assert await answered(model)


async def test_a_wrong_key_is_said_and_never_logged(model_server: ModelServer) -> None:
    model = LanguageModel(model_server.model, model_server.url, "another-key-0123456789", QUICK)
    with capture_logs() as logs:
        assert "key" in (await refused(model)).message
    await model.close()
    assert "another-key" not in str(logs)


async def test_without_a_key_none_of_ours_is_sent(model_server: ModelServer) -> None:
    model_server.key = "none"
    model = LanguageModel(model_server.model, model_server.url, None, QUICK)
    assert await answered(model)
    await model.close()


async def test_one_that_never_answers_is_waited_for_so_long(model: LanguageModel, model_server: ModelServer) -> None:
    model_server.knobs.hangs = True
    async with asyncio.timeout(10):
        assert "took too long" in (await later(model)).message
    model_server.knobs.hangs = False
    assert await answered(model)


async def test_one_that_is_not_there_is_for_later_and_found_again(
    model: LanguageModel, model_server: ModelServer
) -> None:
    model_server.die()
    assert (await later(model)).code == "model_unavailable"
    model_server.start()
    assert await answered(model)


@pytest.mark.parametrize("page", [b"<!doctype html><p>Welcome", b"", b"{", b"[]", b'{"choices": 3}', b'"text"'])
@pytest.mark.parametrize("kind", ["text/html", "application/json"])
async def test_what_is_no_model_is_told_from_one(
    model: LanguageModel, model_server: ModelServer, page: bytes, kind: str
) -> None:
    model_server.knobs.instead, model_server.knobs.kind = page, kind
    assert (await refused(model)).code in ("model_refused", "model_nonsense")


@pytest.mark.parametrize("content", ["", "  \n", None])
async def test_nothing_is_no_answer(model: LanguageModel, model_server: ModelServer, content: Any) -> None:
    model_server.knobs.mind = says(content)
    assert (await refused(model)).code == "model_nonsense"


async def test_it_is_checked_by_asking_for_a_word(model: LanguageModel, model_server: ModelServer) -> None:
    assert await model.check() == f"{model_server.model} at {model_server.url} answers"
    assert model_server.asked[0].form == "text"
    model_server.key = "changed"
    with pytest.raises(Refused, match="LLM_API_KEY"):
        await model.check()


def test_the_client_is_loaded_with_the_first_question_only() -> None:
    code = (
        "import sys; from pitchscoop.adapters.llm import LanguageModel; import pitchscoop.main;"
        "LanguageModel('m', 'http://127.0.0.1:9', None); sys.exit('openai' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
