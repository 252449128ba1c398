"""What is heard, sent to the speaker. A slow line gets fewer captions; it never holds anything up."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

from pitchscoop.transcribing.feed import Notice
from pitchscoop.transcripts.model import Utterance

_WAITING = 32  # utterances not sent yet; older ones would be off the screen before they came

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Captions:
    """Sends utterances as design.md 2.4 has them: of each, what is newest."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._waiting: OrderedDict[str, Utterance | Notice] = OrderedDict()
        self._heard = asyncio.Event()

    def hear(self, heard: Utterance | Notice) -> None:
        """Take what is to be sent. Never waits."""
        self._waiting[heard.id if isinstance(heard, Utterance) else heard.code] = heard
        if len(self._waiting) > _WAITING:
            self._waiting.popitem(last=False)
        self._heard.set()

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            await self._heard.wait()
            self._heard.clear()
            while self._waiting:
                _, heard = self._waiting.popitem(last=False)
                await self._send(message(heard))


def message(heard: Utterance | Notice) -> dict[str, Any]:
    """The message of design.md 2.4."""
    if isinstance(heard, Notice):
        return {"type": "notice", "code": heard.code, "message": heard.message}
    words = [word.model_dump(include={"word", "start", "end", "confidence"}) for word in heard.words]
    head = {"type": "transcript", "id": heard.id, "is_final": heard.is_final}
    return {**head, "start": heard.start, "end": heard.end, "text": heard.text, "words": words}
