"""A small Hugging Face hub: the calls with which its own client lists a repository and fetches its files."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_COMMIT = "0123456789abcdef0123456789abcdef01234567"
_LARGE = 20_000_000  # bytes; of less the client keeps nothing when a connection breaks


class Hub(ThreadingHTTPServer):
    """Serves folders as repositories. ``asked`` is what was asked for.

    While ``stalled`` is set, files stop halfway until ``over`` is. While ``broken`` is, connections of large ones end
    there, unless they are asked for from the middle on.
    """

    daemon_threads = True

    def __init__(self, repositories: dict[str, Path]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repositories = repositories
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.stalled = threading.Event()
        self.broken = threading.Event()
        self.over = threading.Event()
        self.asked = list[str]()

    def handle_error(self, *_: Any) -> None:
        """A client that was killed is no error here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Hub

    def do_HEAD(self) -> None:
        self._answer(send=False)

    def do_GET(self) -> None:
        self._answer(send=True)

    def log_message(self, *_: Any) -> None:
        pass

    def _answer(self, *, send: bool) -> None:
        path = urlsplit(self.path).path
        self.server.asked.append(f"{self.command} {path} {self.headers.get('Range', '')}".strip())
        for name, folder in self.server.repositories.items():
            if path in (f"/api/models/{name}", f"/api/models/{name}/revision/main"):
                return self._json({"id": name, "sha": _COMMIT, "siblings": _files(folder, "rfilename")})
            if path == f"/api/models/{name}/tree/{_COMMIT}":
                return self._json(_files(folder, "path"))
            if path.startswith(f"/{name}/resolve/{_COMMIT}/"):
                return self._file(folder / path.rsplit("/", 1)[1], send=send)
        self.send_response(404)
        self.send_header("X-Error-Code", "RepoNotFound")
        self.send_header("Content-Length", "0")
        return self.end_headers()

    def _json(self, document: object) -> None:
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _file(self, path: Path, *, send: bool) -> None:
        body = path.read_bytes()
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.send_header("Content-Length", str(len(body) - start))
        self.send_header("ETag", f'"{path.name}"')
        self.send_header("X-Repo-Commit", _COMMIT)
        self.end_headers()
        if not send:
            return
        half = (start + len(body)) // 2
        self.wfile.write(body[start:half])
        self.wfile.flush()
        if self.server.stalled.is_set():
            self.server.over.wait()
        if self.server.broken.is_set() and not start and len(body) > _LARGE:
            self.close_connection = True
            return
        self.wfile.write(body[half:])


def _files(folder: Path, key: str) -> list[dict[str, object]]:
    return [
        {key: path.name, "type": "file", "size": path.stat().st_size, "oid": path.name, "blobId": path.name}
        for path in sorted(folder.iterdir())
    ]


@contextlib.contextmanager
def hub(**repositories: Path) -> Iterator[Hub]:
    """A hub with repositories of the owner ``test``."""
    server = Hub({f"test/{name}": folder for name, folder in repositories.items()})
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
