"""Our client of Gladia's transcription of files, against a fake that misbehaves."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from pitchscoop.adapters.gladia import Gladia
from pitchscoop.adapters.gladia_rest import Patience
from pitchscoop.kernel.errors import Problem, Unavailable
from pitchscoop.transcripts.ports import Busy, Heard, Refused, Speech, Transcriber
from tests.servers.gladia import JFK, GladiaServer, Script, spoken
from tests.speech import wav

QUICK = Patience(first_look=0.03, longest_look=0.05)
SPEECH = Speech(16000, "en", ("Kelpline",))
Make = Callable[..., Gladia]


@pytest.fixture
async def make(gladia: GladiaServer) -> AsyncIterator[Make]:
    """Clients of the fake, closed with the test."""
    async with contextlib.AsyncExitStack() as stack:

        def client(key: str = gladia.key, url: str = gladia.url, **options: Any) -> Gladia:
            made = Gladia(key, url, **{"patience": QUICK, **options})
            stack.push_async_callback(made.close)
            return made

        yield client


@pytest.fixture
def audio(tmp_path: Path) -> Path:
    path = tmp_path / "recording.wav"
    path.write_bytes(wav())
    return path


class Jobs(list[str]):
    """What ``begun`` was told."""

    async def __call__(self, job: str) -> None:
        self.append(job)


async def test_a_file_is_written_down(gladia: GladiaServer, make: Make, audio: Path) -> None:
    client: Transcriber = make()
    jobs = Jobs()
    heard = await client.transcribe(audio, SPEECH, None, jobs)
    assert heard.language == "en"
    assert " ".join(one.text for one in heard.utterances) == JFK.text
    assert [(word.word, word.start, word.end) for one in heard.utterances for word in one.words] == [
        word for line in JFK.lines for word in line.words
    ]
    assert all(one.is_final for one in heard.utterances)
    assert len({one.id for one in heard.utterances}) == 3
    assert jobs == [gladia.job.id]
    assert gladia.job.upload is not None
    assert gladia.job.upload.audio == wav()
    assert gladia.job.upload.filename == "recording.wav"
    assert gladia.job.body == {
        "audio_url": f"{gladia.url}/file/{gladia.job.upload.id}",
        "language_config": {"languages": ["en"], "code_switching": False},
        "custom_vocabulary": True,
        "custom_vocabulary_config": {"vocabulary": ["Kelpline"], "default_intensity": 0.4},
    }
    assert not gladia.job.deleted


async def test_a_file_without_speech(gladia: GladiaServer, make: Make, audio: Path) -> None:
    gladia.knobs.script = Script(())
    assert await make().transcribe(audio, Speech(16000), None, Jobs()) == Heard((), None)


async def test_each_file_has_its_own_script(gladia: GladiaServer, make: Make, audio: Path) -> None:
    other = audio.with_name("other.wav")
    other.write_bytes(wav()[:100_000])
    short = Script((spoken("Guten Tag."),), "de")
    gladia.knobs.choose = lambda _, file: short if file and len(file) == 100_000 else None
    first, second = await asyncio.gather(
        *(make().transcribe(path, Speech(16000), None, Jobs()) for path in (audio, other))
    )
    assert (len(first.utterances), second.utterances[0].text, second.language) == (3, "Guten Tag.", "de")


@pytest.mark.parametrize("path", ["/v2/upload", "/v2/pre-recorded"])
@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (401, Refused, "transcriber_refused"),
        (403, Refused, "transcriber_refused"),
        (400, Refused, "transcriber_refused"),
        (404, Refused, "transcriber_refused"),
        (413, Refused, "transcriber_failed"),
        (429, Busy, "transcriber_busy"),
        (503, Unavailable, "transcriber_unavailable"),
    ],
)
async def test_what_a_refusal_means(
    gladia: GladiaServer, make: Make, audio: Path, path: str, status: int, kind: type[Problem], code: str
) -> None:
    gladia.knobs.fail(status, path=path)
    jobs = Jobs()
    with pytest.raises(kind) as raised:
        await make().transcribe(audio, SPEECH, None, jobs)
    assert (type(raised.value), raised.value.code) == (kind, code)
    assert "The recording is safe" in raised.value.message
    assert jobs == []


async def test_a_large_file_is_refused_before_it_is_sent(gladia: GladiaServer, make: Make, tmp_path: Path) -> None:
    large = tmp_path / "large.wav"
    with large.open("wb") as file:
        file.truncate(200 << 20)
    with pytest.raises(Refused, match="GLADIA_API_KEY"):
        await make(key="a-wrong-key").transcribe(large, SPEECH, None, Jobs())
    assert gladia.uploads == {}


async def test_a_server_that_is_away(gladia: GladiaServer, make: Make, audio: Path) -> None:
    await asyncio.to_thread(gladia.die)
    for attempt in (make().transcribe(audio, SPEECH, None, Jobs()), make().check()):
        with pytest.raises(Unavailable):
            await attempt


@pytest.mark.parametrize("forget", [True, False])
async def test_a_job_that_fails(gladia: GladiaServer, make: Make, audio: Path, forget: bool) -> None:  # noqa: FBT001
    gladia.knobs.job_error = 500
    with pytest.raises(Refused) as failed:
        await make().transcribe(audio, Speech(16000, forget=forget), None, Jobs())
    assert failed.value.code == "transcriber_failed"
    assert gladia.job.deleted == forget


async def test_gladia_forgets_when_it_is_done(gladia: GladiaServer, make: Make, audio: Path) -> None:
    gladia.knobs.fail(500, times=3, path="/v2/pre-recorded/")
    heard = await make().transcribe(audio, Speech(16000, forget=True), None, Jobs())
    assert len(heard.utterances) == 3
    assert gladia.job.deleted


async def test_a_job_that_never_ends_is_gone_on_with_by_another_process(
    gladia: GladiaServer, make: Make, audio: Path
) -> None:
    gladia.knobs.never_ends = True
    jobs = Jobs()
    hasty = make(patience=Patience(first_look=0.03, longest_look=0.05, grace=-10.5))  # of 11 s of audio
    with pytest.raises(Unavailable, match="takes very long"):
        await hasty.transcribe(audio, Speech(16000, forget=True), None, jobs)
    assert gladia.job.asked > 3
    assert not gladia.job.deleted
    with pytest.raises(Unavailable, match="takes very long"):
        await hasty.transcribe(audio, Speech(16000, forget=True), jobs[0], jobs)
    gladia.knobs.never_ends = False
    heard = await make().transcribe(audio, Speech(16000, forget=True), jobs[0], jobs)
    assert len(heard.utterances) == 3
    assert (len(gladia.jobs), len(gladia.uploads), jobs) == (1, 1, [gladia.job.id])
    assert gladia.job.deleted


async def test_a_call_that_is_cancelled_leaves_the_job_to_the_next(
    gladia: GladiaServer, make: Make, audio: Path
) -> None:
    gladia.knobs.processing = 1
    jobs = Jobs()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await make().transcribe(audio, Speech(16000, forget=True), None, jobs)
    assert len((await make().transcribe(audio, SPEECH, jobs[0], jobs)).utterances) == 3
    assert jobs == [gladia.job.id]


@pytest.mark.parametrize("unknown", ["00000000-0000-4000-8000-000000000000", "../live", "a live session of old"])
async def test_a_job_that_is_unknown_is_begun_anew(gladia: GladiaServer, make: Make, audio: Path, unknown: str) -> None:
    jobs = Jobs()
    assert len((await make().transcribe(audio, SPEECH, unknown, jobs)).utterances) == 3
    assert jobs == [gladia.job.id]
    assert {call.path for call in gladia.calls if call.method == "GET"} <= {
        f"/v2/pre-recorded/{name}" for name in (unknown, gladia.job.id)
    }


async def test_failures_while_a_job_is_under_way_are_waited_out(gladia: GladiaServer, make: Make, audio: Path) -> None:
    gladia.knobs.fail(503, times=4, path="/v2/pre-recorded/")
    gladia.knobs.fail(429, times=4, path="/v2/pre-recorded/")
    assert len((await make().transcribe(audio, SPEECH, None, Jobs())).utterances) == 3


async def test_many_failures_are_not(gladia: GladiaServer, make: Make, audio: Path) -> None:
    gladia.knobs.fail(503, path="/v2/pre-recorded/")
    jobs = Jobs()
    with pytest.raises(Unavailable):
        await make().transcribe(audio, SPEECH, None, jobs)
    gladia.knobs.failures.clear()
    assert len((await make().transcribe(audio, SPEECH, jobs[0], jobs)).utterances) == 3


async def test_a_key_that_is_withdrawn_meanwhile(gladia: GladiaServer, make: Make, audio: Path) -> None:
    gladia.knobs.fail(401, path="/v2/pre-recorded/")
    with capture_logs() as logs, pytest.raises(Refused, match="GLADIA_API_KEY"):
        await make().transcribe(audio, Speech(16000, forget=True), None, Jobs())
    assert [log["name"] for log in logs if log["event"] == "gladia_keeps"] == [gladia.job.id]


async def test_another_job_is_not_taken_for_ours(gladia: GladiaServer, make: Make, audio: Path) -> None:
    gladia.knobs.foreign = True
    with pytest.raises(Unavailable):
        await make().transcribe(audio, SPEECH, None, Jobs())


async def test_what_may_be_missing_may_be_missing(gladia: GladiaServer, make: Make, audio: Path) -> None:
    gladia.knobs.bare = True
    assert len((await make().transcribe(audio, SPEECH, None, Jobs())).utterances) == 3


async def test_the_key_goes_nowhere_else(gladia: GladiaServer, make: Make, audio: Path) -> None:
    elsewhere = GladiaServer()
    elsewhere.start()
    try:
        for status in (301, 302, 303, 307, 308):
            gladia.knobs.failures.clear()
            gladia.knobs.fail(status, location=f"{elsewhere.url}/v2/live")
            for attempt in (
                make().begin(SPEECH),
                make().check(),
                make().transcribe(audio, SPEECH, None, Jobs()),
                make().transcribe(audio, SPEECH, "a-job", Jobs()),
            ):
                with pytest.raises(Refused, match="GLADIA_API_URL"):
                    await attempt
        assert elsewhere.calls == []
    finally:
        elsewhere.die()


async def test_the_check(gladia: GladiaServer, make: Make) -> None:
    assert await make().check() == f"Gladia at {gladia.url}"
    with pytest.raises(Refused, match="GLADIA_API_KEY"):
        await make(key="a-wrong-key").check()
    with pytest.raises(Refused, match="GLADIA_API_URL"):
        await make(url=f"{gladia.url}/somewhere").check()
