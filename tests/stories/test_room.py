"""Whoever speaks now, as the desk and the room are told: how long, how loud, and what was said."""

import asyncio
from array import array
from typing import Any

from pitchscoop.main import assembled
from pitchscoop.recordings.levels import BARS
from pitchscoop.settings import load
from tests.servers.app import App
from tests.servers.gladia import JFK, GladiaServer
from tests.speech import pcm
from tests.stories.test_captions import speak
from tests.stories.test_live import start
from tests.stories.test_organizer import set_up, visitor

_RATE = 16000


def peaks() -> list[int]:
    samples, step = array("h", pcm()), _RATE // BARS
    return [max(abs(sample) for sample in samples[at : at + step]) for at in range(0, len(samples), step)]


async def test_levels_and_captions_of_who_speaks_now(listening: App, gladia: GladiaServer) -> None:
    assert gladia
    async with visitor(listening) as person, listening.client() as client:
        at = await set_up(person)
        session = await start(client, event_id=at.rpartition("/")[2])
        speaking = asyncio.create_task(speak(session["live"]["url"], pcm(), pace=0.1))
        seen: list[dict[str, Any]] = []
        while not speaking.done():
            await asyncio.sleep(0.4)
            seen += (await person.get(f"{at}/room/now")).json()["live"]
            if seen and seen[-1]["stored"] > 8:
                break
        desk = (await person.get(f"{at}/desk/news")).json()["live"]
        async with assembled(load(listening.settings), listening.url) as parts:
            kept = await parts.engine.transcripts.heard(await parts.engine.sessions.get(session["session_id"]))
        await speaking
        assert (await person.get(f"{at}/room/now")).json()["live"] == []

    whole, live = peaks(), seen[-1]
    assert live["first"] == 0
    assert live["peaks"][:-1] == whole[: len(live["peaks"]) - 1]
    assert len(live["peaks"]) >= 8 * BARS
    assert "captions" not in desk[0]
    assert desk[0]["peaks"][: len(live["peaks"]) - 1] == live["peaks"][:-1]

    said = [[one["text"] for one in told["captions"] if one["is_final"]] for told in seen]
    assert said[-1]
    assert all(" ".join(texts) in JFK.text for texts in said)
    assert any(not one["is_final"] for told in seen for one in told["captions"])
    assert kept  # another copy of the server knows what was settled
    assert all(one.is_final and one.text in JFK.text for one in kept)
