"""Our client of Gladia's live sessions, against a fake that misbehaves."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from pitchscoop.adapters.gladia import Gladia
from pitchscoop.adapters.gladia_held import HELD
from pitchscoop.adapters.gladia_rest import Patience
from pitchscoop.kernel.errors import Problem, Unavailable
from pitchscoop.transcripts.model import Utterance
from pitchscoop.transcripts.ports import Busy, LiveTranscriber, LiveWork, Refused, Speech
from tests.servers.gladia import JFK, Drop, GladiaServer, Script, spoken
from tests.speech import FRAME, pcm

QUICK = Patience(pause=0.01, longest_pause=0.05, resumed=0.3, close=1, first_look=0.05)
SPEECH = Speech(16000, "en", ("Kelpline", "Ada Nwosu"))
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


async def feed(work: LiveWork, audio: bytes, pause: float = 0.003) -> None:
    """Send audio, faster than it was spoken."""
    for start in range(0, len(audio), FRAME):
        assert work.send(audio[start : start + FRAME])
        await asyncio.sleep(pause)


async def listen(work: LiveWork) -> list[Utterance]:
    """All that is heard."""
    async with asyncio.timeout(20):
        return [heard async for heard in work]


async def through(work: LiveWork, audio: bytes | None = None) -> list[Utterance]:
    """A whole pitch; all that is heard."""
    listening = asyncio.create_task(listen(work))
    await feed(work, pcm() if audio is None else audio)
    work.finish()
    return await listening


async def trouble(work: LiveWork) -> Problem:
    """What the iteration raises."""
    with pytest.raises(Problem) as raised:
        await listen(work)
    return raised.value


def text(heard: list[Utterance]) -> str:
    return " ".join(one.text for one in heard if one.is_final)


async def test_what_is_said_is_heard_while_it_is_said(gladia: GladiaServer, make: Make) -> None:
    client: LiveTranscriber = make()
    work = await client.begin(SPEECH)
    listening = asyncio.create_task(listen(work))
    await feed(work, pcm()[: 32000 * 3])
    await gladia.until(lambda: len(gladia.session.audio) == 32000 * 3)
    assert not listening.done()
    await feed(work, pcm()[32000 * 3 :])
    work.finish()
    heard = await listening
    finals = [one for one in heard if one.is_final]
    assert text(heard) == JFK.text
    assert [(word.word, word.start, word.end) for one in finals for word in one.words] == [
        word for line in JFK.lines for word in line.words
    ]
    assert {one.language for one in finals} == {"en"}
    assert len({one.id for one in finals}) == 3
    partials = [one for one in heard if not one.is_final]
    assert {one.id for one in partials} == {one.id for one in finals}
    assert len(partials) > 10
    assert bytes(gladia.session.audio) == pcm()
    assert gladia.session.connections == 1


async def test_what_is_asked_for(gladia: GladiaServer, make: Make) -> None:
    await (await make(region="eu-west").begin(SPEECH)).close()
    (call,) = gladia.calls
    assert (call.method, call.path, call.query) == ("POST", "/v2/live", {"region": "eu-west"})
    assert call.body == {
        "encoding": "wav/pcm",
        "bit_depth": 16,
        "sample_rate": 16000,
        "channels": 1,
        "endpointing": 0.3,
        "maximum_duration_without_endpointing": 15,
        "language_config": {"languages": ["en"], "code_switching": False},
        "realtime_processing": {
            "custom_vocabulary": True,
            "custom_vocabulary_config": {"vocabulary": ["Kelpline", "Ada Nwosu"], "default_intensity": 0.4},
        },
        "messages_config": {
            "receive_partial_transcripts": True,
            "receive_final_transcripts": True,
            "receive_speech_events": False,
            "receive_pre_processing_events": False,
            "receive_realtime_processing_events": False,
            "receive_post_processing_events": False,
            "receive_acknowledgments": True,
            "receive_errors": True,
            "receive_lifecycle_events": True,
        },
    }
    await (await make().begin(Speech(48000))).close()
    call = gladia.calls[-1]
    assert (call.query, call.body["sample_rate"]) == ({}, 48000)
    assert call.body["language_config"]["languages"] == []
    assert call.body["realtime_processing"] == {}


async def test_five_drops_and_every_byte_arrives_once_and_in_order(gladia: GladiaServer, make: Make) -> None:
    gladia.knobs.drops = [
        Drop(30_000, 1006, "unacked"),
        Drop(90_000, 1011, "lost"),
        Drop(150_000, 4500, "acked"),
        Drop(200_000, 1006, "lost"),
        Drop(260_000, 1012, "unacked"),
        Drop("stop", 1006, "lost"),
        Drop("stop", 1011),
    ]
    heard = await through(await make().begin(SPEECH))
    assert bytes(gladia.session.audio) == pcm()
    assert (gladia.session.connections, gladia.session.dropped, gladia.session.stops) == (8, 7, 1)
    assert text(heard) == JFK.text


@pytest.mark.parametrize("last", ["acked", "lost"])
async def test_empty_chunks_need_no_answer(gladia: GladiaServer, make: Make, last: Any) -> None:
    gladia.knobs.answers_empty = False
    gladia.knobs.drops = [Drop(60_000, 1011, last)]
    assert text(await through(await make().begin(SPEECH))) == JFK.text
    assert bytes(gladia.session.audio) == pcm()


async def test_byte_ranges_that_include_their_end_cost_a_sample_at_most(gladia: GladiaServer, make: Make) -> None:
    gladia.knobs.ack_shift = -1
    gladia.knobs.drops = [Drop(96_000, 1011, "acked")]
    assert text(await through(await make().begin(SPEECH))) == JFK.text
    got = bytes(gladia.session.audio)
    at = next(at for at in range(len(got)) if got[at] != pcm()[at])
    assert len(got) == len(pcm()) + 2
    assert got == pcm()[:at] + got[at : at + 2] + pcm()[at:]
    assert at % 2 == 0 or got[at - 1 : at + 1] == got[at + 1 : at + 3]


@pytest.mark.parametrize("knob", ["garbage", "unknown", "foreign", "bare", "duplicate_acks", "complaint"])
async def test_oddities_are_passed_over(gladia: GladiaServer, make: Make, knob: str) -> None:
    setattr(gladia.knobs, knob, "internal_error" if knob == "complaint" else True)
    gladia.knobs.drops = [Drop(100_000, 1006, "lost"), Drop(200_000, 1011, "unacked")]
    heard = await through(await make().begin(SPEECH))
    assert text(heard) == JFK.text
    assert not [one for one in heard if "foreign" in one.text]
    assert bytes(gladia.session.audio) == pcm()


@pytest.mark.parametrize(
    ("status", "kind", "told", "calls"),
    [
        (401, Refused, "Gladia refused the key. The recording is safe. Set GLADIA_API_KEY, then try again.", 1),
        (403, Refused, "plan or the region", 1),
        (404, Refused, "GLADIA_API_URL", 1),
        (307, Refused, "GLADIA_API_URL", 1),
        (400, Refused, "did not say what is wrong", 1),
        (422, Refused, "did not say what is wrong", 1),
        (429, Busy, "as much to do as the plan allows", 2),
        (408, Unavailable, "cannot be reached", 2),
        (500, Unavailable, "cannot be reached", 2),
        (503, Unavailable, "cannot be reached", 2),
    ],
)
async def test_what_a_refused_session_means(
    gladia: GladiaServer, make: Make, status: int, kind: type[Problem], told: str, calls: int
) -> None:
    gladia.knobs.fail(status, location="http://127.0.0.1:9/elsewhere")
    with pytest.raises(kind) as raised:
        await make().begin(SPEECH)
    assert type(raised.value) is kind
    assert told in raised.value.message
    assert "The recording is safe" in raised.value.message
    assert (
        raised.value.code
        == {
            Refused: "transcriber_refused",
            Busy: "transcriber_busy",
            Unavailable: "transcriber_unavailable",
        }[kind]
    )
    assert len(gladia.calls) == calls


async def test_what_gladia_finds_wrong_is_said(gladia: GladiaServer, make: Make) -> None:
    with pytest.raises(Refused, match="languages must only contain") as refused:
        await make().begin(Speech(16000, "tlh"))
    assert len(refused.value.message) < 320
    assert gladia.sessions == {}


async def test_one_failure_is_tried_again_and_silence_is_not(gladia: GladiaServer, make: Make) -> None:
    gladia.knobs.fail(503, times=1)
    assert text(await through(await make().begin(SPEECH))) == JFK.text
    gladia.calls.clear()
    gladia.knobs.delay = 1
    with pytest.raises(Unavailable):
        await make(patience=Patience(answer=0.1)).begin(SPEECH)
    assert len(gladia.calls) == 1


async def test_a_server_that_is_away(gladia: GladiaServer, make: Make) -> None:
    gladia.die()
    with pytest.raises(Unavailable):
        await make().begin(SPEECH)


@pytest.mark.parametrize("code", [4400, 4401, 4404, 4499])
async def test_what_gladia_refuses_on_the_socket_is_not_tried_again(
    gladia: GladiaServer, make: Make, code: int
) -> None:
    gladia.knobs.refuse_socket = code
    work = await make().begin(SPEECH)
    assert isinstance(await trouble(work), Unavailable)
    assert not work.send(b"xx")
    assert gladia.handshakes == 1


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_nor_is_a_handshake(gladia: GladiaServer, make: Make, status: int) -> None:
    gladia.knobs.refuse_handshake = status
    assert isinstance(await trouble(await make().begin(SPEECH)), Unavailable)
    assert gladia.handshakes == 1


async def test_too_many_sessions_may_be_told_on_the_socket(gladia: GladiaServer, make: Make) -> None:
    gladia.knobs.complaint = "rate_limit_exceeded"
    gladia.knobs.drops = [Drop(1, 4429)]
    work = await make().begin(SPEECH)
    work.send(bytes(FRAME))
    assert type(await trouble(work)) is Busy


async def test_frames_shrink_once(gladia: GladiaServer, make: Make) -> None:
    gladia.knobs.largest_frame = 100_000
    work = await make().begin(Speech(16000))
    audio = pcm() * 3
    assert work.send(audio)
    work.finish()
    await listen(work)
    assert bytes(gladia.session.audio) == audio
    assert gladia.session.frames[0] == 512 << 10
    assert {size for size in gladia.session.frames[1:-1] if size} == {32 << 10}


async def test_frames_that_are_still_too_large_end_it(gladia: GladiaServer, make: Make) -> None:
    gladia.knobs.largest_frame = 10_000
    work = await make().begin(SPEECH)
    work.send(pcm())
    assert isinstance(await trouble(work), Unavailable)
    assert gladia.session.connections == 2


async def test_a_stop_before_the_first_connection(gladia: GladiaServer, make: Make) -> None:
    work = await make().begin(SPEECH)
    work.send(pcm())
    work.finish()
    assert not work.send(b"xx")
    assert text(await listen(work)) == JFK.text
    assert (bytes(gladia.session.audio), gladia.session.stops) == (pcm(), 1)


async def test_a_stop_amid_a_reconnection(gladia: GladiaServer, make: Make) -> None:
    work = await make().begin(SPEECH)
    listening = asyncio.create_task(listen(work))
    await feed(work, pcm()[:96000])
    gladia.knobs.refuse_handshake = 503
    gladia.knobs.drops = [Drop(96001, 1006, "lost")]
    await feed(work, pcm()[96000:])
    await gladia.until(lambda: gladia.session.dropped)
    work.finish()
    await asyncio.sleep(0.1)
    gladia.knobs.refuse_handshake = None
    assert text(await listening) == JFK.text
    assert (bytes(gladia.session.audio), gladia.session.stops) == (pcm(), 1)


async def test_gladia_dies_and_comes_back(gladia: GladiaServer, make: Make) -> None:
    work = await make().begin(SPEECH)
    listening = asyncio.create_task(listen(work))
    await feed(work, pcm()[:128000])
    await asyncio.to_thread(gladia.die)
    await feed(work, pcm()[128000:256000])
    await asyncio.to_thread(gladia.start)
    await feed(work, pcm()[256000:])
    work.finish()
    assert text(await listening) == JFK.text
    assert bytes(gladia.session.audio) == pcm()
    assert gladia.session.connections == 2


async def test_gladia_dies_for_good(gladia: GladiaServer, make: Make) -> None:
    work = await make(patience=Patience(pause=0.001, longest_pause=0.01, attempts=5, close=1)).begin(SPEECH)
    await feed(work, pcm()[:32000])
    await asyncio.to_thread(gladia.die)
    assert isinstance(await trouble(work), Unavailable)
    assert not work.send(b"xx")
    await work.close()  # quiet


async def test_a_server_that_takes_no_audio_is_given_up(gladia: GladiaServer, make: Make) -> None:
    gladia.knobs.drops = [Drop(1, 1011, "lost")] * 100
    work = await make(patience=Patience(pause=0.001, longest_pause=0.001, attempts=5, resumed=0.1)).begin(SPEECH)
    work.send(pcm())
    assert isinstance(await trouble(work), Unavailable)
    assert gladia.session.connections == 5


async def test_what_gladia_does_not_acknowledge_is_bounded(gladia: GladiaServer, make: Make) -> None:
    gladia.knobs.acks = False
    work = await make().begin(SPEECH)
    sent = 0
    while work.send(bytes(FRAME)):
        sent += FRAME
        await asyncio.sleep(0)
    assert HELD - FRAME < sent <= HELD
    assert not work.send(b"xx")
    await work.close()
    await gladia.until(lambda: gladia.session.over)


async def test_a_slow_gladia_does_not_slow_us(gladia: GladiaServer, make: Make) -> None:
    work = await make().begin(SPEECH)
    gladia.knobs.delay = 0.2
    began = asyncio.get_running_loop().time()
    await feed(work, pcm(), pause=0)
    assert asyncio.get_running_loop().time() - began < 0.5
    assert len(gladia.session.audio) < len(pcm()) / 4


async def test_silence_keeps_the_connection(gladia: GladiaServer, make: Make) -> None:
    work = await make(patience=Patience(idle=0.05)).begin(SPEECH)
    await gladia.until(lambda: gladia.session.frames.count(0) >= 3)
    assert text(await through(work)) == JFK.text
    assert bytes(gladia.session.audio) == pcm()


async def test_a_session_that_is_too_long_for_gladia(gladia: GladiaServer, make: Make) -> None:
    gladia.knobs.longest = 5
    work = await make().begin(SPEECH)
    work.send(pcm())
    with capture_logs() as logs:
        assert isinstance(await trouble(work), Unavailable)
    assert ("gladia_complains", "session_timeout") in [(log["event"], log.get("code")) for log in logs]


async def test_words_that_never_come_are_not_waited_for(gladia: GladiaServer, make: Make) -> None:
    gladia.knobs.processing = 60
    work = await make(patience=Patience(rest=0.3, close=1)).begin(SPEECH)
    await feed(work, pcm())
    work.finish()
    assert isinstance(await trouble(work), Unavailable)


async def test_a_listener_that_is_late_hears_every_final(gladia: GladiaServer, make: Make) -> None:
    lines = tuple(spoken("one two three four", start=number * 0.1, pace=0.02) for number in range(100))
    gladia.knobs.script = Script(lines)
    work = await make().begin(SPEECH)
    await feed(work, pcm())
    work.finish()
    await gladia.until(lambda: gladia.session.over)
    heard = await listen(work)
    assert text(heard) == Script(lines).text
    assert len([one for one in heard if not one.is_final]) <= 16
    assert await listen(work) == []


async def test_closing_ends_it_at_gladia(gladia: GladiaServer, make: Make) -> None:
    work = await make(patience=replace(QUICK, close=10)).begin(SPEECH)  # a busy machine takes more than a second
    listening = asyncio.create_task(listen(work))
    await feed(work, pcm()[:32000])
    await gladia.until(lambda: gladia.session.audio)
    await work.close()
    await gladia.until(lambda: gladia.session.over)
    await listening
    await work.close()
    assert not work.send(b"xx")
    assert (gladia.session.left, gladia.session.connections) == (True, 1)


async def test_closing_amid_a_reconnection_ends_it_at_gladia(gladia: GladiaServer, make: Make) -> None:
    gladia.knobs.drops = [Drop(1, 1006)]
    work = await make(patience=Patience(pause=5, longest_pause=5)).begin(SPEECH)
    await feed(work, pcm()[:32000])
    await gladia.until(lambda: gladia.session.dropped)
    await work.close()
    await gladia.until(lambda: gladia.session.over)


async def test_a_session_is_ended_from_another_process(gladia: GladiaServer, make: Make) -> None:
    dead = await make(patience=Patience(pause=60, longest_pause=60)).begin(Speech(16000, forget=True))
    gladia.knobs.drops = [Drop(1, 1006)]
    dead.send(bytes(FRAME))
    await gladia.until(lambda: gladia.session.dropped)
    other = make()
    await other.end(dead.job)
    await gladia.until(lambda: gladia.session.over)
    assert gladia.session.deleted
    await other.end(dead.job)  # quiet: it is gone
    await other.end("what some other engine said")
    await asyncio.to_thread(gladia.die)
    with pytest.raises(Unavailable):
        await other.end(dead.job)
    await asyncio.to_thread(gladia.start)


async def test_no_more_sessions_than_the_plan_allows(gladia: GladiaServer, make: Make) -> None:
    client = make(max_live=2)
    assert client.at_once == 2
    begun = await asyncio.gather(*(client.begin(SPEECH) for _ in range(5)), return_exceptions=True)
    works = [one for one in begun if not isinstance(one, BaseException)]
    assert [type(one) for one in begun if isinstance(one, BaseException)] == [Busy] * 3
    assert len(works) == gladia.most_open == len(gladia.calls) == 2
    await works[0].close()
    assert text(await through(await client.begin(SPEECH))) == JFK.text


async def test_another_copy_has_taken_the_plan(gladia: GladiaServer, make: Make) -> None:
    gladia.knobs.max_live = 1
    work = await make().begin(SPEECH)
    with pytest.raises(Busy):
        await make().begin(SPEECH)
    await through(work)
    await through(await make().begin(SPEECH))
    assert gladia.most_open == 1


@pytest.mark.parametrize("forget", [True, False])
async def test_gladia_forgets_where_it_is_told_to(gladia: GladiaServer, make: Make, forget: bool) -> None:  # noqa: FBT001
    gladia.knobs.fail(500, times=2, path="/v2/live/")
    work = await make().begin(Speech(16000, forget=forget))
    await through(work)
    await work.close()
    assert gladia.session.deleted == forget
    work = await make().begin(Speech(16000, forget=forget))
    await feed(work, bytes(FRAME))
    await work.close()
    assert gladia.session.deleted == forget


async def test_what_is_not_forgotten_is_reported(gladia: GladiaServer, make: Make) -> None:
    gladia.knobs.fail(403, path="/v2/live/")
    work = await make().begin(Speech(16000, forget=True))
    with capture_logs() as logs:
        assert text(await through(work)) == JFK.text
        await work.close()
    assert [log["name"] for log in logs if log["event"] == "gladia_keeps"] == [gladia.session.id]


async def test_neither_the_key_nor_the_address_is_written_down(
    gladia: GladiaServer, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    gladia.knobs.drops = [Drop(100_000, 1006)]
    with capture_logs() as logs:
        await through(await make().begin(SPEECH))
        gladia.knobs.fail(500)
        with pytest.raises(Unavailable) as away:
            await make().begin(SPEECH)
        with pytest.raises(ValueError, match="no key has") as broken:
            make(key=f"{gladia.key}\n")
    written = caplog.text + repr(logs) + repr(away.value) + repr(broken.value)
    assert "gladia_connects_again" in written
    assert gladia.key not in written
    assert gladia.session.token not in written
