"""Ten thousand transcripts of seven hundred words: how long a search takes, and an index made from nothing.

``count`` and ``words`` are of the transcripts, ``clients`` search at the same time.
"""

import asyncio
import datetime as dt
import itertools
import random
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Iterator

import httpx

from bench.harness import MODES, memory, prepared, quantile, table, verdict
from pitchscoop.kernel import ids
from pitchscoop.kernel.clock import utc_now
from pitchscoop.main import Parts, assembled
from pitchscoop.recordings.model import Session
from pitchscoop.settings import load
from pitchscoop.transcripts.model import Transcript, Utterance, Word
from tests.servers.app import App

AIM = 50  # ms, of 95 in a hundred searches
REBUILD = 60  # seconds
SEARCHES = 150  # of each kind
_ONSETS, _VOWELS = ("b c d f g h k l m n p r s t v st tr pl ch sh", "a e i o u ea ou ai")
_ENDS = ["", "n", "r", "s", "t", "ck", "ng"]
_VOCABULARY = 30_000  # words, each rarer than the one before, as Zipf found them

Ask = Callable[[random.Random], str]


class Speech:
    """Words that nobody says, as often as people say theirs."""

    def __init__(self, seed: int = 1) -> None:
        self._chance = random.Random(seed)
        new = self._new_words()
        found = dict[str, None]()
        while len(found) < _VOCABULARY:
            found[next(new)] = None
        self.words = list(found)
        self._often = list(itertools.accumulate(1 / (rank + 2.7) for rank in range(_VOCABULARY)))
        self.said: list[list[str]] = []

    def say(self, count: int) -> list[str]:
        """The words of one pitch."""
        self.said.append(self._chance.choices(self.words, cum_weights=self._often, k=count))
        return self.said[-1]

    def _new_words(self) -> Iterator[str]:
        chance, made = self._chance, 0
        onsets, vowels = _ONSETS.split(), _VOWELS.split()
        while True:
            made += 1
            syllables = 1 + (made > 200) + (chance.random() < 0.5) + (chance.random() < 0.2)
            parts = (chance.choice(onsets) + chance.choice(vowels) + chance.choice(_ENDS) for _ in range(syllables))
            yield "".join(parts)


def kinds(speech: Speech) -> dict[str, Ask]:
    """What people look for."""

    def phrase(chance: random.Random, length: int) -> str:
        words = chance.choice(speech.said)
        at = chance.randrange(len(words) - length)
        return '"' + " ".join(words[at : at + length]) + '"'

    def word(low: int, high: int) -> Ask:
        return lambda chance: speech.words[chance.randrange(low, high)] + " "

    return {
        "a word of nearly every pitch": word(0, 30),
        "a word of some": word(500, 3000),
        "a rare word": word(15_000, _VOCABULARY),
        "three words": lambda chance: " ".join(chance.choice(speech.words[:2000]) for _ in range(3)),
        "a phrase of two": lambda chance: phrase(chance, 2),
        "a phrase of five": lambda chance: phrase(chance, 5),
        "a beginning, two letters": lambda chance: chance.choice(speech.words)[:2],
        "a beginning, four letters": lambda chance: chance.choice(speech.words[200:])[:4],
        "a part inside words": lambda chance: chance.choice(speech.words[3000:])[2:7],
        "a word nobody said": lambda chance: f"{chance.choice(speech.words)}xqz",
    }


async def main(count: str = "10000", words: str = "700", clients: str = "1") -> None:
    """Measure in both modes."""
    for mode in MODES:
        await _mode(mode, int(count), int(words), int(clients))


async def _mode(mode: str, count: int, words: int, clients: int) -> None:
    speech = Speech()
    with prepared(mode, ("--no-worker",)) as app:
        async with assembled(load(app.settings), app.url) as parts:
            await _fill(parts, speech, count, words)
        rebuilt = [await _rebuild(app) for _ in range(3)]
        taken = await _searches(app, speech, clients)
        size = sum(path.stat().st_size for path in (app.folder / "search").iterdir()) / 1e6
        used = memory(app.pid) / 1024
    together = [seconds for each in taken.values() for seconds in each]
    rows = [_row(kind, taken[kind]) for kind in taken] + [_row("all of them", together)]
    columns = ("looked for", "p50", "p95", "longest", f"aim {AIM} ms")
    table(f"{mode}: {count} transcripts of {words} words, {clients} at once", columns, rows)
    slowest = max(rebuilt)
    spread = ", ".join(f"{seconds:.1f}" for seconds in rebuilt)
    row = (f"{spread} s", verdict(kept=slowest <= REBUILD), f"{size:.0f} MB", f"{used:.0f} MiB")
    table(f"{mode}: the index", ("from nothing, start included", f"aim {REBUILD} s", "size", "server"), [row])


async def _fill(parts: Parts, speech: Speech, count: int, words: int) -> None:
    event = await parts.engine.events.get("default")
    now = utc_now()
    for start in range(0, count, 50):  # side by side, so that Redis writes its file once for several
        batch = []
        for number in range(start, min(start + 50, count)):
            at = now - dt.timedelta(minutes=number)
            session = Session(
                session_id=ids.new_session_id(event.event_id), event_id=event.event_id, team_name=f"Team {number}",
                pitch_title=f"Pitch {number}", status="completed", sample_rate=16000, idle_seconds=60, created_at=at,
                expires_at=at, heard_at=at, silhouette=tuple(range(96)),
            )  # fmt: skip
            batch.append(session.with_transcript(_transcript(speech.say(words))))
        await asyncio.gather(*(parts.engine.sessions.rebuild(session) for session in batch))


def _transcript(said: list[str]) -> Transcript:
    spoken = []
    for at in range(0, len(said), 14):
        words = tuple(
            Word(word=word, start=round(0.4 * number, 2), end=round(0.4 * number + 0.35, 2), confidence=0.93)
            for number, word in enumerate(said[at : at + 14], at)
        )
        text = " ".join(word.word for word in words)
        spoken.append(Utterance(id=str(at), start=words[0].start, end=words[-1].end, text=text, words=words))
    return Transcript(status="ready", language="en", engine="bench").holding(tuple(spoken))


async def _rebuild(app: App) -> float:
    """Seconds from the start of a server that has no index to one that is complete."""
    app.stop()
    shutil.rmtree(app.folder / "search", ignore_errors=True)
    began = time.perf_counter()
    await asyncio.to_thread(app.start)
    async with app.client() as client:
        while not (await client.get("/events/default/search?q=x")).raise_for_status().json()["complete"]:  # noqa: ASYNC110  another process
            await asyncio.sleep(0.1)
    return time.perf_counter() - began


async def _searches(app: App, speech: Speech, clients: int) -> dict[str, list[float]]:
    """Seconds of each search by its kind, all kinds mixed."""
    await asyncio.sleep(3)  # what follows a rebuild has passed
    chance = random.Random(2)
    asked = [(kind, ask(chance)) for kind, ask in kinds(speech).items() for _ in range(SEARCHES)]
    chance.shuffle(asked)
    taken: dict[str, list[float]] = defaultdict(list)
    waiting = iter(asked)

    async def client(http: httpx.AsyncClient) -> None:
        for kind, q in waiting:
            began = time.perf_counter()
            answer = await http.get("/events/default/search", params={"q": q})
            taken[kind].append(time.perf_counter() - began)
            answer.raise_for_status()

    async with app.client() as http:
        for _, q in asked[:20]:
            await http.get("/events/default/search", params={"q": q})  # warms up
        await asyncio.gather(*(client(http) for _ in range(clients)))
    return {kind: taken[kind] for kind in kinds(speech)}


def _row(kind: str, seconds: list[float]) -> tuple[str, ...]:
    p95 = quantile(seconds, 0.95) * 1000
    half, longest = quantile(seconds, 0.5) * 1000, max(seconds) * 1000
    return kind, f"{half:.1f} ms", f"{p95:.1f} ms", f"{longest:.0f} ms", verdict(kept=p95 <= AIM)
