"""One trial: an installation, people who record on it, faults, healing, and what is found afterwards."""

import asyncio
import contextlib
import hashlib
import random
import shutil
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.faults import catalogue, fleet
from tests.faults.speaker import Pitch, Speaker, audio_of
from tests.servers.app import ADMIN

WAV_HEAD = 44
_PATIENCE = 900.0  # seconds to ask again for an answer; the longest cut lasts 600
_SOME = 300_000  # bytes stored between two faults, a few tenths of a second's worth
_HEALED = 180.0  # seconds after the last fault in which everybody must be able to stop
_PATIENT = 120.0  # seconds without another pitch completed, after which those that are left count as stuck
_SECONDS_EACH = 2.0  # on the average, in which all pitches of a trial must be completed after its faults
_IDLE = 15  # seconds of silence after which a speaker who vanished counts as gone


@dataclass
class Outcome:
    """What was caused, and what came of it."""

    mode: str
    seed: int
    caused: Counter[str] = field(default_factory=Counter)
    pitches: list[Pitch] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    inexact: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    longest: float = 0.0  # seconds from healing to the last completion
    seconds: float = 0.0

    @property
    def well(self) -> bool:
        """Whether everything that was promised holds."""
        return not (self.lost or self.inexact or self.stuck or self.refused)


class Trial:
    """``number`` faults against ``speakers`` who record all the time."""

    def __init__(self, mode: str, seed: int, number: int, *, speakers: int = 24) -> None:
        self.outcome = Outcome(mode, seed)
        self._number = number
        self._speakers = speakers
        self._over = asyncio.Event()
        self._events: dict[bool, str] = {}
        self._now: list[str] = []
        self._fleet: fleet.Fleet
        self._client: httpx.AsyncClient

    async def run(self, folder: Path, *, long: bool = False) -> Outcome:
        """All of it."""
        begun = time.monotonic()
        room = (200 << 20) + self._number * (6 << 20)
        async with fleet.fleet(self.outcome.mode, folder, self._chance("ways"), room, clocks=True) as self._fleet:
            headers = {"Authorization": f"Bearer {ADMIN}"}
            async with httpx.AsyncClient(base_url=f"{self._fleet.url}/api/v1", headers=headers, timeout=15) as client:
                self._client = client
                await self._record_through_faults(long=long)
                await self._examine()
            if not self.outcome.well:
                await asyncio.to_thread(shutil.copytree, self._fleet.disk.folder, folder / "kept")
        self.outcome.seconds = time.monotonic() - begun
        return self.outcome

    async def _record_through_faults(self, *, long: bool) -> None:
        for vanishes, settings in ((False, {}), (True, {"idle_seconds": _IDLE})):
            event = await self._answer("POST", "/events", json={"name": "Faults", "settings": settings})
            self._events[vanishes] = event["event_id"]
        speaking = [asyncio.create_task(self._speakers_place(place)) for place in range(self._speakers)]
        looking = asyncio.create_task(self._look_around())
        faults = catalogue.faults(self._fleet)
        await self._cause(catalogue.plan(faults, self._number, self._chance("plan")))
        if long:
            await self._cause(catalogue.long_cuts(self._fleet))
        self._over.set()
        _, late = await asyncio.wait(speaking, timeout=_HEALED)
        for task in late:
            task.cancel()
        await asyncio.gather(*speaking, looking, return_exceptions=bool(late))
        self.outcome.stuck += [f"{pitch.name}: not stopped" for pitch in self.outcome.pitches if not pitch.done]

    def _chance(self, *what: object) -> random.Random:
        return random.Random(f"{self.outcome.seed} {self.outcome.mode} {what}")

    async def _cause(self, plan: list[catalogue.Planned]) -> None:
        """One after the other, each when the parts it needs are free again, and some sound has been stored since."""
        busy = {need: asyncio.Lock() for planned in plan for need in planned.fault.needs}
        async with asyncio.TaskGroup() as group:
            for planned in plan:
                await asyncio.sleep(planned.after)
                await self._stored_some()
                group.create_task(self._go_through(planned, [busy[need] for need in sorted(planned.fault.needs)]))

    async def _go_through(self, planned: catalogue.Planned, needs: list[asyncio.Lock]) -> None:
        fault = planned.fault
        async with contextlib.AsyncExitStack() as held:
            for need in needs:
                await held.enter_async_context(need)
            self.outcome.caused[fault.name] += 1
            self._now.append(fault.name)
            fault.cause()
            await asyncio.sleep(planned.lasts)
            fault.heal()
            self._now.remove(fault.name)
            for program in fault.programs:
                await program.up()

    async def _stored_some(self) -> None:
        """Faults that only meet others would test little: between two of them somebody is heard, or time passes."""
        before = self._acknowledged()
        for _ in range(20):
            if self._acknowledged() - before > _SOME:
                return
            await asyncio.sleep(0.1)

    def _acknowledged(self) -> int:
        return sum(pitch.acknowledged for pitch in self.outcome.pitches)

    async def _speakers_place(self, place: int) -> None:
        """One pitch after another until the faults are over; the last one is finished in peace."""
        chance = self._chance("speaker", place)
        await asyncio.sleep(chance.uniform(0, 2))
        for count in range(1_000_000):
            if self._over.is_set():
                return
            name = f"{self.outcome.mode} {self.outcome.seed} {place} {count}"
            audio = audio_of(name, chance.uniform(12, 36))
            vanishes = chance.random() < 0.1
            pitch = Pitch(name, audio, int(len(audio) * chance.uniform(0.3, 0.9)) if vanishes else None)
            new = {"team_name": f"Place {place}", "pitch_title": name, "event_id": self._events[vanishes]}
            session = await self._answer("POST", "/sessions", json=new, headers={"Idempotency-Key": name})
            pitch.session_id = session["session_id"]
            self.outcome.pitches.append(pitch)
            await Speaker(pitch, session["live"]["url"], chance).speak()

    def told(self) -> str:
        """How far it is."""
        said = self.outcome.pitches
        return (
            f"{self.outcome.caused.total()} faults, {sum(pitch.done for pitch in said)} of {len(said)} pitches done, "
            f"{self._acknowledged() / 1e6:.0f} MB acknowledged; now: {', '.join(self._now) or 'nothing'}"
        )

    async def _look_around(self) -> None:
        """Someone looks at everything all the time: whatever is away, no answer may be unforeseen."""
        while not self._over.is_set():
            pitch = self.outcome.pitches[-1] if self.outcome.pitches else None
            paths = ["/readyz", "/", f"/api/v1/events/{self._events[False]}/sessions?limit=5"]
            if pitch:
                here = f"/api/v1/sessions/{pitch.session_id}"
                paths += [here, f"{here}/playback-url", f"/record/{pitch.session_id}"]
            for path in paths:
                with contextlib.suppress(httpx.TransportError):
                    self._judge(await self._client.get(f"{self._fleet.url}{path}"))
            await asyncio.sleep(0.3)

    def _judge(self, answer: httpx.Response) -> bool:
        """True if it may be tried again: away for now, and said so."""
        if answer.status_code < 500:
            return False
        if answer.status_code == 503 and "retry-after" in answer.headers:
            return True
        self.outcome.refused.append(
            f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:200]}"
        )
        return True

    async def _answer(self, method: str, path: str, **extra: Any) -> dict[str, Any]:
        """The answer, asked for again while the server is away."""
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            with contextlib.suppress(httpx.TransportError):
                answer = await self._client.request(method, path, **extra)
                if not self._judge(answer) and answer.status_code != 409:
                    answer.raise_for_status()
                    found: dict[str, Any] = answer.json()
                    return found
            await asyncio.sleep(0.5)
        raise TimeoutError(f"{method} {path} has had no answer for {_PATIENCE:.0f} s")

    async def _examine(self) -> None:
        """Everything that was stopped is finished, however much there is to do; what nobody works at is stuck."""
        pitches = self.outcome.pitches
        self.outcome.refused += [f"{pitch.name}: {words}" for pitch in pitches for words in pitch.wrong]
        healed = progress = time.monotonic()
        last = healed + _PATIENT + _SECONDS_EACH * len(pitches)
        waiting = pitches.copy()
        while waiting and time.monotonic() < min(progress + _PATIENT, last):
            for pitch in waiting.copy():
                details = await self._answer("GET", f"/sessions/{pitch.session_id}")
                if details["status"] == "recording" and pitch.vanish_at is not None and not pitch.acknowledged:
                    waiting.remove(pitch)  # who said nothing may come yet
                elif details["status"] in ("completed", "failed"):
                    waiting.remove(pitch)
                    progress = time.monotonic()
                    await self._ended(pitch, details)
            await asyncio.sleep(0.5)
        self.outcome.longest = progress - healed
        self.outcome.stuck += [f"{pitch.name}: {pitch.acknowledged} acknowledged" for pitch in waiting]

    async def _ended(self, pitch: Pitch, details: dict[str, Any]) -> None:
        if details["status"] == "completed":
            await self._compare(pitch, details)
        else:
            self.outcome.stuck.append(f"{pitch.name}: failed {details['error']}, {pitch.acknowledged} acknowledged")

    async def _compare(self, pitch: Pitch, details: dict[str, Any]) -> None:
        where = await self._answer("GET", f"/sessions/{pitch.session_id}/playback-url?variant=wav")
        async with httpx.AsyncClient(timeout=30) as browser:
            kept = (await browser.get(where["playback_url"])).content[WAV_HEAD:]
        if kept[: pitch.acknowledged] != pitch.audio[: pitch.acknowledged]:
            self.outcome.lost.append(
                f"{pitch.name}: {pitch.acknowledged} acknowledged, {_same(kept, pitch.audio)} right of {len(kept)} kept"
            )
        spoken = pitch.audio if pitch.vanish_at is None else pitch.audio[: len(kept)]
        if hashlib.sha256(kept).digest() != hashlib.sha256(spoken).digest():
            self.outcome.inexact.append(
                f"{pitch.name}: {_same(kept, pitch.audio)} right of {len(kept)} kept, {len(pitch.audio)} said"
            )
        elif bool(details["metadata"].get("interrupted")) != (pitch.vanish_at is not None):
            self.outcome.inexact.append(f"{pitch.name}: metadata {details['metadata']}")


def _same(kept: bytes, said: bytes) -> int:
    """Bytes from the start that are alike."""
    return next(
        (at for at, (one, other) in enumerate(zip(kept, said, strict=False)) if one != other), min(len(kept), len(said))
    )
