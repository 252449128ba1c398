"""What the sample recorder hears while somebody speaks."""

import json

from starlette.websockets import WebSocket, WebSocketDisconnect

from tests.browser.said import PARAGRAPHS

CAPTIONS = (
    ("0", "So she teaches one", False),
    ("0", "So she teaches one word a day, to whoever picks up.", True),
    ("1", "For hundred", False),
    ("1", "Four hundred people picked up last", False),
)


def _talk() -> list[tuple[str, str, bool]]:
    """Captions of somebody who does not stop: each utterance grows by two words and is other words in the end."""
    heard = list[tuple[str, str, bool]]()
    for number in range(60):
        words = PARAGRAPHS[number % len(PARAGRAPHS)][1].split(" ")[: 9 + number % 7]
        heard += [(f"t{number}", " ".join(words[:count]).lower(), False) for count in range(2, len(words), 3)]
        heard.append((f"t{number}", " ".join(words), True))
    return heard


async def live(websocket: WebSocket) -> None:
    """Acknowledges all but the last three fifths of a second, as a real one does; hears always the same."""
    await websocket.accept()
    await websocket.send_text(json.dumps({"type": "ready", "offset": 0, "sample_rate": 16000, "max_frame": 65536}))
    talks = websocket.url.path.endswith("talk")
    notice = {"type": "notice", "code": "transcriber_unavailable", "message": "No live captions just now."}
    captions = _talk() if talks else list(CAPTIONS)
    if talks:
        await websocket.send_json(notice)
    try:
        while True:
            message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if (data := message.get("bytes")) is not None:
                durable = max(0, int.from_bytes(data[:8]) + len(data) - 8 - 19_200)
                await websocket.send_text(json.dumps({"type": "ack", "offset": durable}))
                for id_, text, final in captions[:1]:
                    words = {"type": "transcript", "id": id_, "is_final": final, "start": 0, "end": 1, "text": text}
                    await websocket.send_text(json.dumps(words))
                del captions[:1]
                if talks and len(captions) % 20 == 0:
                    await websocket.send_text(json.dumps(notice))
    except WebSocketDisconnect:
        return
