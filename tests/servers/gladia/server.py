"""The fake as a server: its routes, and the thread it runs in."""

import asyncio
import socket
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from tests.servers.gladia import rules
from tests.servers.gladia.jobs import Job, Upload, live_job
from tests.servers.gladia.knobs import Knobs
from tests.servers.gladia.live import Connection, Session, now

KEY = "the-gladia-key-of-the-tests-0123456789"
_SPEAK = {400: "Invalid parameter(s). See validation_errors for more details.", 403: "Forbidden resource"}


@dataclass(frozen=True)
class Call:
    """A REST call as it was received."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


class GladiaServer:
    """Gladia on a port of its own. ``sessions`` and ``jobs`` outlive ``die``, as they would at Gladia."""

    def __init__(self) -> None:
        self.knobs = Knobs()
        self.key = KEY
        self.sessions: dict[str, Session] = {}
        self.jobs: dict[str, Job] = {}
        self.uploads: dict[str, Upload] = {}
        self.calls: list[Call] = []
        self.handshakes = 0  # of sockets, refused ones included
        self.most_open = 0  # live sessions at once, ever
        self._server: uvicorn.Server | None = None
        self._thread = threading.Thread()
        self._loop: asyncio.AbstractEventLoop | None = None
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        """What PitchScoop is told of it."""
        return {"GLADIA_API_KEY": self.key, "GLADIA_API_URL": self.url}

    @property
    def session(self) -> Session:
        """The newest live session."""
        return list(self.sessions.values())[-1]

    @property
    def job(self) -> Job:
        """The newest job."""
        return list(self.jobs.values())[-1]

    @property
    def open(self) -> list[Session]:
        """Live sessions that count."""
        return [session for session in self.sessions.values() if not session.over]

    def start(self) -> None:
        """Start it, or start it again after ``die``."""
        config = uvicorn.Config(
            self._app(),
            port=self.port,
            loop="asyncio",
            log_level="critical",
            lifespan="off",
            ws="websockets-sansio",
            ws_max_size=1 << 20,
            timeout_graceful_shutdown=1,
        )
        server = self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(server)), name="gladia")
        self._thread.start()
        while not server.started:
            assert self._thread.is_alive(), "the fake did not start"
            time.sleep(0.005)

    def die(self) -> None:
        """Reset every connection, and refuse new ones."""
        if self._server is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._cut, self._server)
            self._server.should_exit = True
            self._thread.join(10)
            self._server = None

    async def _serve(self, server: uvicorn.Server) -> None:
        self._loop = asyncio.get_running_loop()
        await server.serve()

    @staticmethod
    def _cut(server: uvicorn.Server) -> None:
        for listener in server.servers:
            listener.close()
        for protocol in list(server.server_state.connections):
            protocol.transport.abort()

    async def until(self, condition: Callable[[], object], seconds: float = 10) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110  it is another thread that changes it
                await asyncio.sleep(0.01)

    def _reset(self, websocket: WebSocket) -> None:
        assert self._server is not None
        for protocol in list(self._server.server_state.connections):
            if getattr(protocol, "client", None) == tuple(websocket.client or ()):
                protocol.transport.abort()

    def _app(self) -> Starlette:
        guarded = self._guarded
        routes = [
            Route("/v2/live", guarded(self._begin), methods=["POST"]),
            Route("/v2/live", guarded(self._list_live), methods=["GET"]),
            Route("/v2/live/{id}", guarded(self._live), methods=["GET", "DELETE"]),
            Route("/v2/live/{id}/file", guarded(self._live_file), methods=["GET"]),
            Route("/v2/upload", guarded(self._upload), methods=["POST"]),
            Route("/v2/pre-recorded", guarded(self._create), methods=["POST"]),
            Route("/v2/pre-recorded", guarded(self._list_jobs), methods=["GET"]),
            Route("/v2/pre-recorded/{id}", guarded(self._job), methods=["GET", "DELETE"]),
            WebSocketRoute("/v2/live", self._socket),
        ]
        return Starlette(routes=routes, exception_handlers={404: _no_route, 405: _no_route})

    def _guarded(self, answer: Callable[[Request, Any], Awaitable[Response]]) -> Any:
        async def guarded(request: Request) -> Response:
            is_json = request.headers.get("content-type", "").startswith("application/json")
            body = await request.json() if is_json else None
            headers = dict(request.headers)
            self.calls.append(Call(request.method, request.url.path, dict(request.query_params), headers, body))
            await asyncio.sleep(self.knobs.delay)
            if failure := self.knobs.failure(request.url.path):
                return _refusal(request, failure.status, "it was asked to fail", headers=failure.headers)
            if (key := request.headers.get("x-gladia-key")) is None:
                return _refusal(request, 401, "no gladia key provided")
            if key != self.key:
                return _refusal(request, 401, "gladia user not found")
            return await answer(request, body)

        return guarded

    async def _begin(self, request: Request, body: Any) -> Response:
        region = request.query_params.get("region")
        wrong = rules.LIVE("body", body or {}) if not isinstance(body or {}, dict) else rules.LIVE("", body or {})
        if region not in (None, "us-west", "eu-west"):
            wrong.append("region must be one of the following values: us-west, eu-west")
        if wrong:
            return _invalid(request, wrong)
        if self.knobs.max_live is not None and len(self.open) >= self.knobs.max_live:
            return _refusal(request, 429, "Maximum number of concurrent sessions reached")
        session = Session(body or {}, self.knobs)
        self.sessions[session.id] = session
        self.most_open = max(self.most_open, len(self.open))
        url = f"ws://127.0.0.1:{self.port}/v2/live?token={session.token}"
        answer = {"id": session.id, "url": url}
        if not self.knobs.bare:
            answer["created_at"] = session.created_at
        return JSONResponse(answer, 201)

    async def _socket(self, websocket: WebSocket) -> None:
        self.handshakes += 1
        await asyncio.sleep(self.knobs.delay)
        if self.knobs.refuse_handshake:
            await websocket.send_denial_response(Response(status_code=self.knobs.refuse_handshake))
            return
        await websocket.accept()
        token = websocket.query_params.get("token")
        session = next((one for one in self.sessions.values() if one.token == token and not one.deleted), None)
        if self.knobs.refuse_socket:
            await websocket.close(self.knobs.refuse_socket)
        elif session is None:
            await websocket.close(4401)
        elif session.over and not session.undelivered:
            await websocket.close(4404)
        else:
            await Connection(session, websocket, self.knobs, self._reset).serve()

    async def _live(self, request: Request, _: Any) -> Response:
        session = self.sessions.get(request.path_params["id"])
        if session is None or session.deleted:
            return _refusal(request, 404, "Live job not found")
        if request.method == "DELETE":
            session.deleted = True
            return Response(status_code=202)
        return JSONResponse(self._answered(live_job(session)))

    async def _live_file(self, request: Request, _: Any) -> Response:
        session = self.sessions.get(request.path_params["id"])
        if session is None or session.deleted or not session.over:
            return _refusal(request, 404, "File not found")
        return Response(bytes(session.audio), media_type="application/octet-stream")

    async def _list_live(self, request: Request, _: Any) -> Response:
        return _page(request, [live_job(session) for session in self.sessions.values() if not session.deleted])

    async def _upload(self, request: Request, body: Any) -> Response:
        if isinstance(body, dict):
            upload = Upload(str(body.get("audio_url")), b"")
        else:
            async with request.form() as form:
                file = form.get("audio")
                if file is None or isinstance(file, str):
                    return _invalid(request, ["audio must be a file"])
                upload = Upload(file.filename or "audio", await file.read())
        self.uploads[upload.id] = upload
        return JSONResponse({"audio_url": f"{self.url}/file/{upload.id}", "audio_metadata": upload.described()})

    async def _create(self, request: Request, body: Any) -> Response:
        if wrong := rules.PRE_RECORDED("", body):
            return _invalid(request, wrong)
        job = Job(body, self.uploads.get(body["audio_url"].rpartition("/")[2]), self.knobs)
        self.jobs[job.id] = job
        return JSONResponse({"id": job.id, "result_url": f"{self.url}/v2/pre-recorded/{job.id}"}, 201)

    async def _job(self, request: Request, _: Any) -> Response:
        job = self.jobs.get(request.path_params["id"])
        if job is None or job.deleted:
            return _refusal(request, 404, "Pre-recorded job not found")
        if request.method == "DELETE":
            job.deleted = True
            return Response(status_code=202)
        job.asked += 1
        return JSONResponse(self._answered(job.described()))

    async def _list_jobs(self, request: Request, _: Any) -> Response:
        return _page(request, [job.described() for job in self.jobs.values() if not job.deleted])

    def _answered(self, told: dict[str, Any]) -> dict[str, Any]:
        if self.knobs.foreign:
            told["id"] = "00000000-0000-4000-8000-000000000000"
        if self.knobs.bare:
            told = {name: told[name] for name in ("id", "status", "result") if name in told}
        return told


def _page(request: Request, items: list[dict[str, Any]]) -> Response:
    offset, limit = (int(request.query_params.get(name, unset)) for name, unset in (("offset", 0), ("limit", 20)))
    here = str(request.url)
    page = list(reversed(items))[offset : offset + limit]
    return JSONResponse({"first": here, "current": here, "next": None, "items": page})


def _refusal(
    request: Request, status: int, message: str, headers: dict[str, str] | None = None, **more: Any
) -> Response:
    body = {
        "statusCode": status,
        "message": _SPEAK.get(status, message),
        "timestamp": now(),
        "path": request.url.path,
        "request_id": "G-1a2b3c4d",
        **more,
    }
    return JSONResponse(body, status, headers)


def _invalid(request: Request, wrong: list[str]) -> Response:
    return _refusal(request, 400, "", validation_errors=wrong)


async def _no_route(request: Request, _: Exception) -> Response:
    return _refusal(request, 404, f"Cannot {request.method} {request.url.path}")
